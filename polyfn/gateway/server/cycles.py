"""What stands for a request while it is answered: uvicorn's cycle, or one that writes at once."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, ClassVar, Final
from urllib.parse import unquote

from uvicorn.protocols.http.httptools_impl import RequestResponseCycle

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

    from polyfn.gateway.direct import App, Head
    from polyfn.gateway.exchange import Scope
    from polyfn.gateway.responses import Reply
    from polyfn.gateway.server.connection import Connection


class DirectCycle:
    """A request that is answered without ASGI, or handed over to it: a `direct.Sender`.

    It has the names that uvicorn's own protocol uses on a cycle.
    """

    __slots__ = (
        "_connection", "body", "disconnected", "head", "keep_alive", "more_body",
        "response_complete",
    )  # fmt: skip

    response_started: ClassVar[bool] = False  # it starts and completes in one step

    def __init__(self, connection: Connection, head: Head) -> None:
        self._connection = connection
        self.head = head
        self.body = bytearray()
        self.more_body = True
        self.keep_alive = head.keep_alive
        self.disconnected = False
        self.response_complete = False

    @property
    def message_event(self) -> _Unheard:
        """Nobody waits for its body or its end."""
        return _UNHEARD

    def answer(self, reply: Reply) -> None:
        """Send a whole response with one write: each would wake the client."""
        self.response_complete = True
        if not self.disconnected:
            self._connection.write_answer(self, reply)

    def hand_over(self, app: App) -> None:
        """Let an ASGI callable answer the request, body included."""
        self._connection.go_on_as_asgi(self, app)


class _Unheard:
    """An event that nobody waits for."""

    def set(self) -> None:
        pass


_UNHEARD: Final = _Unheard()


def asgi_cycle(connection: Connection, head: Head, scope: Any) -> RequestResponseCycle:
    """Make uvicorn's cycle for a request."""
    cycle = RequestResponseCycle(
        scope=scope,
        transport=connection.transport,
        flow=connection.flow,
        logger=connection.logger,
        access_logger=connection.access_logger,
        access_log=connection.access_log,
        default_headers=connection.server_state.default_headers,
        message_event=asyncio.Event(),
        expect_100_continue=head.expects_100,
        keep_alive=head.keep_alive,
        on_response=connection.on_response_complete,
    )
    if head.http_version == "1.0":
        # There is no other way to frame an answer differently.
        cycle.send = _unchunked(cycle)  # type: ignore[method-assign, assignment]
    return cycle


def scope_of(head: Head, server: tuple[str, int | None] | None, state: dict[str, Any]) -> Scope:
    """The ASGI scope of a request."""
    path = head.raw_path.decode("ascii")
    return {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.3"},
        "http_version": head.http_version,
        "server": server,
        "client": head.client,
        "scheme": head.scheme,
        "root_path": "",
        "headers": head.headers,
        "state": state,
        "method": head.method,
        "path": unquote(path) if "%" in path else path,
        "raw_path": head.raw_path,
        "query_string": head.query_string,
    }


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
