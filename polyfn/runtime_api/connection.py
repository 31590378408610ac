"""One connection of a program: its requests, taken apart as they come, and the answers to them."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Final, NamedTuple, Protocol, cast

import httptools

from polyfn.runtime_api.replies import CONTINUE, refusal, reply

if TYPE_CHECKING:
    from collections.abc import Mapping

# The X-Ray cause, a header of aws-lambda-go's, is up to 1 MiB.
_MAX_HEAD: Final = 2 * 1024 * 1024


class Request(NamedTuple):
    """A request's head; names of headers are in lower case."""

    method: str
    target: str
    headers: Mapping[str, str]


class Taker(Protocol):
    """Takes a request's body, and sees to its answer."""

    def feed(self, data: bytes) -> None:
        """The next bytes."""

    def end(self, trailers: Mapping[str, str]) -> None:
        """It is whole."""

    def lost(self) -> None:
        """The connection broke before its end."""


class Owner(Protocol):
    """Whose connections they are."""

    def admits(self, connection: Connection, transport: asyncio.Transport) -> bool:
        """A connection is made: whether the peer may ask at all."""

    def begin(self, connection: Connection, request: Request) -> Taker:
        """A request's head has come."""

    def gone(self, connection: Connection) -> None:
        """The connection is closed; of one that was not admitted, too."""


class Connection(asyncio.Protocol):
    """Speaks HTTP/1.1 with a program, one request after the other."""

    def __init__(self, owner: Owner) -> None:
        self._owner = owner
        self._transport: asyncio.Transport
        self._parser = httptools.HttpRequestParser(self)
        self._taker: Taker | None = None
        self._keep_alive = True
        self._admitted = False
        self._begin()

    def _begin(self) -> None:
        self._target = ""
        self._headers: dict[str, str] = {}
        self._trailers: dict[str, str] = {}
        self._head_bytes = 0

    def reply(
        self, status: int, body: bytes = b"", headers: Mapping[str, str] | None = None
    ) -> None:
        """Answer the request; to a peer that is gone it does nothing."""
        if self._transport.is_closing():
            return
        self._transport.write(reply(status, body, keep_alive=self._keep_alive, headers=headers))
        if not self._keep_alive:
            self._transport.close()

    def reply_early(self, status: int, body: bytes) -> None:
        """Answer while the request still comes: the rest of it is dropped.

        Only this side is closed. Closing both would reset the connection, and the peer might lose
        the answer.
        """
        if self._transport.is_closing():
            return
        self._transport.write(reply(status, body, keep_alive=False))
        self._transport.write_eof()

    def refuse(self, status: int, kind: str, message: str) -> None:
        """Answer with an error."""
        self.reply(status, refusal(kind, message))

    def pause(self) -> None:
        """Read no more of the request for now."""
        self._transport.pause_reading()

    def resume(self) -> None:
        """Go on reading."""
        if not self._transport.is_closing():
            self._transport.resume_reading()

    def close(self) -> None:
        """Close it at once."""
        self._transport.abort()

    # What asyncio says

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Let it in, or turn it away."""
        self._transport = cast("asyncio.Transport", transport)
        self._admitted = self._owner.admits(self, self._transport)
        if not self._admitted:
            self._keep_alive = False
            self.refuse(403, "Forbidden", "this address serves one function's own process only")

    def data_received(self, data: bytes) -> None:
        """Take requests apart."""
        if not self._admitted:
            return
        try:
            self._feed(data)
        except (httptools.HttpParserError, UnicodeDecodeError) as error:
            self._break_off(400, f"the request is malformed: {error}")

    def _feed(self, data: bytes) -> None:
        """Take an offer of another protocol (``h2c``, Java's client makes it) for not made.

        The parser skips the body of such a request: a new one gets it, behind a head without offer.
        """
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserUpgrade as offer:
            head = self._head_without_offer()
            self._parser = httptools.HttpRequestParser(self)
            self._begin()
            self._feed(head + data[offer.args[0] :])

    def _head_without_offer(self) -> bytes:
        method = self._parser.get_method()
        if method == b"CONNECT":
            raise httptools.HttpParserError("nothing is connected to from here")
        kept = {k: v for k, v in self._headers.items() if k not in ("connection", "upgrade")}
        lines = [
            f"{method.decode()} {self._target} HTTP/1.1",
            *(f"{k}: {v}" for k, v in kept.items()),
        ]
        return "\r\n".join([*lines, "", ""]).encode("latin-1")

    def connection_lost(self, exc: Exception | None) -> None:
        """The peer has gone."""
        del exc  # however it went
        self._drop()
        self._owner.gone(self)

    def _break_off(self, status: int, message: str) -> None:
        self._keep_alive = self._admitted = False
        self._drop()
        self.reply_early(status, refusal("InvalidRequest", message))

    def _drop(self) -> None:
        taker, self._taker = self._taker, None
        if taker is not None:
            taker.lost()

    # What the parser says

    def on_url(self, url: bytes) -> None:
        """A request begins."""
        self._grow(len(url))
        self._target += url.decode("ascii")

    def on_header(self, name: bytes, value: bytes) -> None:
        """A header, or after the body a trailer."""
        self._grow(len(name) + len(value))
        fields = self._headers if self._taker is None else self._trailers
        fields[name.decode("ascii").lower()] = value.decode("latin-1").strip()

    def on_headers_complete(self) -> None:
        """Its head is whole."""
        if self._parser.should_upgrade():
            return
        self._keep_alive = self._parser.should_keep_alive()
        method = self._parser.get_method().decode("ascii")
        self._taker = self._owner.begin(self, Request(method, self._target, self._headers))
        if self._headers.get("expect", "").lower() == "100-continue":
            self._transport.write(CONTINUE)

    def on_body(self, data: bytes) -> None:
        """Some of its body."""
        if self._taker is not None:
            self._taker.feed(data)

    def on_message_complete(self) -> None:
        """All of it is here."""
        if self._parser.should_upgrade():
            return
        taker, self._taker = self._taker, None
        trailers = self._trailers
        self._begin()
        if taker is not None:
            taker.end(trailers)

    def _grow(self, size: int) -> None:
        self._head_bytes += size
        if self._head_bytes > _MAX_HEAD:
            raise httptools.HttpParserError("its head is too long")
