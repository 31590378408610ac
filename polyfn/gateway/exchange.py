"""One request and its answer, as far as they have come; over ASGI: reads the body, answers."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any, NamedTuple

from polyfn.errors import PolyfnError, RequestTooLarge
from polyfn.gateway.responses import has
from polyfn.model import Timing

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, MutableMapping

    from polyfn.gateway.responses import RawHeaders, Reply
    from polyfn.gateway.stamp import Clock

    Scope = MutableMapping[str, Any]
    Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
    Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]


class ClientLeftError(Exception):
    """The client went away before its whole request was here."""


class RequestRecord(NamedTuple):
    """One request that was answered, for a line in the terminal.

    Attributes:
        path: As it was sent, without the query.
        function: Its name, or empty when none was found.
        status: Of the head that was sent, also when the stream after it was cut.
        duration_s: From the request's head to the last byte of the answer.
        cold: Whether an instance was started for it; ``None`` when none was asked.
        error: What was told to the client, or what cut the stream.
    """

    request_id: str
    method: str
    path: str
    function: str
    status: int
    duration_s: float
    cold: bool | None
    error: PolyfnError | None


class Exchange:
    """One request and what is known of it so far, whichever way it is answered.

    Args:
        path: As it was sent, percent-encoded, without the query.
        headers: Its header lines, names in lower case.

    Attributes:
        function: Who answers it; empty while that is not known.
        status: Of the head that was sent; 0 before that.
        error: What went wrong with it.
        started: When it came, by `time.perf_counter`.
    """

    __slots__ = (
        "_clock", "error", "function", "headers", "method", "path", "stamp", "started",
        "status", "timing",
    )  # fmt: skip

    def __init__(self, method: str, path: str, headers: RawHeaders, clock: Clock) -> None:
        self.method = method
        self.path = path
        self.headers = headers
        self.stamp = clock.stamp()
        self.timing = Timing()
        self.function = ""
        self.status = 0
        self.error: PolyfnError | None = None
        self._clock = clock
        self.started = time.perf_counter()

    def header(self, name: bytes) -> str | None:
        """A header of the request; the first, when there are several."""
        for each, value in self.headers:
            if each == name:
                return str(value, "latin-1")
        return None

    def sign(self, headers: RawHeaders) -> None:
        """Add what every response of ours says to a response's headers."""
        headers.append((b"x-nf-request-id", self.stamp.request_id.encode()))
        if self.timing.stale:
            headers.append((b"x-polyfn-stale", b"true"))
        if not has(headers, b"date"):
            headers.append((b"date", self._clock.http_date()))

    def record(self) -> RequestRecord:
        """What has become of it."""
        return RequestRecord(
            self.stamp.request_id,
            self.method,
            self.path,
            self.function,
            self.status,
            time.perf_counter() - self.started,
            self.timing.cold,
            self.error,
        )


class AsgiExchange(Exchange):
    """One request that is answered as ASGI has it."""

    __slots__ = ("receive", "scope", "send")

    def __init__(self, scope: Scope, receive: Receive, send: Send, clock: Clock) -> None:
        path = scope["raw_path"].decode("latin-1")
        super().__init__(scope["method"], path, scope["headers"], clock)
        self.scope = scope
        self.receive = receive
        self.send = send

    def go_on_from(self, other: Exchange) -> None:
        """Be the same request as one that was begun in another way."""
        self.stamp = other.stamp
        self.timing = other.timing
        self.function = other.function
        self.started = other.started

    async def read_body(self, headers: dict[str, str], max_bytes: int) -> bytes:
        """Read the request's body.

        Args:
            headers: The request's.

        Raises:
            RequestTooLarge: As soon as it is known; what is still to come is not kept.
            ClientLeftError: The client went away in the middle of it.
        """
        announced = headers.get("content-length")
        if announced is None and "transfer-encoding" not in headers:
            return b""
        if announced is not None and int(announced) > max_bytes:
            raise _too_large(f"has {int(announced):,} bytes", max_bytes)
        parts: list[bytes] = []
        size, more = 0, True
        while more:
            message = await self.receive()
            if message["type"] == "http.disconnect":
                raise ClientLeftError
            parts.append(message["body"])
            size += len(message["body"])
            if size > max_bytes:
                raise _too_large("is longer", max_bytes)
            more = message["more_body"]
        return b"".join(parts)

    async def answer(self, reply: Reply) -> None:
        """Send a whole response."""
        await self.start(reply.status, reply.headers)
        await self.send({"type": "http.response.body", "body": reply.body, "more_body": False})

    async def start(self, status: int, headers: RawHeaders) -> None:
        """Send the head of a response; ours are added."""
        self.status = status
        self.sign(headers)
        await self.send({"type": "http.response.start", "status": status, "headers": headers})

    def cut(self) -> None:
        """End the connection so that nobody takes the answer, begun and not ended, for whole."""
        self.scope["state"]["cut"]()


def _too_large(what: str, max_bytes: int) -> RequestTooLarge:
    return RequestTooLarge(
        f"The request's body {what}; this function takes {max_bytes:,} bytes. "
        "Store the file elsewhere and send its address."
    )
