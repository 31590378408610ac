"""Starting children that do not outlive polyfn, not even after ``kill -9``."""

from __future__ import annotations

import contextlib
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Self

from polyfn.pool.process import Pipes, Process, spawn

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

_GUARD = Path(__file__).with_name("guard.py")


class Spawner:
    """Starts processes and has a guard watch them; a context manager."""

    def __init__(self) -> None:
        self._to_guard = -1
        self._guard_pid = 0

    def __enter__(self) -> Self:
        guard_in, self._to_guard = os.pipe()
        os.set_blocking(self._to_guard, False)
        self._guard_pid = os.posix_spawn(
            sys.executable,
            [sys.executable, "-I", "-S", str(_GUARD)],
            {},
            file_actions=[
                (os.POSIX_SPAWN_DUP2, guard_in, 0),
                (os.POSIX_SPAWN_OPEN, 1, os.devnull, os.O_WRONLY, 0),
            ],
            setpgroup=0,
            setsigmask=(),
        )
        os.close(guard_in)
        return self

    def __exit__(self, *exc_info: object) -> None:
        os.close(self._to_guard)
        os.waitpid(self._guard_pid, 0)  # it exits at the end of its pipe, within milliseconds

    def spawn(
        self, argv: Sequence[str], env: Mapping[str, str], frame_fds: tuple[int, int] | None
    ) -> tuple[Process, Pipes]:
        """Start a child; see `polyfn.pool.process.spawn`."""
        process, pipes = spawn(argv, env, frame_fds)
        self.watch(process.pid)
        process.exited.add_done_callback(lambda _: self.unwatch(process.pid))
        return process, pipes

    @contextlib.contextmanager
    def guarding(self, group: int) -> Iterator[None]:
        """Have a process group watched while the context is open."""
        self.watch(group)
        try:
            yield
        finally:
            self.unwatch(group)

    def watch(self, group: int) -> None:
        """Have a process group killed, should polyfn end before it."""
        self._tell(f"+{group}\n")

    def unwatch(self, group: int) -> None:
        """That group is gone."""
        self._tell(f"-{group}\n")

    def _tell(self, line: str) -> None:
        # A guard that is gone, or a pipe that is closed, makes nothing worse than it was.
        with contextlib.suppress(OSError):
            os.write(self._to_guard, line.encode())
