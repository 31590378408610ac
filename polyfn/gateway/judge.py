"""A handler's value → the HTTP response it describes, or what is wrong with it.

The rules are those that a runner follows before it sends RESULT (runners/PROTOCOL.md §3): a runtime
whose runner does not know them, such as Go's, sends its JSON as it is, and gets the same answer.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import orjson

from polyfn.errors import BadResponse
from polyfn.model import Buffered

if TYPE_CHECKING:
    from polyfn.model import JSON

_EXPECTED: Final = (
    'A function must return an object such as {statusCode: 200, body: "text"}: a number, and text.'
)
_AS_TEXT: Final = (
    "Turn it into text: JSON.stringify(body) in JavaScript, json.dumps(body) in Python."
)
_STATUS: Final = "The key is `statusCode`, not `status`."
_ONE_OBJECT: Final = "They are one object: a name, and its text."
_LISTS: Final = "A header that comes more than once goes into `multiValueHeaders`, as a list."
_LONGEST_QUOTE: Final = 200
_JSON: Final = (("content-type", "application/json"),)


def judge(value: bytes, function: str, *, as_body: bool = False) -> Buffered:
    """Read a response out of JSON.

    Args:
        function: Its name, for what is wrong.
        as_body: A value without ``statusCode`` is what to answer, as it is with API Gateway's HTTP
            APIs and Lambda's function URLs (payload format 2.0), and not a mistake.

    Raises:
        BadResponse: It is no response; the message says what came back.
    """
    try:
        response = orjson.loads(value)
    except orjson.JSONDecodeError as error:
        raise _bad(function, f"something that is no JSON ({error})") from error
    if as_body and not (isinstance(response, dict) and "statusCode" in response):
        return Buffered(200, _JSON, value, False)
    if not isinstance(response, dict):
        nothing = " (is a `return` or an `await` missing?)" if response is None else ""
        raise _bad(function, f"{_quoted(response)}{nothing}")
    body = response.get("body")
    if body is not None and not isinstance(body, str):
        raise _bad(function, f"a `body` that is {_quoted(body)}", _AS_TEXT)
    is_base64 = response.get("isBase64Encoded")
    if is_base64 is not None and not isinstance(is_base64, bool):
        raise _bad(function, f"an `isBase64Encoded` that is {_quoted(is_base64)}")
    return Buffered(
        _status(response, function),
        tuple(_headers(response, function)),
        (body or "").encode(),
        bool(is_base64),
    )


def _status(response: dict[str, JSON], function: str) -> int:
    status = response.get("statusCode")
    if status is None:
        advice = _STATUS if "status" in response else _EXPECTED
        raise _bad(function, f"an object without `statusCode`: {_quoted(response)}", advice)
    if isinstance(status, float) and status.is_integer():
        return int(status)
    if isinstance(status, bool) or not isinstance(status, int):
        raise _bad(function, f"a `statusCode` that is {_quoted(status)}")
    return status


def _headers(response: dict[str, JSON], function: str) -> list[tuple[str, str]]:
    multi = _object(response, "multiValueHeaders", function)
    taken = {name.lower() for name in multi}
    single = _object(response, "headers", function)
    pairs = [
        (name, _text(name, value, function))
        for name, value in single.items()
        if name.lower() not in taken
    ]
    for name, values in multi.items():
        if not isinstance(values, list):
            raise _bad(function, f"`multiValueHeaders` in which {name!r} is no list")
        pairs.extend((name, _text(name, value, function)) for value in values)
    cookies = response.get("cookies") or []
    if not isinstance(cookies, list) or not all(isinstance(each, str) for each in cookies):
        raise _bad(function, f"`cookies` that are no list of texts but {_quoted(cookies)}")
    return [*pairs, *(("set-cookie", each) for each in cookies)]


def _object(response: dict[str, JSON], key: str, function: str) -> dict[str, JSON]:
    value = response.get(key)
    if value is not None and not isinstance(value, dict):
        raise _bad(function, f"`{key}` that are no object but {_quoted(value)}", _ONE_OBJECT)
    return value or {}


def _text(name: str, value: JSON, function: str) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, bool | int | float):
        return orjson.dumps(value).decode()
    advice = _LISTS if isinstance(value, list) else _EXPECTED
    raise _bad(function, f"a header {name!r} that is {_quoted(value)}", advice)


def _bad(function: str, what: str, advice: str = _EXPECTED) -> BadResponse:
    return BadResponse(f"Function {function!r} returned {what}. {advice}")


def _quoted(value: JSON) -> str:
    """The value as JSON, short, with its type where that is not plain to see."""
    if value is None:
        return "nothing (null)"
    text = orjson.dumps(value).decode()
    if len(text) > _LONGEST_QUOTE:
        text = text[:_LONGEST_QUOTE] + "…"
    return f"the text {text}" if isinstance(value, str) else text
