"""The functions of a project that debuggers may attach to, each at a port of its own."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import socket
from typing import TYPE_CHECKING, Final, Self
from uuid import uuid4

from polyfn.pool.inspector.inspection import Inspection
from polyfn.pool.inspector.native import NativeInspection
from polyfn.pool.inspector.news import NoPort, Open
from polyfn.pool.inspector.port import Port

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Coroutine, Iterable

    from polyfn.model import Function
    from polyfn.pool.inspector.news import Listener
    from polyfn.pool.inspector.wish import Inspect

_HOST: Final = "127.0.0.1"
# Another program may have some of the ports after the first, too.
_TRIES: Final = 100
_PAUSE_S: Final = 0.1
_TAKEN: Final = (errno.EADDRINUSE, errno.EACCES)


class Inspectors:
    """Listens for debuggers; an async context manager.

    Args:
        wish: Which functions.
        can: Whether a function's language has an inspector.
        command_for: What attaches to a process of it, with ``{pid}`` in it; empty: nothing does.
        tell: Is told what happens; must not raise.

    Attributes:
        wake: Starts an instance of a function, if there is none.
    """

    def __init__(
        self,
        wish: Inspect,
        *,
        can: Callable[[Function], bool],
        command_for: Callable[[Function], str],
        tell: Listener,
    ) -> None:
        self.wake: Callable[[str], Awaitable[None]] = _nothing_runs
        self._wish = wish
        self._can = can
        self._command_for = command_for
        self._tell = tell
        self._next_port = wish.port
        self._inspections: dict[str, Inspection] = {}
        self._sockets: list[socket.socket] = []
        self._tasks: set[asyncio.Task[None]] = set()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *exc_info: object) -> None:
        self.let_go()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        for each in self._sockets:
            each.close()

    def open(self, functions: Iterable[Function]) -> None:
        """Listen for each of them that is to be inspected."""
        for function in functions:
            self.of(function)

    def of(self, function: Function) -> Inspection | None:
        """The inspection of a function; ``None`` if it is not inspected."""
        known = self._inspections.get(function.name) or self._native(function)
        if known is not None or not (self._wish.wants(function.name) and self._can(function)):
            return known
        listener, taken = self._bind()
        if listener is None:
            self._tell(NoPort(function=function.name))
            return None
        return self._inspect(function, listener, taken)

    def _native(self, function: Function) -> Inspection | None:
        command = self._command_for(function)
        if not command or not self._wish.wants_program(function.name):
            return None
        inspection = NativeInspection(function.name, command, wake=self.wake, tell=self._tell)
        self._inspections[function.name] = inspection
        return inspection

    def find(self, name: str) -> Inspection | None:
        """The inspection of the function of that name, if there is one."""
        return self._inspections.get(name)

    def let_go(self) -> None:
        """Take no debugger any more, and hang up: what is paused runs on."""
        for task in self._tasks:
            task.cancel()
        for inspection in self._inspections.values():
            inspection.let_go()

    def _inspect(self, function: Function, listener: socket.socket, taken: list[int]) -> Inspection:
        path = f"/{uuid4()}"
        url = f"ws://{_HOST}:{listener.getsockname()[1]}{path}"
        inspection = self._inspections[function.name] = Inspection(
            function.name,
            url,
            breaks=self._wish.breaks_in(function.name),
            wake=self.wake,
            tell=self._tell,
        )
        main_file = function.main_file.as_uri()
        port = Port(inspection, path=path, main_file=main_file, tell=self._tell)
        self._work(self._serve(listener, port))
        self._tell(Open(function=function.name, url=url, instead_of=tuple(taken)))
        return inspection

    def _bind(self) -> tuple[socket.socket | None, list[int]]:
        """The next port that is free, and those before it that are not."""
        taken: list[int] = []
        for port in range(self._next_port, min(self._next_port + _TRIES, 65536)):
            listener = _listening(port if self._wish.port else 0)
            if listener is not None:
                self._next_port = port + 1
                self._sockets.append(listener)
                return listener, taken
            taken.append(port)
        return None, taken

    async def _serve(self, listener: socket.socket, port: Port) -> None:
        """Take connections; each is answered in a task of its own."""
        loop = asyncio.get_running_loop()
        while True:
            try:
                connection, _ = await loop.sock_accept(listener)
            except OSError:  # no descriptor is left, or whoever came has gone
                await asyncio.sleep(_PAUSE_S)
                continue
            self._work(_answered(connection, port))

    def _work(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


async def _answered(connection: socket.socket, port: Port) -> None:
    try:
        reader, writer = await asyncio.open_connection(sock=connection)
    except OSError:  # whoever came has gone
        return
    with contextlib.closing(writer):
        await port.answer(reader, writer)


async def _nothing_runs(name: str) -> None:
    """There is nothing to be started yet."""
    del name


def _listening(port: int) -> socket.socket | None:
    """A socket that listens on the loopback interface; ``None`` when the port is taken."""
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((_HOST, port))
        listener.listen()
    except OSError as error:
        listener.close()
        if error.errno in _TAKEN:
            return None
        raise
    listener.setblocking(False)
    return listener
