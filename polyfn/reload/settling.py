"""When enough has been seen: changes that belong together are taken together."""

from __future__ import annotations

import asyncio
import os
import time
from collections import deque
from typing import TYPE_CHECKING, Final

from polyfn.reload.changes import Batch

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from polyfn.reload.changes import Change

# One file that was saved is taken at once; several are mostly the beginning of more.
_ONE_S: Final = 0.004
_SEVERAL_S: Final = 0.03
# What an editor touches to save one file.
_FEW: Final = 5
# By then the spare that the reload before took has been replaced.
_LONGEST_S: Final = 0.7
# git holds its index while it checks files out: until then what lies there is half of each.
_LOCKED_LONGEST_S: Final = 10.0


class Settling:
    """Collects changes from any thread, and gives them out in batches on the event loop.

    Args:
        root: The project's directory.
    """

    def __init__(self, root: Path) -> None:
        self._loop = asyncio.get_running_loop()
        self._git_lock = root / ".git" / "index.lock"
        self._changes: deque[Change] = deque()
        self._waking = False
        self._woken = asyncio.Event()
        self._none_left = asyncio.Event()
        self._none_left.set()
        self._last = -1.0

    def put(self, change: Change) -> None:
        """Take a change, from any thread."""
        self._changes.append(change)
        if not self._waking:  # one wakeup for a flood of them
            self._waking = True
            self._loop.call_soon_threadsafe(self._wake)

    @property
    def pending(self) -> bool:
        """Whether there are changes that no batch has brought yet."""
        return bool(self._changes)

    async def batches(self) -> AsyncIterator[Batch]:
        """Yield what has changed, each time that things have settled."""
        while True:
            await self._woken.wait()
            await self._settle()
            self._woken.clear()
            yield Batch.of(self._take())

    async def taken(self) -> None:
        """Return when a batch has brought all changes so far."""
        await self._none_left.wait()

    async def quiet(self, seconds: float, longest_s: float = 1.0) -> None:
        """Return when nothing has changed for a while, or it goes on for too long."""
        began = self._loop.time()
        while True:
            now = self._loop.time()
            since = max(self._last, began)
            if now - since >= seconds or now - began >= longest_s:
                return
            await asyncio.sleep(seconds - (now - since))

    async def _settle(self) -> None:
        began = self._loop.time()
        while True:
            last = self._last
            await asyncio.sleep(_ONE_S if self._is_one() else _SEVERAL_S)
            passed = self._loop.time() - began
            if passed < _LOCKED_LONGEST_S and self._git_is_busy():
                continue
            if self._last == last or passed >= _LONGEST_S:
                return

    def _is_one(self) -> bool:
        """Whether it is about one file: drafts and backups of editors are gone by now."""
        paths = {change.path for change in self._changes}
        return len(paths) == 1 or (len(paths) <= _FEW and sum(map(os.path.lexists, paths)) == 1)

    def _git_is_busy(self) -> bool:
        """Whether git holds its index; a lock that was left behind long ago does not count."""
        try:
            return time.time() - self._git_lock.stat().st_mtime < _LOCKED_LONGEST_S
        except OSError:
            return False

    def _take(self) -> list[Change]:
        changes: list[Change] = []
        while self._changes:
            changes.append(self._changes.popleft())
        self._none_left.set()
        return changes

    def _wake(self) -> None:
        self._waking = False
        self._last = self._loop.time()
        self._none_left.clear()
        self._woken.set()
