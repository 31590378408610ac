"""How much memory all runners take together, and whether there is any left for another one."""

from __future__ import annotations

import asyncio
import contextlib
import mmap
import os
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Collection, Iterable

_SHARE: Final = 0.75
_PAGE_BYTES: Final = mmap.PAGESIZE
_CGROUP_LIMIT: Final = Path("/sys/fs/cgroup/memory.max")


class Memory:
    """The budget for memory.

    Args:
        limit_bytes: What the runners may take together, as of now; 0: three quarters of the
            machine's.
        pids: The runners, spares included.
        relieve: Ends one that nobody needs at the moment; whether there was one.

    Attributes:
        full: Whether no more may be started, as of the last `check`.
    """

    def __init__(
        self,
        limit_bytes: Callable[[], int],
        *,
        pids: Callable[[], Collection[int]],
        relieve: Callable[[], Awaitable[bool]],
    ) -> None:
        self.full = False
        self._limit_bytes = limit_bytes
        self._share_bytes = int(machine_bytes() * _SHARE)
        self._pids = pids
        self._relieve = relieve

    async def check(self) -> None:
        """Measure, and end what nobody needs while it is too much.

        What processes share counts once (PSS). That costs milliseconds for each, so it is measured
        only when they would be too much with the shared part counted for each (RSS).
        """
        if resident_bytes(self._pids()) <= self._most():
            self.full = False
            return
        self.full = await self._is_too_much()
        while self.full and await self._relieve():
            self.full = await self._is_too_much()

    async def _is_too_much(self) -> bool:
        used = await asyncio.to_thread(proportional_bytes, tuple(self._pids()))
        return used > self._most()

    def _most(self) -> int:
        return self._limit_bytes() or self._share_bytes


def machine_bytes() -> int:
    """The memory that this machine, or the container, has."""
    total = _physical_bytes()
    with contextlib.suppress(OSError, ValueError):  # no Linux, no cgroup, or "max"
        return min(total, int(_CGROUP_LIMIT.read_text()))
    return total


def _physical_bytes() -> int:
    try:
        return os.sysconf("SC_PHYS_PAGES") * _PAGE_BYTES
    except (AttributeError, ValueError, OSError):  # Windows
        import psutil  # noqa: PLC0415 - 11 ms of a start, for what most systems say themselves

        return int(psutil.virtual_memory().total)


def resident_bytes(pids: Iterable[int]) -> int:
    """What these processes hold in memory, with shared parts counted for each."""
    return sum(_resident_bytes(pid) for pid in pids)


def proportional_bytes(pids: Iterable[int]) -> int:
    """The same, with shared parts divided among those that share them, where the system tells."""
    return sum(_proportional_bytes(pid) for pid in pids)


def _resident_bytes(pid: int) -> int:
    with contextlib.suppress(OSError):  # a tenth of psutil's time
        return int(Path(f"/proc/{pid}/statm").read_bytes().split()[1]) * _PAGE_BYTES
    import psutil  # noqa: PLC0415 - as above

    try:
        return int(psutil.Process(pid).memory_info().rss)
    except psutil.Error:  # it has just ended
        return 0


def _proportional_bytes(pid: int) -> int:
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_bytes().splitlines()
        return next(int(line.split()[1]) * 1024 for line in lines if line.startswith(b"Pss:"))
    except (OSError, StopIteration):  # no Linux, or it has just ended
        return _resident_bytes(pid)
