"""Serves an ASGI callable with uvicorn: the only part of polyfn that knows the HTTP server."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import math
from typing import TYPE_CHECKING, Final

import uvicorn

from polyfn.gateway.server.connection import Connection

if TYPE_CHECKING:
    import socket
    from collections.abc import AsyncIterator, Awaitable, Callable, Iterator

    from polyfn.gateway.direct import Direct
    from polyfn.gateway.exchange import Receive, Scope, Send
    from polyfn.gateway.listen import Listener
    from polyfn.settings.values import Limits

    App = Callable[[Scope, Receive, Send], Awaitable[None]]

_CANCEL_GRACE_S: Final = 1.0


@contextlib.asynccontextmanager
async def serve(
    app: App, listener: Listener, *, limits: Limits, direct: Direct | None = None
) -> AsyncIterator[None]:
    """Serve while the context is open; then finish what is under way, and stop.

    Signals are left to the program.

    Args:
        listener: Nobody listens there any more once the end begins.
        direct: Is asked first, for each request that came in one piece; see
            `polyfn.gateway.direct`.
        limits: ``drain_s`` is how long what is under way may take at the end.
    """
    sockets = list(listener.sockets)
    server = _Server(app, limits, direct)
    serving = asyncio.create_task(server.serve(sockets=sockets))
    try:
        await server.is_ready(serving)
        yield
    finally:
        server.should_exit = True
        await serving
        await server.drop_what_is_left()


class _Server(uvicorn.Server):
    def __init__(self, app: App, limits: Limits, direct: Direct | None) -> None:
        config = uvicorn.Config(
            app,
            http=_connections(limits, direct),
            ws="none",
            lifespan="off",
            interface="asgi3",
            log_config=None,
            log_level=logging.CRITICAL,
            access_log=False,
            proxy_headers=False,
            server_header=False,
            date_header=False,  # the gateway's: a function may send its own
            timeout_graceful_shutdown=math.ceil(limits.drain_s),
        )
        super().__init__(config)
        self._ready = asyncio.Event()

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave signals to the program."""
        yield

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Begin to take connections, and say so."""
        await super().startup(sockets)
        self._ready.set()

    async def is_ready(self, serving: asyncio.Task[None]) -> None:
        """Wait until connections are taken, or until it has failed to."""
        ready = asyncio.ensure_future(self._ready.wait())
        await asyncio.wait({serving, ready}, return_when=asyncio.FIRST_COMPLETED)
        ready.cancel()

    async def drop_what_is_left(self) -> None:
        """Past the drain limit uvicorn has cancelled what ran, but has waited for none of it."""
        if tasks := set(self.server_state.tasks):
            await asyncio.wait(tasks, timeout=_CANCEL_GRACE_S)
        for connection in list(self.server_state.connections):
            connection.transport.abort()


def _connections(limits: Limits, direct: Direct | None) -> type[Connection]:
    """The class that uvicorn makes connections of, which is all it takes: it knows the rest."""
    return type("Connection", (Connection,), {"limits": limits, "direct": direct})
