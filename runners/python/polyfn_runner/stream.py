"""Generators, as streamed responses.

A handler that is a generator, or returns one (sync or async, or any other iterator), streams: what
it yields, str or bytes, is sent as it comes. It may first yield a dict with ``statusCode`` (200),
``headers``, ``multiValueHeaders`` and ``cookies``, and even a ``body``: that is the head. Without
one the status is 200 and the content type ``text/plain; charset=utf-8``, or
``application/octet-stream`` when the first thing yielded is bytes.

A caller who does not want an HTTP response gets the whole: the head with the joined ``body``, or
just the joined text.
"""

from __future__ import annotations

from binascii import Error as Base64Error
from binascii import a2b_base64, b2a_base64

from polyfn_runner import messages
from polyfn_runner.errors import Failed
from polyfn_runner.result import response_head, unmarshallable

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterator
    from typing import Any

    from polyfn_runner.channel import Channel

_PIECE = 64 * 1024  # what a pipe holds; polyfn holds a whole chunk before it passes it on
_HEAD_KEYS = ("statusCode", "headers", "multiValueHeaders", "cookies", "body")


class Streaming:
    """Sends what a generator yields: HEAD with the first of it, then CHUNKs."""

    def __init__(self, channel: Channel, number: int) -> None:
        self._channel = channel
        self._number = number
        self._begun = False

    def put(self, item: Any) -> None:
        """Send one thing that was yielded.

        Raises:
            Failed: It is neither bytes nor text, nor a head at the beginning.
        """
        if not self._begun:
            self._begun = True
            if isinstance(item, dict):
                self._send_head(*_head(item))
                item = _body(item)
            else:
                self._send_head(200, ["content-type", _content_type(item)])
        data = memoryview(_bytes(item))
        for start in range(0, len(data), _PIECE):
            piece = data[start : start + _PIECE].tobytes()
            self._channel.send(messages.CHUNK, self._number, piece)

    def end(self) -> None:
        """Send the head, if nothing was yielded that it could have come with."""
        if not self._begun:
            self.put("")

    def _send_head(self, status: int, headers: list[str]) -> None:
        self._channel.send(messages.HEAD, self._number, status, headers)


class Joining:
    """Keeps what a generator yields, for a caller who wants one value."""

    def __init__(self) -> None:
        self._head: dict[Any, Any] | None = None
        self._parts: list[bytes | bytearray | memoryview] = []
        self._begun = False

    def put(self, item: Any) -> None:
        """Keep one thing that was yielded.

        Raises:
            Failed: It is neither bytes nor text, nor a head at the beginning.
        """
        if not self._begun and isinstance(item, dict):
            _head(item)
            self._head = item
            item = _body(item)
        self._begun = True
        self._parts.append(_bytes(item))

    def value(self) -> Any:
        """The whole: text, or a response with its body.

        Raises:
            Failed: Without a head, bytes that are no text cannot be said.
        """
        whole = b"".join(self._parts)
        told: dict[str, Any]
        try:
            told = {"body": whole.decode(), "isBase64Encoded": False}
        except UnicodeDecodeError as error:
            if self._head is None:
                raise unmarshallable(error) from error
            told = {"body": b2a_base64(whole, newline=False).decode(), "isBase64Encoded": True}
        return told["body"] if self._head is None else {"statusCode": 200, **self._head, **told}


def pour(source: Iterator[Any], put: Callable[[Any], None], cancelled: Callable[[], bool]) -> None:
    """Put all that an iterator gives; stop, and close it, once the caller has gone."""
    try:
        for item in source:
            if cancelled():
                return
            put(item)
    finally:
        close = getattr(source, "close", None)
        if close is not None:
            close()


async def pour_async(
    source: AsyncIterator[Any], put: Callable[[Any], None], cancelled: Callable[[], bool]
) -> None:
    """The same for an asynchronous iterator."""
    try:
        async for item in source:
            if cancelled():
                return
            put(item)
    finally:
        close = getattr(source, "aclose", None)
        if close is not None:
            await close()


def _head(item: dict[Any, Any]) -> tuple[int, list[str]]:
    head = response_head({"statusCode": 200, **item})
    if head is None or not any(key in item for key in _HEAD_KEYS):
        raise Failed(
            "Function.InvalidResponse",
            "the first thing a streaming handler yields may be a dict with 'statusCode' (a "
            f"number), 'headers' and 'cookies'; this one has {sorted(map(str, item))!s:.200}",
        )
    return head


def _body(head: dict[Any, Any]) -> Any:
    body = head.get("body")
    if body is None:
        return b""
    if not head.get("isBase64Encoded"):
        return body
    try:
        return a2b_base64(body)
    except (Base64Error, TypeError, ValueError) as error:
        raise Failed("Function.InvalidResponse", f"the body is not base64: {error}") from error


def _bytes(item: Any) -> bytes | bytearray | memoryview:
    if isinstance(item, str):
        return item.encode("utf-8", "backslashreplace")
    if isinstance(item, (bytes, bytearray, memoryview)):
        return item
    raise Failed(
        "Function.InvalidResponse",
        f"a streaming handler must yield str or bytes, but it yielded a {type(item).__name__}",
    )


def _content_type(first: Any) -> str:
    return "text/plain; charset=utf-8" if isinstance(first, str) else "application/octet-stream"
