"""Starting, signalling and reaping one child process: the only place that does.

The child leads a process group of its own, so that a signal reaches whatever it started, and
so that Ctrl-C in the terminal reaches the supervisor alone. Its descriptors are put in place by
posix_spawn's file actions, before its first instruction (runners/PROTOCOL.md §1): a runtime that
prints while it initialises must not reach a frame pipe.
"""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
import os
import signal
import sys
import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, TypeAlias

from polyfn.errors import Unavailable

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

_Action: TypeAlias = tuple[int, ...] | tuple[int, int, str, int, int]
_VARIABLE: Final = "POLYFN_FRAME_FDS"
# dup2 onto 3 or 4 must not hit a descriptor that is still to be moved itself.
_LOWEST_OWN_FD = 10


@dataclass(frozen=True, slots=True)
class Pipes:
    """The supervisor's ends: frames to the child, frames from it (-1: it has none), and its log."""

    to_child: int
    from_child: int
    log: int


class Process:
    """A child of ours; ``exited`` resolves to its exit code (negative: the signal)."""

    def __init__(self, pid: int, loop: asyncio.AbstractEventLoop) -> None:
        self.pid = pid
        self.exited: asyncio.Future[int] = loop.create_future()
        self._loop = loop
        self._watch()

    @property
    def alive(self) -> bool:
        """Whether it has not ended, as the system has it: `exited` is told a moment later."""
        if self.exited.done():
            return False
        try:
            return os.waitid(os.P_PID, self.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is None
        except ChildProcessError:
            return False

    def signal_group(self, number: signal.Signals) -> None:
        """Send a signal to the child and all it started in its group; gone is fine."""
        if self.exited.done() and number is not signal.SIGKILL:
            return
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self.pid, number)

    def _watch(self) -> None:
        try:
            pidfd = os.pidfd_open(self.pid)
        except (AttributeError, OSError):  # not Linux, or a kernel before 5.3
            threading.Thread(target=self._wait_in_thread, daemon=True).start()
            return
        self._loop.add_reader(pidfd, self._reap, pidfd)

    def _reap(self, pidfd: int) -> None:
        self._loop.remove_reader(pidfd)
        os.close(pidfd)
        self._finish(_wait(self.pid))

    def _wait_in_thread(self) -> None:
        code = _wait(self.pid)
        with contextlib.suppress(RuntimeError):  # the loop is closed: nobody asks any more
            self._loop.call_soon_threadsafe(self._finish, code)

    def _finish(self, code: int) -> None:
        # What the child left running in its group has no owner now.
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self.pid, signal.SIGKILL)
        if not self.exited.done():
            self.exited.set_result(code)


def spawn(
    argv: Sequence[str], env: Mapping[str, str], frame_fds: tuple[int, int] | None
) -> tuple[Process, Pipes]:
    """Start a child with its frame and log pipes in place.

    Args:
        argv: The program, absolute, and its arguments.
        env: The whole environment; `POLYFN_FRAME_FDS` is added for a child with frames.
        frame_fds: Where the child reads and writes frames: (3, 4), or (0, 1) for plain stdio;
            ``None`` for one that has none.

    Raises:
        Unavailable: The system refused: no such program, no descriptors, no processes left.
    """
    opened: list[int] = []
    try:
        log, child_log = _pipe(opened)
        actions = [*_output(frame_fds, child_log)]
        theirs, ours, variables = [child_log], (-1, -1), {}
        if frame_fds is not None:
            child_in, to_child = _pipe(opened)
            from_child, child_out = _pipe(opened)
            actions += _frames(frame_fds, child_in, child_out)
            theirs += [child_in, child_out]
            ours = (to_child, from_child)
            variables = {_VARIABLE: f"{frame_fds[0]},{frame_fds[1]}"}
        pid = os.posix_spawn(
            argv[0],
            list(argv),
            {**env, **variables},
            file_actions=actions,
            setpgroup=0,
            setsigdef=(signal.SIGINT, signal.SIGTERM, signal.SIGPIPE, signal.SIGHUP),
            setsigmask=(),
        )
    except (OSError, ValueError) as error:  # ValueError: a variable that holds a NUL byte
        _close(opened)
        reason = error.strerror if isinstance(error, OSError) else error
        raise Unavailable(f"{argv[0]} could not be started: {reason}") from error
    _close(theirs)
    _as_batch(pid)
    process = Process(pid, asyncio.get_running_loop())
    return process, Pipes(*ours, log)


def _as_batch(pid: int) -> None:
    """Tell the scheduler that a child need not push others off a processor when it wakes.

    Each call wakes one; what woke it, polyfn, can then do its next piece of work first.
    """
    if sys.platform == "linux":
        with contextlib.suppress(OSError):  # a sandbox that allows no such call loses nothing else
            os.sched_setscheduler(pid, os.SCHED_BATCH, os.sched_param(0))


def _output(frame_fds: tuple[int, int] | None, child_log: int) -> Iterator[_Action]:
    """Put input, output and errors in place, where they do not belong to frames."""
    read, write = frame_fds or (-1, -1)
    if read != 0:
        yield (os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0)
    if write != 1:
        yield (os.POSIX_SPAWN_DUP2, child_log, 1)
    yield (os.POSIX_SPAWN_DUP2, child_log, 2)


def _frames(frame_fds: tuple[int, int], child_in: int, child_out: int) -> list[_Action]:
    read, write = frame_fds
    return [
        (os.POSIX_SPAWN_DUP2, child_in, read),
        (os.POSIX_SPAWN_DUP2, child_out, write),
    ]


def _pipe(opened: list[int]) -> tuple[int, int]:
    """A pipe whose ends are close-on-exec and numbered above those the child will use."""
    ends = []
    for low in os.pipe():
        if low >= _LOWEST_OWN_FD:
            ends.append(low)
        else:
            ends.append(fcntl.fcntl(low, fcntl.F_DUPFD_CLOEXEC, _LOWEST_OWN_FD))
            os.close(low)
    opened += ends
    return ends[0], ends[1]


def _close(fds: Sequence[int]) -> None:
    for fd in fds:
        os.close(fd)


def _wait(pid: int) -> int:
    try:
        _, status = os.waitpid(pid, 0)
    except ChildProcessError:  # somebody else reaped it
        return -signal.SIGKILL
    return os.waitstatus_to_exitcode(status)
