"""How many instances all pools together may have, and how many may start at once."""

from __future__ import annotations

import asyncio
import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

# Booting is processor work: more at once makes each slower and the first one no sooner.
_STARTS_PER_CORE = 4


class Budget:
    """Places for instances, shared by all pools.

    Args:
        places: The limit over all functions.
        evict: Stops a spare, or else the instance that has been idle longest, of any function, and
            returns whether there was one.
    """

    def __init__(self, places: int, evict: Callable[[], Awaitable[bool]]) -> None:
        self.starts = asyncio.Semaphore(_STARTS_PER_CORE * (os.cpu_count() or 1))
        self._free = places
        self._evict = evict

    @property
    def free(self) -> int:
        """How many places are left."""
        return self._free

    async def take(self) -> bool:
        """Take a place, at the cost of an idle instance if need be; whether there was one."""
        if self._free <= 0:
            await self._evict()
        return self.take_free()

    def take_free(self) -> bool:
        """Take a place if one is free; whether there was one."""
        if self._free <= 0:
            return False
        self._free -= 1
        return True

    def give_back(self) -> None:
        """A process is gone: its place is free."""
        self._free += 1
