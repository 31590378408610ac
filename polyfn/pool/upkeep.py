"""What is done to the processes of all functions now and then, and when there is no place left."""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING, Final, Self

from polyfn.pool.memory import Memory
from polyfn.pool.outgrown import Sizes

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    from polyfn.pool.pool import Pool
    from polyfn.pool.spares import Spares
    from polyfn.settings.values import Limits

_SPARES_LIVE_S: Final = 600.0
# A page that is loaded again within this time finds all the instances that it needed before.
_SURPLUS_S: Final = 10.0
_MEASURE_EVERY_S: Final = 1.0


class Upkeep:
    """Ends what was idle for too long, has grown too much or has no memory; a context manager.

    Args:
        pools: The pools there are now.
        limits: The limits as they are now.
        prune_every_s: How often instances that have been idle too long are looked for.
    """

    def __init__(
        self,
        pools: Callable[[], Collection[Pool]],
        spares: Spares,
        limits: Callable[[], Limits],
        *,
        prune_every_s: float,
    ) -> None:
        self._pools = pools
        self._spares = spares
        self._limits = limits
        self._prune_every_s = prune_every_s
        self._memory = Memory(
            lambda: limits().total_memory_mb << 20, pids=self._pids, relieve=self.evict
        )
        self._sizes = Sizes()
        self._tasks: list[asyncio.Task[None]] = []

    async def __aenter__(self) -> Self:
        self._tasks = [asyncio.create_task(self._prune()), asyncio.create_task(self._measure())]
        return self

    async def __aexit__(self, *exc_info: object) -> None:
        for task in self._tasks:
            task.cancel()
        for task in self._tasks:
            with contextlib.suppress(asyncio.CancelledError):
                await task

    @property
    def memory_is_full(self) -> bool:
        """Whether no more may be started, as far as memory is concerned."""
        return self._memory.full

    async def evict(self) -> bool:
        """Stop a spare, or else the instance idle longest, whoever's it is."""
        if await self._spares.give_up_one():
            return True
        idle = [(pool.idle_since, pool) for pool in self._pools()]
        oldest = min(
            ((since, pool) for since, pool in idle if since is not None),
            key=lambda pair: pair[0],
            default=None,
        )
        if oldest is None:
            return False
        await oldest[1].stop_oldest_idle()
        return True

    def _pids(self) -> list[int]:
        return [*self._spares.pids, *(pid for pool in self._pools() for pid in pool.pids)]

    async def _prune(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            await asyncio.sleep(self._prune_every_s)
            for pool in self._pools():
                await pool.stop_idle(loop.time() - self._limits().idle_timeout_s)
                await pool.stop_surplus(loop.time() - _SURPLUS_S)
            await self._spares.end_unused(loop.time() - _SPARES_LIVE_S)

    async def _measure(self) -> None:
        while True:
            await asyncio.sleep(_MEASURE_EVERY_S)
            await self._memory.check()
            await self._sizes.look(self._pools())
