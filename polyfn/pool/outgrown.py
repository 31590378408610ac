"""Which instances have grown so much that a fresh one is to take their place between two calls.

A process that keeps a little of every call (a cache without a bound, a listener that is added each
time) grows until the system kills it, in the middle of a call. Some simply are large: what they
held at the first look is theirs. So one has outgrown its function when it holds both a large share
of the memory limit and clearly more than at first; not for a moment, but at several looks, between
which it has answered. A call that takes much memory while it runs is none of that.
"""

from __future__ import annotations

import contextlib
from collections import deque
from typing import TYPE_CHECKING, Final

from polyfn.errors import PolyfnError
from polyfn.pool.memory import resident_bytes
from polyfn.pool.states import State

if TYPE_CHECKING:
    from collections.abc import Iterable

    from polyfn.pool.instance import Instance
    from polyfn.pool.pool import Pool

_SHARE: Final = 0.75
_GROWN: Final = 1.5
_LOOKS: Final = 3


class Size:
    """What one process held in memory, as far as somebody looked."""

    __slots__ = ("_first", "_last", "_last_used")

    def __init__(self) -> None:
        self._first = 0
        self._last: deque[int] = deque(maxlen=_LOOKS)
        self._last_used = 0.0

    @property
    def first(self) -> int:
        """Bytes at the first look."""
        return self._first

    @property
    def last(self) -> int:
        """Bytes at the last look."""
        return self._last[-1]

    def look(self, held_bytes: int, *, idle: bool, last_used: float) -> None:
        """Take what it holds now, unless that may be of one call that has not ended since.

        Args:
            last_used: When its last call ended.
        """
        if not idle and last_used == self._last_used:
            return
        self._last_used = last_used
        self._first = self._first or held_bytes
        self._last.append(held_bytes)

    def has_outgrown(self, limit_bytes: int) -> bool:
        """Whether a fresh process would hold far less."""
        most = max(_SHARE * limit_bytes, _GROWN * self._first)
        return len(self._last) == _LOOKS and min(self._last) > most

    def start_over(self) -> None:
        """Take what it holds for its own from now on: no other one could be started."""
        self._first = self._last[-1]


class Sizes:
    """The sizes of all instances that can be called."""

    def __init__(self) -> None:
        self._sizes: dict[Instance, Size] = {}

    async def look(self, pools: Iterable[Pool]) -> None:
        """Look at every instance, and replace those that have outgrown their function."""
        pools = list(pools)
        known, self._sizes = self._sizes, {}
        for pool in pools:
            for instance in pool.callable_instances:
                size = self._sizes[instance] = known.get(instance) or Size()
                idle = instance.state is State.IDLE
                held = resident_bytes((instance.pid,))
                size.look(held, idle=idle, last_used=instance.last_used)
        for pool in pools:
            await self._replace_one(pool)

    async def _replace_one(self, pool: Pool) -> None:
        """Replace one of a pool's at a time: the next look comes soon."""
        limit_mb = pool.deployment.memory_mb
        for instance in pool.callable_instances:
            size = self._sizes.get(instance)
            if size is not None and size.has_outgrown(limit_mb << 20):
                if await _has_another(pool, instance):
                    pool.leave(instance)
                    instance.note("warn", _told(instance, size, limit_mb))
                else:
                    size.start_over()
                return


async def _has_another(pool: Pool, instance: Instance) -> bool:
    """Start another one, so that no call waits for it."""
    if pool.inspection is None:  # a debugger sees one process, and that one only
        with contextlib.suppress(PolyfnError):  # it does not load any more: who answers goes on
            await pool.warm()
    return instance in (stay := pool.callable_instances) and len(stay) > 1


def _told(instance: Instance, size: Size, limit_mb: int) -> str:
    return (
        f"Function {instance.function!r} got a fresh process: its own had grown to "
        f"{size.last >> 20} MB, from {size.first >> 20} at first, and its memory limit is "
        f"{limit_mb}. Does it keep something of every call?"
    )
