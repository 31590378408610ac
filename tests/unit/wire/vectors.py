"""The golden frames, as messages."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from polyfn.wire import messages as m

_VECTORS = Path(__file__).resolve().parents[3] / "runners" / "vectors"
_JSON_FIELDS = frozenset({"spec", "event", "extras", "info", "value", "error"})
_CLASSES: dict[str, Any] = {
    each.__name__.upper(): each
    for each in (
        m.Load, m.Invoke, m.Cancel, m.Drain, m.Hello, m.Ready, m.Result, m.Value, m.Head, m.Chunk,
        m.End, m.Error, m.Log, m.Loaded, m.Hold, m.Release,
    )
}  # fmt: skip


def golden() -> dict[str, tuple[m.Message, bytes]]:
    """Name → message and its frame."""
    vectors = json.loads((_VECTORS / "messages.json").read_text("utf-8"))
    return {
        each["name"]: (_message(each["message"]), bytes.fromhex(each["frame"])) for each in vectors
    }


def invalid() -> dict[str, bytes]:
    """Name → a payload that must be refused."""
    vectors = json.loads((_VECTORS / "invalid.json").read_text("utf-8"))
    return {each["name"]: bytes.fromhex(each["payload"]) for each in vectors}


def _message(told: dict[str, Any]) -> m.Message:
    fields = {key: _field(key, value) for key, value in told.items() if key != "type"}
    message: m.Message = _CLASSES[told["type"]](**fields)
    return message


def _field(key: str, value: Any) -> Any:
    if isinstance(value, dict):
        return bytes.fromhex(value["hex"])
    if key in _JSON_FIELDS and value is not None:
        return value.encode()
    return value
