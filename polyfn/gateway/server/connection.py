"""One connection: uvicorn's, and what it leaves to others.

It keeps the limits that must hold before a function is looked for: a request's target (414), its
headers (431), well-formed HTTP (400). To refuse what comes in is to raise out of one of the
parser's callbacks: it stops, and `_refused` answers.

Four things more are not as in uvicorn:

- A client of HTTP/1.0 knows no chunks: its stream ends with the connection, and a stream that is
  cut ends with a reset.
- A head that asks for another protocol (``Upgrade: h2c``, as Java's client sends by itself) is
  answered in HTTP/1.1. The parser then takes the body for that protocol's bytes, so another
  parser reads it, and the connection ends with the answer.
- A request that is byte for byte the last one that came in one piece is not parsed again: the
  parser would say the same. Clients that poll send such, and those that measure.
- What follows a refusal is read and dropped for a while: were the connection closed upon it, its
  sender would see a reset instead of the answer.
"""

from __future__ import annotations

import socket
import struct
from typing import TYPE_CHECKING, ClassVar, Final, NamedTuple, NoReturn, cast

import httptools
from uvicorn.protocols.http.flow_control import HIGH_WATER_LIMIT
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from polyfn.errors import HeadersTooLarge, MalformedRequest, PolyfnError, UriTooLong
from polyfn.gateway.direct import Head
from polyfn.gateway.server.answers import as_bytes, refusal_as_bytes
from polyfn.gateway.server.body import BodyOnly
from polyfn.gateway.server.cycles import DirectCycle, asgi_cycle, scope_of
from polyfn.pool.alarm import Alarm

if TYPE_CHECKING:
    import asyncio

    from uvicorn._types import ASGI3Application
    from uvicorn.protocols.http.httptools_impl import RequestResponseCycle

    from polyfn.gateway.direct import App, Direct
    from polyfn.gateway.exchange import Scope
    from polyfn.gateway.responses import Reply
    from polyfn.settings.values import Limits

_HEADER_OVERHEAD: Final = len(": \r\n")
_MAX_DROPPED_BYTES: Final = 64 * 1024 * 1024
_LINGER_S: Final = 1.0
_LONGEST_SEEN: Final = 4096
_RESET_ON_CLOSE: Final = struct.pack("ii", 1, 0)


class _Seen(NamedTuple):
    """A request that came in one piece, and what the parser made of it."""

    data: bytes
    head: Head
    body: bytes


_NOTHING_SEEN: Final = _Seen(b"", Head("", b"", b"", [], None, "", "", False, False), b"")


class Connection(HttpToolsProtocol):
    """One connection of a client; the server makes a subclass that knows its limits."""

    limits: ClassVar[Limits]
    direct: ClassVar[Direct | None]

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Take a connection."""
        super().connection_made(transport)
        self._max_uri_bytes = self.limits.max_uri_bytes
        self._max_header_bytes = self.limits.max_header_bytes
        self._in_head = False
        self._head_bytes = self._header_bytes = self._dropped_bytes = 0
        self._refusal: PolyfnError | None = None
        self._body_framing = b""
        self._unbegun: DirectCycle | None = None
        self._taken: DirectCycle | None = None
        self._in_message = False
        self._messages = 0
        self._seen = _NOTHING_SEEN
        self._quiet = Alarm(self.loop, self.timeout_keep_alive_handler)

    def connection_lost(self, exc: Exception | None) -> None:
        """Let go of a connection that has ended."""
        self._quiet.close()
        super().connection_lost(exc)

    # Requests

    def data_received(self, data: bytes) -> None:
        """Parse what came, unless nothing more is taken."""
        if self._refusal is not None:
            return
        self._quiet.off()
        if data == self._seen.data and self._may_take():
            self._take(DirectCycle(self, self._seen.head), self._seen.body)
            return
        try:
            self._parse(data)
            if self._unbegun is not None:
                self._wait_for_the_rest(self._unbegun)
        except httptools.HttpParserUpgrade as upgrade:
            self._stay_with_http1(data[upgrade.args[0] :])
        except (httptools.HttpParserError, PolyfnError):
            self._refused()

    def _parse(self, data: bytes) -> None:
        if self._in_head:
            self._judge_unfinished_head(len(data))
        first = not self._in_message
        before = self._messages
        self._taken = None
        self.parser.feed_data(data)
        taken = self._taken_now()
        if (
            taken is not None
            and first
            and self._messages == before + 1
            and len(data) <= _LONGEST_SEEN
        ):
            self._seen = _Seen(data, taken.head, bytes(taken.body))

    def _taken_now(self) -> DirectCycle | None:
        return self._taken  # what it is now: the parser has called back

    def _may_take(self) -> bool:
        """Whether a request that begins now could be answered directly."""
        return not (self._in_message or self._answering() or self.flow.write_paused)

    def on_message_begin(self) -> None:
        """Begin a request; its ASGI scope is made when it is known that it needs one."""
        self._in_message = True
        self._messages += 1
        self.url = b""
        self.headers = []
        self.expect_100_continue = False
        self._in_head = True
        self._head_bytes = self._header_bytes = self._dropped_bytes = 0

    def on_url(self, url: bytes) -> None:
        """Take a piece of the target."""
        self.url += url
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
            name = name.lower()
            if name == b"expect" and value.lower() == b"100-continue":
                self.expect_100_continue = True
            self.headers.append((name, value))

    def on_headers_complete(self) -> None:
        """Keep the request until it is whole, or hand it to the ASGI callable."""
        self._in_head = False
        parser = self.parser
        http_version = parser.get_http_version()
        upgrades = parser.should_upgrade()
        url = httptools.parse_url(self.url)
        keep_alive = http_version != "1.0" and parser.should_keep_alive()
        head = Head(
            parser.get_method().decode("ascii"),
            self._judged(url.path),
            url.query or b"",
            self.headers,
            self.client,
            self.scheme or "http",
            http_version,
            self.expect_100_continue,
            keep_alive,
        )
        self._body_framing = self._framing() if upgrades else b""
        if (
            self.direct is None
            or upgrades
            or self._answering()
            or http_version != "1.1"
            or self.flow.write_paused
        ):
            self._begin_asgi(head)
        else:
            self._unbegun = DirectCycle(self, head)
            self.cycle = cast("RequestResponseCycle", self._unbegun)

    def on_body(self, body: bytes) -> None:
        """Take a piece of a body; drop it when its request has been answered."""
        cycle = self.cycle
        if cycle.response_complete:
            self._dropped_bytes += len(body)
            if self._dropped_bytes > _MAX_DROPPED_BYTES:
                self.transport.abort()
        elif not cycle.body and len(body) > HIGH_WATER_LIMIT:
            cycle.body = cast("bytearray", body)  # as it is: uvicorn would copy it twice
            self.flow.pause_reading()
            cycle.message_event.set()
        else:
            if isinstance(cast("object", cycle.body), bytes):
                cycle.body = bytearray(cycle.body)
            super().on_body(body)

    def on_message_complete(self) -> None:
        """End a request, unless its body is still to be read by another parser."""
        self._in_message = False
        if self._body_framing:
            return
        unbegun = self._unbegun
        if unbegun is None:
            super().on_message_complete()
            return
        self._unbegun = None
        self._taken = unbegun
        self._take(unbegun, bytes(unbegun.body))

    def _take(self, cycle: DirectCycle, body: bytes) -> None:
        """Have a request that is whole answered, directly if that can be."""
        self.cycle = cast("RequestResponseCycle", cycle)
        cycle.more_body = False
        direct = self.direct
        if direct is None or not direct.take(cycle.head, body, cycle):
            cycle.body += body[len(cycle.body) :]
            self.go_on_as_asgi(cycle, cast("App", self.app))

    def _wait_for_the_rest(self, unbegun: DirectCycle) -> None:
        """ASGI knows how: it asks for a body, slows its sender down, and refuses too long a one."""
        self._unbegun = None
        self.go_on_as_asgi(unbegun, cast("App", self.app))

    def _judged(self, raw_path: bytes | None) -> bytes:
        """Neither a target without a path, nor one that is not ASCII, is a target of ours."""
        if raw_path is None or not raw_path.isascii():
            self._refuse(_malformed())
        return raw_path

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
            self.parser = httptools.HttpRequestParser(BodyOnly(self))
            self.parser.feed_data(b"POST / HTTP/1.1\r\n" + self._body_framing + b"\r\n")
            self._body_framing = b""
        if rest:
            self.data_received(rest)

    # Answers

    def go_on_as_asgi(self, begun: DirectCycle, app: App) -> None:
        """Let an ASGI callable answer a request, with as much of its body as has come."""
        cycle = asgi_cycle(self, begun.head, self._scope_of(begun.head))
        cycle.body += begun.body
        cycle.more_body = begun.more_body
        cycle.disconnected = begun.disconnected
        cycle.keep_alive = begun.keep_alive
        cycle.message_event.set()
        if cast("object", self.cycle) is begun:
            self.cycle = cycle
        self._start_asgi_task(cycle, cast("ASGI3Application", app))

    def _begin_asgi(self, head: Head) -> None:
        """As uvicorn does: at once, or when what came before has been answered."""
        wait = self._answering()
        self.cycle = asgi_cycle(self, head, self._scope_of(head))
        if wait:
            self.flow.pause_reading()
            self.pipeline.appendleft((self.cycle, self.app))
        else:
            self._start_asgi_task(self.cycle, self.app)

    def _answering(self) -> bool:
        cycle: RequestResponseCycle | None = self.cycle
        return cycle is not None and not cycle.response_complete

    def _scope_of(self, head: Head) -> Scope:
        cut = self._reset if head.http_version == "1.0" else self.transport.close
        return scope_of(head, self.server, {**self.app_state, "cut": cut})

    def write_answer(self, cycle: DirectCycle, reply: Reply) -> None:
        """Write a whole response, and go on with the next request."""
        method, keep_alive = cycle.head.method, cycle.keep_alive
        self.transport.write(as_bytes(reply, method=method, keep_alive=keep_alive))
        if not keep_alive:
            self.transport.close()
        self.on_response_complete()

    def on_response_complete(self) -> None:
        """Go on with the next request, unless what follows has been refused."""
        self.server_state.total_requests += 1
        if self.transport.is_closing():
            return
        self.flow.resume_reading()
        if self.pipeline:
            self._start_asgi_task(*self.pipeline.pop())
        elif self._refusal is not None:
            self.transport.close()
        else:
            self._quiet.set(self.loop.time() + self.timeout_keep_alive)

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

    def _refuse(self, error: PolyfnError) -> NoReturn:
        self._refusal = error
        raise error

    def _refused(self) -> None:
        """End the connection; an answer to an earlier request goes first, and is then the last."""
        if self._refusal is None:
            self._refusal = _malformed()
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
        self.transport.write(refusal_as_bytes(error))
        self.transport.write_eof()
        self.loop.call_later(_LINGER_S, self.transport.close)


def _malformed() -> PolyfnError:
    return MalformedRequest("This is no well-formed request of HTTP/1.1.")
