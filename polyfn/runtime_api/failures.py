"""What a program says of its errors, as the JSON that ERROR carries."""

from __future__ import annotations

from base64 import b64decode
from binascii import Error as NoBase64
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import orjson

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

TYPE_HEADER: Final = "lambda-runtime-function-error-type"
BODY_TRAILER: Final = "lambda-runtime-function-error-body"
# aws-lambda-go's own paths, in its stacks.
_LIBRARY: Final = ("github.com/aws/aws-lambda-go@", "github.com/aws/aws-lambda-go/")
_PANIC: Final = ("runtime/panic.go", "gopanic")


class Reported(NamedTuple):
    """An error that was posted.

    Attributes:
        json: What ERROR carries.
        is_panic: Whether the program will exit after it (aws-lambda-go's lambda/errors.go:
            lambdaPanicResponse; only a panic has a stack there).
    """

    json: bytes
    is_panic: bool


def failure(kind: str, message: str, trace: Iterable[str] = ()) -> bytes:
    """The JSON of an ERROR."""
    return orjson.dumps({"errorType": kind, "errorMessage": message, "trace": list(trace)})


def reported(body: bytes, headers: Mapping[str, str]) -> Reported:
    """Read what was posted to …/error; all of it may be missing, and a header may name the type.

    A stack is a list of lines (``stackTrace`` of awslambdaric, ``trace`` of aws-lambda-ric), or of
    Go's frames: ``{"path", "line", "label"}`` (aws-lambda-go's lambda/messages).
    """
    told = _object(body)
    kind = _text(told.get("errorType")) or headers.get(TYPE_HEADER) or "Error"
    stack = told.get("stackTrace") or told.get("trace") or []
    frames = stack if isinstance(stack, list) else [stack]
    is_panic = bool(frames) and all(isinstance(each, dict) and "path" in each for each in frames)
    lines = map(_go_line, _authors(frames)) if is_panic else _lines(frames)
    return Reported(failure(kind, _text(told.get("errorMessage")), lines), is_panic)


def trailed(trailers: Mapping[str, str]) -> bytes | None:
    """Read the error that a response which had begun ends in; ``None`` when it is whole."""
    if TYPE_HEADER not in trailers and BODY_TRAILER not in trailers:
        return None
    encoded = trailers.get(BODY_TRAILER, "")
    try:
        body = b64decode(encoded, validate=True)
    except NoBase64:
        body = encoded.encode()
    return reported(body, trailers).json


def _object(body: bytes) -> Mapping[str, Any]:
    try:
        told = orjson.loads(body)
    except orjson.JSONDecodeError:
        told = None
    return told if isinstance(told, dict) else {"errorMessage": body.decode("utf-8", "replace")}


def _lines(stack: list[Any]) -> Iterable[str]:
    """A Python frame is one string of two lines."""
    return (line for each in stack for line in _text(each).splitlines())


def _authors(frames: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Leave out what led from the author's code to the report, and the library that called it."""
    places = [(str(each["path"]), str(each.get("label"))) for each in frames]
    first = places.index(_PANIC) + 1 if _PANIC in places else 0
    ends = (at for at in range(first, len(places)) if places[at][0].startswith(_LIBRARY))
    last = next(ends, len(places))
    while first < last and places[last - 1][0].startswith("reflect/"):
        last -= 1
    while first < last and places[first][0].startswith(("runtime/", "maps/runtime_")):
        first += 1
    return frames[first:last]


def _go_line(frame: dict[str, Any]) -> str:
    return f"{frame['path']}:{frame.get('line', 0)} {frame.get('label', '')}".rstrip()


def _text(value: object) -> str:
    if value is None:
        return ""
    return value if isinstance(value, str) else orjson.dumps(value).decode()
