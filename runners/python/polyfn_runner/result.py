"""A handler's value as the message that carries it: RESULT where it is an HTTP response, or VALUE.

The runner judges nothing: a value that is not quite a response goes out whole, as JSON, and the
supervisor says what is wrong with it.
"""

from __future__ import annotations

from polyfn_runner import jsontext, messages
from polyfn_runner.errors import Failed
from polyfn_runner.msgpack import MAX_UINT

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    Answer = tuple[Any, ...]

HTTP = 1
_LISTS = (list, tuple)
_TEXTS = (str, bytes)
_INFINITE = (float("inf"), float("-inf"))


class _Unfit(Exception):
    """The value has not the shape of a response."""


def answer(value: Any, want: int) -> Answer:
    """The type and the fields, after the id, of the message that carries a value.

    Raises:
        Failed: The value cannot be put into JSON.
    """
    if want == HTTP and isinstance(value, dict):
        head, body = response_head(value), value.get("body")
        if head is not None and (body is None or isinstance(body, _TEXTS)):
            is_base64 = value.get("isBase64Encoded") is True
            return messages.RESULT, head[0], head[1], body_bytes(body), is_base64
    return messages.VALUE, value_json(value)


def response_head(value: dict[Any, Any]) -> tuple[int, list[str]] | None:
    """The status and the flat headers of a value with a response's shape; else ``None``."""
    status, flag = value.get("statusCode"), value.get("isBase64Encoded")
    if not isinstance(status, int) or isinstance(status, bool) or not 0 <= status <= MAX_UINT:
        return None
    if flag is not None and not isinstance(flag, bool):
        return None
    try:
        return int(status), _flat_headers(value)
    except _Unfit:
        return None


def body_bytes(body: str | bytes | None) -> bytes | None:
    """A body as UTF-8; bytes are taken for text, as AWS's runtime does.

    Raises:
        Failed: It is not text.
    """
    try:
        if isinstance(body, str):
            return body.encode()
        if body is not None:
            body.decode()
    except UnicodeError as error:
        raise Failed(
            "Runtime.MarshalError",
            f"Unable to marshal response: its body is not UTF-8 text ({error}); for binary data "
            "return base64.b64encode(data).decode() with 'isBase64Encoded': True",
        ) from error
    return body


def value_json(value: Any) -> bytes:
    """A value as JSON text; bytes that are JSON already are left alone, as AWS does.

    Raises:
        Failed: It cannot be put into JSON.
    """
    try:
        if isinstance(value, bytes) and _is_json(value):
            return value
        return jsontext.dumps(value).encode()
    except Exception as error:
        raise unmarshallable(error) from error


def unmarshallable(error: Exception) -> Failed:
    """The failure of a value that cannot be put into a message, in AWS's words."""
    return Failed("Runtime.MarshalError", f"Unable to marshal response: {error}")


def _is_json(value: bytes) -> bool:
    try:
        jsontext.loads(value)
    except ValueError:
        return False
    return True


def _flat_headers(value: dict[Any, Any]) -> list[str]:
    headers = _part(value, "headers", dict)
    multiple = _part(value, "multiValueHeaders", dict)
    cookies = _part(value, "cookies", _LISTS)
    again = {_name(name).lower() for name in multiple} if multiple else ()
    flat: list[str] = []
    if headers:
        for name, each in headers.items():
            text = each if type(each) is str else _text(each)
            if type(name) is not str:
                name = _name(name)  # noqa: PLW2901 - a subclass of str, or refused
            if not again or name.lower() not in again:
                flat += (name, text)
    if multiple:
        for name, values in multiple.items():
            if not isinstance(values, _LISTS):
                raise _Unfit
            flat += [part for each in values for part in (_name(name), _text(each))]
    if cookies:
        flat += [part for each in cookies for part in ("set-cookie", _name(each))]
    if len(flat) > messages.MAX_LIST:
        raise _Unfit
    return flat


def _part(value: dict[Any, Any], key: str, kind: type | tuple[type, ...]) -> Any:
    part = value.get(key)
    if part is not None and not isinstance(part, kind):
        raise _Unfit
    return part


def _name(value: Any) -> str:
    if not isinstance(value, str):
        raise _Unfit
    return str.__str__(value)


def _text(value: Any) -> str:
    """A header's value as JSON would write it."""
    if isinstance(value, str):
        return str.__str__(value)
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return int.__repr__(value)
    if isinstance(value, float) and value == value and value not in _INFINITE:
        return float.__repr__(value)
    raise _Unfit
