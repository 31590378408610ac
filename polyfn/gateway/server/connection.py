"""One connection: uvicorn's, and what it leaves to others.

It keeps the limits that must hold before a function is looked for: a request's target (414), its
headers (431), well-formed HTTP (400). To refuse what comes in is to raise out of one of the
parser's callbacks: it stops, and `_refused` answers.

Three things more are not as in uvicorn:

- A client of HTTP/1.0 knows no chunks: its stream ends with the connection, and a stream that is
  cut ends with a reset.
- A head that asks for another protocol (``Upgrade: h2c``, as Java's client sends by itself) is
  answered in HTTP/1.1. The parser then takes the body for that protocol's bytes, so another
  parser reads it, and the connection ends with the answer.
- What follows a refusal is read and dropped for a while: were the connection closed upon it, its
  sender would see a reset instead of the answer.
"""

from __future__ import annotations

import socket
import struct
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, ClassVar, Final

import httptools
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from polyfn.errors import HeadersTooLarge, MalformedRequest, PolyfnError, UriTooLong
from polyfn.gateway.errors import error_reply
from polyfn.gateway.stamp import Clock

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Callable, Coroutine

    from uvicorn.protocols.http.httptools_impl import RequestResponseCycle

    from polyfn.settings.values import Limits

_HEADER_OVERHEAD: Final = len(": \r\n")
_MAX_DROPPED_BYTES: Final = 64 * 1024 * 1024
_LINGER_S: Final = 1.0
_RESET_ON_CLOSE: Final = struct.pack("ii", 1, 0)


class Connection(HttpToolsProtocol):
    """One connection of a client; the server makes a subclass that knows its limits."""

    limits: ClassVar[Limits]

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Take a connection."""
        super().connection_made(transport)
        self._max_uri_bytes = self.limits.max_uri_bytes
        self._max_header_bytes = self.limits.max_header_bytes
        self._in_head = False
        self._head_bytes = self._header_bytes = self._dropped_bytes = 0
        self._refusal: PolyfnError | None = None
        self._body_framing = b""

    # Requests

    def data_received(self, data: bytes) -> None:
        """Parse what came, unless nothing more is taken."""
        if self._refusal is not None:
            return
        self._unset_keepalive_if_required()
        try:
            if self._in_head:
                self._judge_unfinished_head(len(data))
            self.parser.feed_data(data)
        except httptools.HttpParserUpgrade as upgrade:
            self._stay_with_http1(data[upgrade.args[0] :])
        except (httptools.HttpParserError, PolyfnError):
            self._refused()

    def on_message_begin(self) -> None:
        """Begin a request."""
        super().on_message_begin()
        self._in_head = True
        self._head_bytes = self._header_bytes = self._dropped_bytes = 0

    def on_url(self, url: bytes) -> None:
        """Take a piece of the target."""
        super().on_url(url)
        if len(self.url) > self._max_uri_bytes:
            self._refuse(
                UriTooLong(
                    f"The URL is longer than {self._max_uri_bytes:,} bytes: "
                    "send what it carries as a body."
                )
            )

    def on_header(self, name: bytes, value: bytes) -> None:
        """Take a header; drop a trailer, which must not pass for one."""
        self._header_bytes += len(name) + len(value) + _HEADER_OVERHEAD
        if self._header_bytes > self._max_header_bytes:
            self._refuse_headers()
        if self._in_head:
            super().on_header(name, value)

    def on_headers_complete(self) -> None:
        """Hand the request to the gateway."""
        self._in_head = False
        plain = self.parser.get_http_version() == "1.0"
        self.scope["state"]["cut"] = self._reset if plain else self.transport.close
        self._body_framing = self._framing() if self.parser.should_upgrade() else b""
        super().on_headers_complete()
        if plain:
            # Its task has not begun; there is no other way to frame an answer differently.
            self.cycle.send = _unchunked(self.cycle)  # type: ignore[method-assign, assignment]

    def on_body(self, body: bytes) -> None:
        """Take a piece of a body; drop it when its request has been answered."""
        if self.cycle.response_complete:
            self._dropped_bytes += len(body)
            if self._dropped_bytes > _MAX_DROPPED_BYTES:
                self.transport.abort()
        super().on_body(body)

    def on_message_complete(self) -> None:
        """End a request, unless its body is still to be read by another parser."""
        if not self._body_framing:
            super().on_message_complete()

    def _judge_unfinished_head(self, more: int) -> None:
        """The parser would keep an endless line, and say nothing."""
        self._head_bytes += more
        if self._head_bytes > self._max_uri_bytes + self._max_header_bytes:
            self._refuse_headers()

    def _framing(self) -> bytes:
        """The headers that say how the body is framed; none when there is none."""
        named = (b"content-length", b"transfer-encoding")
        return b"".join(b"%s: %s\r\n" % each for each in self.headers if each[0] in named)

    def _stay_with_http1(self, rest: bytes) -> None:
        if self._body_framing:
            self.cycle.keep_alive = False
            self.parser = httptools.HttpRequestParser(_Body(self))
            self.parser.feed_data(b"POST / HTTP/1.1\r\n" + self._body_framing + b"\r\n")
            self._body_framing = b""
        if rest:
            self.data_received(rest)

    # Answers

    def on_response_complete(self) -> None:
        """Go on with the next request, unless what follows has been refused."""
        last = not self.pipeline
        super().on_response_complete()
        if last and self._refusal is not None:
            self.transport.close()

    def _reset(self) -> None:
        """End a connection whose end would look like the end of the answer."""
        connection = self.transport.get_extra_info("socket")
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET_ON_CLOSE)
        self.transport.abort()

    # Refusals

    def _refuse_headers(self) -> None:
        self._refuse(
            HeadersTooLarge(
                f"The request's headers are longer than {self._max_header_bytes:,} bytes together."
            )
        )

    def _refuse(self, error: PolyfnError) -> None:
        self._refusal = error
        raise error

    def _refused(self) -> None:
        """End the connection; an answer to an earlier request goes first, and is then the last."""
        if self._refusal is None:
            self._refusal = MalformedRequest("This is no well-formed request of HTTP/1.1.")
        cycle: RequestResponseCycle | None = self.cycle
        if cycle is not None and not cycle.response_complete:
            if cycle.response_started or not cycle.more_body:
                return  # what was refused comes after it
            if self.pipeline and self.pipeline[0][0] is cycle:
                self.pipeline.popleft()
                return
            cycle.disconnected = True
            cycle.message_event.set()
        self._write_refusal(self._refusal)

    def _write_refusal(self, error: PolyfnError) -> None:
        clock = Clock()
        request_id = clock.stamp().request_id
        answer = error_reply(error, request_id=request_id)
        lines = [
            b"HTTP/1.1 %d %s" % (answer.status, HTTPStatus(answer.status).phrase.encode()),
            *(name + b": " + value for name, value in answer.headers),
            b"x-nf-request-id: " + request_id.encode(),
            b"date: " + clock.http_date(),
            b"connection: close",
            b"",
            answer.body,
        ]
        self.transport.write(b"\r\n".join(lines))
        self.transport.write_eof()
        self.loop.call_later(_LINGER_S, self.transport.close)


class _Body:
    """The callbacks of a parser that reads one body, and nothing after it."""

    def __init__(self, connection: Connection) -> None:
        self._connection: Connection | None = connection

    def on_body(self, body: bytes) -> None:
        if self._connection is not None:
            self._connection.on_body(body)

    def on_message_complete(self) -> None:
        if self._connection is not None:
            self._connection.on_message_complete()
            self._connection = None


def _unchunked(cycle: RequestResponseCycle) -> Callable[[Any], Coroutine[Any, Any, None]]:
    """A sender for a client of HTTP/1.0: it knows no chunks, the connection's end is the body's."""
    send = cycle.send
    endless = False

    async def send_plain(message: Any) -> None:
        nonlocal endless
        if message["type"] == "http.response.start":
            endless = not any(name == b"content-length" for name, _ in message["headers"])
            if endless:
                cycle.chunked_encoding = False
        elif endless:  # uvicorn compares with what was announced: each piece is as long as it is
            cycle.expected_content_length = len(message["body"])
        await send(message)

    return send_plain
