"""What a program says of its errors, as the JSON that ERROR carries."""

from __future__ import annotations

from base64 import b64decode
from binascii import Error as NoBase64
from typing import TYPE_CHECKING, Any, Final

import orjson

if TYPE_CHECKING:
    from collections.abc import Mapping

TYPE_HEADER: Final = "lambda-runtime-function-error-type"
BODY_TRAILER: Final = "lambda-runtime-function-error-body"


def failure(kind: str, message: str, trace: list[str] | None = None) -> bytes:
    """The JSON of an ERROR."""
    return orjson.dumps({"errorType": kind, "errorMessage": message, "trace": trace or []})


def reported(body: bytes, headers: Mapping[str, str]) -> bytes:
    """Read what was posted to …/error.

    ``{"errorType", "errorMessage", "stackTrace"}`` is what AWS's runtimes send; all of it may be
    missing, and the header may name the type. A stack is a list of lines, or of Go's frames
    (``{"path", "line", "label"}``, aws-lambda-go's lambda/messages).
    """
    try:
        told = orjson.loads(body)
    except orjson.JSONDecodeError:
        told = {"errorMessage": body.decode("utf-8", "replace")}
    if not isinstance(told, dict):
        told = {"errorMessage": body.decode("utf-8", "replace")}
    kind = _text(told.get("errorType")) or headers.get(TYPE_HEADER) or "Error"
    return failure(kind, _text(told.get("errorMessage")), _lines(told.get("stackTrace")))


def trailed(trailers: Mapping[str, str]) -> bytes | None:
    """Read the error that a response which had begun ends in; ``None`` when it is whole."""
    if TYPE_HEADER not in trailers and BODY_TRAILER not in trailers:
        return None
    encoded = trailers.get(BODY_TRAILER, "")
    try:
        body = b64decode(encoded, validate=True)
    except NoBase64:
        body = encoded.encode()
    return reported(body, trailers)


def _lines(stack: object) -> list[str]:
    if isinstance(stack, str):
        return stack.splitlines()
    return [_line(each) for each in stack] if isinstance(stack, list) else []


def _line(frame: Any) -> str:
    if isinstance(frame, dict) and "path" in frame:
        return f"{frame['path']}:{frame.get('line', 0)} {frame.get('label', '')}".rstrip()
    return _text(frame).rstrip("\n")


def _text(value: object) -> str:
    if value is None:
        return ""
    return value if isinstance(value, str) else orjson.dumps(value).decode()
