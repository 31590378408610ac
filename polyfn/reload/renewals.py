"""New versions of functions: of each, one is made ready and at most one more waits for that."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Final

from polyfn.errors import FunctionError, PlatformError
from polyfn.reload.news import Broken, Reloaded

if TYPE_CHECKING:
    from collections.abc import Iterable

    from polyfn.pool.fleet import LiveFleet
    from polyfn.reload.news import Listener
    from polyfn.reload.settling import Settling

# A failure counts once nothing has been saved for so long: half a file may have been read.
_QUIET_S: Final = 0.05


class Renewals:
    """Brings what was saved last into service, for all functions of a fleet.

    Args:
        keep_good: Whether the last good version answers while the one saved last is broken.
    """

    def __init__(
        self, fleet: LiveFleet, settling: Settling, tell: Listener, *, keep_good: bool
    ) -> None:
        self._fleet = fleet
        self._settling = settling
        self._tell = tell
        self.keep_good = keep_good
        self._waiting: dict[str, _Wish] = {}
        self._tasks: dict[str, asyncio.Task[None]] = {}

    def request(
        self, name: str, *, forced: bool, causes: Iterable[str] = (), is_first: bool = False
    ) -> None:
        """Have a new version of a function made, after the one that is being made.

        Args:
            forced: Whether it is a new one even when all that is known of it is as before.
            causes: The files that changed.
            is_first: Whether there was none before: then it is no news that there is one.
        """
        wish = self._waiting.setdefault(name, _Wish(asyncio.get_running_loop().time()))
        wish.is_first = is_first
        wish.forced |= forced
        wish.causes.update(causes)
        if name not in self._tasks:
            task = asyncio.get_running_loop().create_task(self._work(name))
            self._tasks[name] = task

    async def settled(self, name: str) -> bool:
        """Wait until nothing is made of a function any more; whether anything was."""
        task = self._tasks.get(name)
        if task is None:
            return False
        await asyncio.wait({task})
        return True

    async def close(self) -> None:
        """Give up what is being made."""
        tasks = list(self._tasks.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _work(self, name: str) -> None:
        try:
            while (wish := self._waiting.pop(name, None)) is not None:
                await self._renew(name, wish)
        finally:
            del self._tasks[name]

    async def _renew(self, name: str, wish: _Wish) -> None:
        try:
            pool = await self._fleet.stage(name, forced=wish.forced)
        except (FunctionError, PlatformError) as error:
            await self._settling.quiet(_QUIET_S)
            if name in self._waiting or self._settling.pending:
                # The next one may mend it, and must not take the files for unchanged.
                self.request(name, forced=True, causes=wish.causes)
                await asyncio.sleep(0)
                return
            self._fail(name, error)
            return
        if pool is not None:
            await self._fleet.promote(name, pool)
            if wish.is_first:
                return
            seconds = asyncio.get_running_loop().time() - wish.since
            causes = tuple(sorted(wish.causes))
            self._tell(Reloaded(function=name, seconds=seconds, causes=causes))

    def _fail(self, name: str, error: FunctionError | PlatformError) -> None:
        before = self._fleet.broken(name)
        kept = self.keep_good and self._fleet.deployment(name) is not None
        self._fleet.fail(name, error, keep=self.keep_good)
        if before is None or before.message != error.message:
            self._tell(Broken(function=name, error=error, kept=kept))


class _Wish:
    """A new version that is wanted, since when and because of which files."""

    def __init__(self, since: float) -> None:
        self.since = since
        self.forced = self.is_first = False
        self.causes: set[str] = set()
