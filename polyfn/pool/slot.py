"""One function's place in the fleet: empty, being prepared, or with a pool."""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from polyfn.errors import PolyfnError
    from polyfn.model import Function
    from polyfn.pool.pool import Pool


class Slot:
    """Holds the version of a function that answers.

    Attributes:
        function: What answers, as it was found when that version was made.
        saved: The function as it was found last; it takes the other's place with its version.
        pool: What answers; ``None`` until it is prepared, and while its last version is broken.
        called: Whether anybody has called it: then a new version is loaded before it answers.
        broken: Why what was saved last cannot be started, as far as is known.
        stale: Why ``pool`` is not what was saved last, or ``None``.
    """

    def __init__(self, function: Function) -> None:
        self.function = self.saved = function
        self.pool: Pool | None = None
        self.called = False
        self.broken: PolyfnError | None = None
        self.stale: PolyfnError | None = None
        self._work: asyncio.Task[Pool] | None = None

    @property
    def sound(self) -> bool:
        """Whether it has been called, and what answers is what was saved last."""
        return self.called and self.broken is None and self.stale is None

    async def share(self, open_pool: Callable[[Function], Awaitable[Pool]]) -> Pool:
        """Prepare it, or join who prepares it already; a caller that leaves stops nothing."""
        if self._work is None or self._work.done():
            self._work = asyncio.ensure_future(self._fill(open_pool))
            self._work.add_done_callback(_seen)
        return await asyncio.shield(self._work)

    def put(self, pool: Pool) -> Pool | None:
        """Have that version answer.

        Returns:
            What answered before.
        """
        old, self.pool = self.pool, pool
        self.function = pool.deployment.function
        self.broken = self.stale = None
        return old

    async def give_up(self) -> None:
        """Stop preparing it; returns when whatever it started has ended."""
        if self._work is not None:
            self._work.cancel()
            await asyncio.wait({self._work})

    async def _fill(self, open_pool: Callable[[Function], Awaitable[Pool]]) -> Pool:
        pool = await open_pool(self.saved)
        # A newer version may have come meanwhile. What is opened here has no process yet.
        if self.pool is None:
            self.put(pool)
        return self.pool or pool


def _seen(task: asyncio.Task[Pool]) -> None:
    with contextlib.suppress(asyncio.CancelledError):
        task.exception()
