"""HTTP answers to a program: their bytes."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Final

import orjson

if TYPE_CHECKING:
    from collections.abc import Mapping

_REASONS: Final = {each.value: each.phrase for each in HTTPStatus}
JSON: Final = "application/json"

CONTINUE: Final = b"HTTP/1.1 100 Continue\r\n\r\n"


def reply(
    status: int,
    body: bytes = b"",
    *,
    keep_alive: bool = True,
    headers: Mapping[str, str] | None = None,
) -> bytes:
    """A whole answer.

    Args:
        headers: Those that come with it, besides content-type (JSON), length and connection.
    """
    lines = [
        f"HTTP/1.1 {status} {_REASONS.get(status, '')}",
        f"Content-Type: {JSON}",
        f"Content-Length: {len(body)}",
        *(f"{name}: {value}" for name, value in (headers or {}).items()),
    ]
    if not keep_alive:
        lines.append("Connection: close")
    # A header that came from outside is latin-1 on the way in and on the way out, or is escaped.
    return "\r\n".join([*lines, "", ""]).encode("latin-1", "backslashreplace") + body


ACCEPTED: Final = orjson.dumps({"status": "OK"}) + b"\n"


def refusal(kind: str, message: str) -> bytes:
    """The body of an answer that refuses, in the emulator's form."""
    return orjson.dumps({"errorMessage": message, "errorType": kind}) + b"\n"
