"""Run one command to its end: bounded time, bounded output, and nothing of it left behind.

The child leads a session of its own, so a Ctrl-C at the terminal reaches polyfn alone, which then
ends the child's whole process group: SIGTERM, a grace, SIGKILL. The output goes through a pipe that
is ours rather than the subprocess transport's: on some Python versions that transport's ``wait()``
does not return while a grandchild holds the pipe.
"""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Callable
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from asyncio.subprocess import Process
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

Guard: TypeAlias = Callable[[int], AbstractContextManager[object]]
"""Given a process group: sees to its end, while the context is open, should polyfn be killed."""

KEEP_BYTES = 1024 * 1024
_READ_BYTES = 256 * 1024
_TERM_GRACE_S = 2.0
_DRAIN_GRACE_S = 1.0
_LEFT_OUT = "[… earlier output left out …]\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """How a command ended.

    Attributes:
        status: Its exit status; minus the signal's number when one killed it.
        output: What it wrote, standard error included; only the end of it when it was long.
        timed_out: Whether it was stopped for its time limit.
    """

    status: int
    output: str
    timed_out: bool = False


async def run(
    argv: Sequence[str],
    *,
    cwd: Path,
    env: Mapping[str, str],
    limit_s: float,
    stdout: IO[bytes] | None = None,
    keep_bytes: int = KEEP_BYTES,
    guard: Guard = nullcontext,
    hear: Callable[[bytes], None] | None = None,
) -> Outcome:
    """Run a command; when this returns or raises, its whole process group is gone.

    Args:
        env: The command's whole environment.
        stdout: Takes the standard output instead of the outcome.
        keep_bytes: How much of the output's end is kept.
        guard: Is told of the command's process group.
        hear: Is called with what the command writes, piece by piece, as it comes.

    Raises:
        OSError: It cannot be started.
    """
    tail = _Tail(keep_bytes, hear)
    with tail.pipe() as pipe:
        process = await _start(argv, cwd, env, stdout or pipe, pipe)
        pipe.close()
        timed_out = False
        with guard(process.pid):
            try:
                async with asyncio.timeout(limit_s):
                    await process.wait()
            except TimeoutError:
                timed_out = True
            finally:
                await end(process)
        await tail.ended(_DRAIN_GRACE_S)
    assert process.returncode is not None  # noqa: S101 - it has been waited for
    return Outcome(status=process.returncode, output=tail.text(), timed_out=timed_out)


class _Tail:
    """Keeps the last bytes of what arrives in a pipe."""

    def __init__(self, keep_bytes: int, hear: Callable[[bytes], None] | None = None) -> None:
        self._hear = hear
        self._keep = keep_bytes
        self._data = bytearray()
        self._dropped = False
        self._ended = asyncio.Event()

    @contextmanager
    def pipe(self) -> Iterator[IO[bytes]]:
        """The end to write to; what is written is read as long as this is open."""
        loop = asyncio.get_running_loop()
        read_end, write_end = os.pipe()
        os.set_blocking(read_end, False)
        loop.add_reader(read_end, self._read, read_end)
        try:
            with os.fdopen(write_end, "wb", 0) as writer:
                yield writer
        finally:
            loop.remove_reader(read_end)
            os.close(read_end)

    async def ended(self, limit_s: float) -> None:
        """Wait for the end; a process that left the group may hold the pipe for ever."""
        with suppress(TimeoutError):
            async with asyncio.timeout(limit_s):
                await self._ended.wait()

    def text(self) -> str:
        """What was kept."""
        self._cut()
        text = self._data.decode("utf-8", "replace")
        return _LEFT_OUT + text if self._dropped else text

    def _read(self, descriptor: int) -> None:
        try:
            data = os.read(descriptor, _READ_BYTES)
        except BlockingIOError:
            return
        if not data:
            asyncio.get_running_loop().remove_reader(descriptor)
            self._ended.set()
        self._data += data
        if self._hear is not None:
            self._hear(data)
        if len(self._data) > 2 * self._keep:
            self._cut()

    def _cut(self) -> None:
        excess = len(self._data) - self._keep
        if excess > 0:
            del self._data[:excess]
            self._dropped = True


async def _start(
    argv: Sequence[str],
    cwd: Path,
    env: Mapping[str, str],
    stdout: IO[bytes],
    stderr: IO[bytes],
) -> Process:
    """Start the child; when cancelled in the middle of it, end what has just been started."""
    starting = asyncio.ensure_future(
        asyncio.create_subprocess_exec(
            *argv,
            cwd=cwd,
            env=dict(env),  # uvloop takes nothing else
            stdin=asyncio.subprocess.DEVNULL,
            stdout=stdout,
            stderr=stderr,
            start_new_session=True,
        )
    )
    try:
        return await asyncio.shield(starting)
    except asyncio.CancelledError:
        with suppress(OSError):
            await end(await starting)
        raise


async def end(process: Process) -> None:
    """End the group and reap the child; a second cancellation meanwhile kills at once."""
    try:
        if process.returncode is None:
            _signal_group(process.pid, signal.SIGTERM)
            with suppress(TimeoutError):
                async with asyncio.timeout(_TERM_GRACE_S):
                    await process.wait()
    finally:
        # Also after a success: what the command left running in its group goes too.
        _signal_group(process.pid, signal.SIGKILL)
    await process.wait()


def _signal_group(group: int, number: signal.Signals) -> None:
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(group, number)
