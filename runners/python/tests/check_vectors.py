"""Holds the runner's own codec to the golden frames; run by the interpreter under test.

Prints the names of what failed, as a JSON list.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from polyfn_runner import messages, msgpack  # noqa: E402

VECTORS = ROOT.parent / "vectors"
TEXTS = {"spec", "event", "extras", "info", "value", "error"}


def fields(message: dict[str, Any]) -> list[Any]:
    """A vector's message as the runner has it: a list."""
    kind = getattr(messages, message["type"])
    return [kind, message["id"]] + [
        bytes.fromhex(each["hex"]) if isinstance(each, dict)
        else each.encode() if key in TEXTS and each is not None
        else each
        for key, each in message.items() if key not in ("type", "id")
    ]  # fmt: skip


def check(vector: dict[str, Any]) -> bool:
    """Whether both directions are byte-exact."""
    frame = bytes.fromhex(vector["frame"])
    told = fields(vector["message"])
    decoded = msgpack.unpack(frame, 4, len(frame))
    if vector["direction"] == "to_runner":
        decoded = messages.decode(frame, 4, len(frame))
    return messages.frame(*told) == frame and decoded == told


def refused(vector: dict[str, Any]) -> bool:
    """Whether a payload that must be refused is."""
    payload = bytes.fromhex(vector["payload"])
    try:
        messages.decode(payload, 0, len(payload))
    except messages.Violation:
        return True
    return False


golden = json.loads((VECTORS / "messages.json").read_text(encoding="utf-8"))
invalid = json.loads((VECTORS / "invalid.json").read_text(encoding="utf-8"))
failed = [each["name"] for each in golden if not check(each)]
failed += [each["name"] for each in invalid if not refused(each)]
print(json.dumps({"checked": len(golden) + len(invalid), "failed": failed}))
