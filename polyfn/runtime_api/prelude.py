"""The head of a streamed response: JSON, then 8 NUL bytes, then the body."""

from __future__ import annotations

from itertools import chain
from typing import Any, Final, NamedTuple

import orjson

CONTENT_TYPE: Final = "application/vnd.awslambda.http-integration-response"
_END: Final = bytes(8)
_MAX_BYTES: Final = 1024 * 1024


class Head(NamedTuple):
    """A response's beginning.

    Attributes:
        headers: Flat: a name, its value, a name, its value.
    """

    status: int
    headers: list[str]


class WrongPrelude(Exception):
    """It is none; says why."""


class Prelude:
    """Takes the bytes of a response until its head is whole."""

    def __init__(self) -> None:
        self._held = bytearray()

    def feed(self, data: bytes) -> tuple[Head, bytes] | None:
        """Take the next bytes.

        Returns:
            The head and what followed it; ``None`` while it is not whole.

        Raises:
            WrongPrelude: It will not become one.
        """
        start = max(len(self._held) - len(_END) + 1, 0)
        self._held += data
        at = self._held.find(_END, start)
        if at < 0:
            if len(self._held) > _MAX_BYTES:
                raise WrongPrelude(_MISSING)
            return None
        return _head(bytes(self._held[:at])), bytes(self._held[at + len(_END) :])

    def end(self) -> WrongPrelude:
        """Nothing follows."""
        return WrongPrelude(_MISSING)


_MISSING: Final = "a streamed response must begin with a JSON prelude and 8 NUL bytes"


def _head(text: bytes) -> Head:
    try:
        told = orjson.loads(text)
        status = told.get("statusCode", 200)
        headers = flatten(
            told.get("headers") or {},
            told.get("multiValueHeaders") or {},
            told.get("cookies") or [],
        )
    except (orjson.JSONDecodeError, AttributeError, TypeError) as error:
        raise WrongPrelude(f"a streamed response's prelude is wrong: {error}") from error
    if type(status) is not int or not 0 <= status < 1000:
        raise WrongPrelude(f"a streamed response's statusCode is {status!r:.40}, and no number")
    return Head(status, headers)


def flatten(single: dict[str, Any], multi: dict[str, list[Any]], cookies: list[Any]) -> list[str]:
    """Put headers into the order of runners/PROTOCOL.md §3, RESULT."""
    many = {name.lower() for name in multi}
    pairs = chain(
        ((name, value) for name, value in single.items() if name.lower() not in many),
        ((name, value) for name, values in multi.items() for value in values),
        (("set-cookie", value) for value in cookies),
    )
    return [_text(each) for pair in pairs for each in pair]


def _text(value: Any) -> str:
    return value if isinstance(value, str) else orjson.dumps(value).decode()
