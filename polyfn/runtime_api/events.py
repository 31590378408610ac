"""What `next` brings: the event as JSON text, and the headers beside it."""

from __future__ import annotations

from base64 import b64encode
from typing import TYPE_CHECKING, Any, Final

import orjson

if TYPE_CHECKING:
    from polyfn.wire.messages import Invoke

_RAW, _TEXT = 0, 1
_EXTRAS: Final = {
    "client_context": "Lambda-Runtime-Client-Context",
    "identity": "Lambda-Runtime-Cognito-Identity",
    "trace_id": "Lambda-Runtime-Trace-Id",
}


def assemble(event: bytes, body_kind: int, body: bytes | None) -> bytes:
    """Put the body, which travels beside the event, into it (runners/PROTOCOL.md §3, INVOKE)."""
    if body_kind == _RAW or body is None:
        return event
    if body_kind == _TEXT:
        text, flag = orjson.dumps(body.decode("utf-8", "replace")), b"false"
    else:
        text, flag = b'"' + b64encode(body) + b'"', b"true"
    brace = event.rindex(b"}")
    return b"".join((event[:brace], b',"body":', text, b',"isBase64Encoded":', flag, event[brace:]))


def headers_of(invocation: Invoke, arn: str, deadline_ms: int) -> dict[str, str]:
    """The headers of an invocation.

    Args:
        deadline_ms: When its time is up, in milliseconds of the Unix epoch.
    """
    headers = {
        "Lambda-Runtime-Aws-Request-Id": invocation.request_id,
        "Lambda-Runtime-Deadline-Ms": str(deadline_ms),
        "Lambda-Runtime-Invoked-Function-Arn": arn,
    }
    for name, value in extras_of(invocation).items():
        if value and name in _EXTRAS:
            headers[_EXTRAS[name]] = value if isinstance(value, str) else _ascii(value)
    return headers


def extras_of(invocation: Invoke) -> dict[str, Any]:
    """What may stand beside an event."""
    extras: dict[str, Any] = orjson.loads(invocation.extras) if invocation.extras else {}
    return extras


def _ascii(value: object) -> str:
    """JSON that a header may hold: whatever is not ASCII is escaped."""
    text = orjson.dumps(value).decode()
    return "".join(each if each.isascii() else _escaped(each) for each in text)


def _escaped(character: str) -> str:
    units = character.encode("utf-16-be")
    return "".join(f"\\u{units[at]:02x}{units[at + 1]:02x}" for at in range(0, len(units), 2))
