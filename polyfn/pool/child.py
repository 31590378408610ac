"""A started process and what leads to it: a conversation and its log; whoever owns it listens."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Final, NamedTuple

from polyfn.pool.logpipe import LogPipe

if TYPE_CHECKING:
    import signal
    from collections.abc import Callable

    from polyfn.errors import ProtocolViolation
    from polyfn.pool.conversation import Conversation
    from polyfn.pool.process import Process
    from polyfn.wire.connection import FromRunner

# A child that has exited may have left whole frames in its pipe: they are read first.
_LAST_FRAMES_S: Final = 0.5


class Listener(NamedTuple):
    """An owner's ears.

    Attributes:
        message: Gets each legal message, in order.
        frames_end: Called once, when no message can follow: with the violation that ended them, or
            ``None`` at their end of file.
        line: Gets each line of its log.
        exit: Called once, with the child and its exit code (negative: the signal).
    """

    message: Callable[[FromRunner], None]
    frames_end: Callable[[ProtocolViolation | None], None]
    line: Callable[[str], None]
    exit: Callable[[Child, int], None]


class Remains(NamedTuple):
    """What a dead child had not taken in.

    Attributes:
        unread: It had not read all that was sent to it.
        lost: Something was sent when it had closed its end, or was gone, already.
    """

    unread: bool
    lost: bool


class Child:
    """A process with its pipes.

    Args:
        process: Has just been started.
        log: What its fds 1 and 2 lead to.

    Attributes:
        channel: How to speak with it.
        log: What it prints.
    """

    def __init__(self, process: Process, channel: Conversation, log: int, owner: Listener) -> None:
        self._owner = owner
        self._process = process
        self._frames_ended = asyncio.Event()
        self.channel = channel
        channel.listen(owner.message, self._on_frames_end)
        self.log = LogPipe(log, asyncio.get_running_loop(), owner.line)
        process.exited.add_done_callback(self._on_exit)

    @property
    def pid(self) -> int:
        """Its process id."""
        return self._process.pid

    @property
    def alive(self) -> bool:
        """Whether it has not ended, as the system has it; its owner is told a moment later."""
        return self._process.alive

    async def open(self) -> None:
        """Begin to speak with it."""
        await self.channel.open()

    def pass_to(self, owner: Listener) -> None:
        """Tell somebody else from now on; what it has printed is told to the old one first."""
        self.log.end_of_request()
        self._owner = owner
        self.channel.listen(owner.message, self._on_frames_end)
        self.log.listen(owner.line)

    def signal(self, number: signal.Signals) -> None:
        """Send a signal to it and all it started in its group; gone is fine."""
        self._process.signal_group(number)

    async def read_the_rest(self) -> Remains:
        """Read what a child that has exited left in its pipe, and let go of its frames."""
        try:
            async with asyncio.timeout(_LAST_FRAMES_S):
                await self._frames_ended.wait()
        except TimeoutError:
            pass  # a descendant holds the pipe open: it is closed here
        remains = Remains(self.channel.has_unread(), self.channel.has_lost())
        self.channel.close()
        return remains

    def close(self) -> None:
        """Let go of all its pipes."""
        self.channel.close()
        self.log.close()

    def _on_frames_end(self, violation: ProtocolViolation | None) -> None:
        self._frames_ended.set()
        self._owner.frames_end(violation)

    def _on_exit(self, exited: asyncio.Future[int]) -> None:
        self.channel.exited()
        self._owner.exit(self, exited.result())
