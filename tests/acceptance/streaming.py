"""A client of streams: takes chunks one by one, leaves when it likes, or does not read at all."""

from __future__ import annotations

import contextlib
import http.client
import socket
from collections.abc import Iterator
from dataclasses import dataclass

from tests.acceptance.serving import Served

_WAIT_S = 30.0
_READ_BYTES = 65_536


@dataclass
class Stream:
    """A streamed answer that is under way."""

    response: http.client.HTTPResponse
    socket: socket.socket

    @property
    def status(self) -> int:
        return self.response.status

    def header(self, name: str) -> str | None:
        return self.response.getheader(name)

    def piece(self) -> bytes:
        """The next bytes, as soon as there are some; empty at the end."""
        return self.response.read1(_READ_BYTES)

    def until(self, words: bytes) -> bytes:
        """Read on until those bytes have come."""
        seen = b""
        while words not in seen:
            piece = self.piece()
            assert piece, f"{words!r} did not come: {seen!r}"
            seen += piece
        return seen

    def rest(self) -> tuple[int, bool]:
        """How many bytes follow, and whether the answer is whole."""
        size = 0
        try:
            while piece := self.piece():
                size += len(piece)
        except (http.client.HTTPException, ConnectionResetError):
            return size, False
        return size, not self.response.length


@contextlib.contextmanager
def streamed(
    server: Served, name: str, query: str = "", receive_bytes: int = 0
) -> Iterator[Stream]:
    """Call a function by its name; see `streamed_at`."""
    target = f"/.netlify/functions/{name}{query}"
    with streamed_at(server, target, receive_bytes) as stream:
        yield stream


@contextlib.contextmanager
def streamed_at(server: Served, target: str, receive_bytes: int = 0) -> Iterator[Stream]:
    """Get a target, and return when the head of its answer is here; leaving ends the connection.

    Args:
        receive_bytes: What the system may hold for this client; 0: what it usually does.
    """
    connection = http.client.HTTPConnection(server.host, server.port, timeout=_WAIT_S)
    own = socket.socket()
    if receive_bytes:
        own.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_bytes)
    own.settimeout(_WAIT_S)
    own.connect((server.host, server.port))
    connection.sock = own
    try:
        connection.request("GET", target)
        yield Stream(connection.getresponse(), own)
    finally:
        connection.close()
        own.close()
