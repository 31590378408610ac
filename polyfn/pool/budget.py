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
        is_full: Whether the memory for all of them is used up.
    """

    def __init__(
        self,
        places: int,
        evict: Callable[[], Awaitable[bool]],
        *,
        is_full: Callable[[], bool] = lambda: False,
    ) -> None:
        self.starts = asyncio.Semaphore(_STARTS_PER_CORE * (os.cpu_count() or 1))
        self._places = self._free = places
        self._evict = evict
        self._is_full = is_full

    @property
    def free(self) -> int:
        """How many places are left."""
        return self._free

    async def take(self) -> bool:
        """Take a place, at the cost of an idle instance if need be; whether there was one."""
        if not self._has_room():
            await self._evict()
        return self.take_free()

    def take_free(self) -> bool:
        """Take a place if one is free; whether there was one."""
        if not self._has_room():
            return False
        self._free -= 1
        return True

    def resize(self, places: int) -> None:
        """Set another limit; what is over it stays until it ends."""
        self._free += places - self._places
        self._places = places

    def _has_room(self) -> bool:
        """Whatever the memory, one instance must be able to run."""
        return self._free > 0 and (self._free == self._places or not self._is_full())

    def give_back(self) -> None:
        """A process is gone: its place is free."""
        self._free += 1
