"""One runner that has booted, or boots, and is no function's yet."""

from __future__ import annotations

import asyncio
import itertools
import signal
from typing import TYPE_CHECKING, Final

from polyfn.pool.channel import Channel
from polyfn.pool.child import Child, Listener
from polyfn.pool.journal import Journal
from polyfn.wire import messages as m

if TYPE_CHECKING:
    from collections.abc import Callable

    from polyfn.errors import ProtocolViolation
    from polyfn.pool.process import Pipes, Process
    from polyfn.ports import LogSink
    from polyfn.wire.connection import FromRunner

OWNER: Final = "(spare)"
"""Stands where log lines name their function; no function can be called so."""
_BOOT_TIMEOUT_S: Final = 10.0
_AFTER_EOF_S: Final = 0.25
_numbers = itertools.count(1)


class Spare:
    """A child that waits for LOAD.

    Args:
        process: Has just been started.
        pipes: The supervisor's ends of its pipes.
        on_dead: Called once when it has been reaped, unless it was handed over before.

    Attributes:
        booted: Whether HELLO has come.
        dead: Set when it has been reaped.
    """

    def __init__(
        self, process: Process, pipes: Pipes, sink: LogSink, *, on_dead: Callable[[Spare], None]
    ) -> None:
        self.booted = False
        self.dead = asyncio.Event()
        self._on_dead = on_dead
        self._loop = asyncio.get_running_loop()
        self._journal = Journal(sink, OWNER, f"spare/{next(_numbers)}")
        ears = Listener(self._on_message, self._on_frames_end, self._journal.raw, self._on_exit)
        self._child = Child(process, Channel(pipes), pipes.log, ears)
        self._timer = self._loop.call_later(_BOOT_TIMEOUT_S, self.end)
        self._listening = False
        self._ending = False

    @property
    def pid(self) -> int:
        """The child's process id."""
        return self._child.pid

    @property
    def usable(self) -> bool:
        """Whether it can be handed over: it is alive, and nothing went wrong."""
        return self._listening and not self._ending and self._child.alive

    async def listen(self) -> None:
        """Wait for what it says; it may be handed over before it has said HELLO."""
        await self._child.open()
        if self._ending:
            self._child.channel.close()
        self._listening = True

    def hand_over(self, owner: Listener) -> Child:
        """Give it away to a new owner."""
        self._timer.cancel()
        self._child.pass_to(owner)
        return self._child

    def end(self) -> None:
        """Have it exit; one that does not is killed."""
        if not self._ending:
            self._ending = True
            self._timer.cancel()
            self._child.channel.close_input()
            self._timer = self._loop.call_later(_AFTER_EOF_S, self.kill)

    def kill(self) -> None:
        """End it at once."""
        self._ending = True
        self._child.signal(signal.SIGKILL)

    def _on_message(self, message: FromRunner) -> None:
        if isinstance(message, m.Hello):
            self._timer.cancel()
            self.booted = True
        elif isinstance(message, m.Log):
            self._journal.said(0, message.stream, message.level, message.text)

    def _on_frames_end(self, violation: ProtocolViolation | None) -> None:
        if violation is not None:
            self._journal.note("error", f"A runner broke its protocol: {violation.message}.")
        self.end()

    def _on_exit(self, child: Child, _: int) -> None:
        self._ending = True
        self._timer.cancel()
        child.close()
        self.dead.set()
        self._on_dead(self)
