"""Everything that is served: each function, its deployment once it is prepared, and its pool."""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING, Self

from polyfn.errors import InvalidFunction, Unavailable, UnknownFunction
from polyfn.pool.budget import Budget
from polyfn.pool.deployment import ArtifactGone
from polyfn.pool.loaded import nobody_watches
from polyfn.pool.pool import Pool

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable, Sequence

    from polyfn.model import Function, Invocation, Result, Timing
    from polyfn.pool.deployment import Deployment
    from polyfn.pool.loaded import OnLoaded
    from polyfn.pool.spawner import Spawner
    from polyfn.ports import LogSink
    from polyfn.settings.values import Limits

_PRUNE_EVERY_S = 5.0


class LiveFleet:
    """The functions of one project, as `polyfn.ports.Fleet` and `polyfn.ports.Invoker`.

    An async context manager: leaving it stops every instance.

    Args:
        prepare: Builds a function and says how to start it; called at its first use, and again
            after it failed.
        on_loaded: Called with a deployment and files that it was loaded from, each once; see
            `polyfn.pool.pool.Pool.loaded_files`.
        prune_every_s: How often instances that have been idle too long are looked for.
    """

    def __init__(
        self,
        functions: Iterable[Function],
        *,
        prepare: Callable[[Function], Awaitable[Deployment]],
        limits: Limits,
        sink: LogSink,
        spawner: Spawner,
        on_loaded: OnLoaded = nobody_watches,
        prune_every_s: float = _PRUNE_EVERY_S,
    ) -> None:
        self._prune_every_s = prune_every_s
        self._limits = limits
        self._sink = sink
        self._spawner = spawner
        self._on_loaded = on_loaded
        self._prepare = prepare
        self._budget = Budget(limits.instances, self._evict)
        self._slots = {each.name: _Slot(each) for each in functions}
        self._pruning: asyncio.Task[None] | None = None
        self._closed = False

    async def __aenter__(self) -> Self:
        self._pruning = asyncio.create_task(self._prune())
        return self

    async def __aexit__(self, *exc_info: object) -> None:
        self._closed = True
        if self._pruning is not None:
            self._pruning.cancel()
        await asyncio.gather(*(slot.give_up() for slot in self._slots.values()))
        await asyncio.gather(*(pool.close(self._limits.drain_s) for pool in self._pools()))

    def functions(self) -> Sequence[Function]:
        """All functions, the invalid ones included, sorted by name."""
        return sorted((slot.function for slot in self._slots.values()), key=lambda each: each.name)

    def find(self, name: str) -> Function | None:
        """The function of that exact name."""
        slot = self._slots.get(name)
        return slot.function if slot else None

    async def prepare(self, name: str) -> Deployment:
        """Build a function, unless it is built; callers at the same time share the work.

        Raises:
            UnknownFunction: There is none of that name.
            FunctionError: It is invalid, or does not build.
            ToolchainMissing: The machine lacks what builds or runs it.
        """
        return (await self._pool(name)).deployment

    async def invoke(self, invocation: Invocation, timing: Timing) -> Result:
        """Deliver one event; see `polyfn.ports.Invoker.invoke`."""
        slot = self._slots.get(invocation.function)
        pool = slot.pool if slot else None
        if pool is None:
            pool = await self._pool(invocation.function)
        try:
            return await pool.invoke(invocation, timing)
        except ArtifactGone:
            pool = await self._anew(invocation.function, pool)
            return await pool.invoke(invocation, timing)

    async def _anew(self, name: str, gone: Pool) -> Pool:
        """Prepare a function again, whose artifact somebody has removed."""
        slot = self._slots[name]
        if slot.pool is gone:
            slot.pool = None
            await gone.close(self._limits.drain_s)
        return await self._pool(name)

    async def _pool(self, name: str) -> Pool:
        slot = self._slots.get(name)
        if slot is None:
            raise UnknownFunction(f"There is no function {name!r}; `polyfn list` shows them all.")
        if slot.function.problem is not None:
            raise InvalidFunction(f"Function {name!r} cannot be served: {slot.function.problem}")
        if self._closed:
            raise Unavailable("polyfn is stopping.")
        return slot.pool or await slot.share(self._open_pool)

    async def _open_pool(self, function: Function) -> Pool:
        return Pool(
            await self._prepare(function),
            limits=self._limits,
            budget=self._budget,
            sink=self._sink,
            spawner=self._spawner,
            on_loaded=self._on_loaded,
        )

    def _pools(self) -> list[Pool]:
        return [slot.pool for slot in self._slots.values() if slot.pool is not None]

    async def _prune(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            await asyncio.sleep(self._prune_every_s)
            for pool in self._pools():
                await pool.stop_idle(loop.time() - self._limits.idle_timeout_s)

    async def _evict(self) -> bool:
        """Stop the instance idle longest, whoever's it is."""
        candidates = [(pool.idle_since, pool) for pool in self._pools()]
        oldest = min(
            ((since, pool) for since, pool in candidates if since is not None),
            key=lambda pair: pair[0],
            default=None,
        )
        if oldest is None:
            return False
        await oldest[1].stop_oldest_idle()
        return True


class _Slot:
    """One function's place: empty, being prepared, or with a pool."""

    def __init__(self, function: Function) -> None:
        self.function = function
        self.pool: Pool | None = None
        self._work: asyncio.Task[Pool] | None = None

    async def share(self, open_pool: Callable[[Function], Awaitable[Pool]]) -> Pool:
        """Prepare it, or join who prepares it already; a caller that leaves stops nothing."""
        if self._work is None or self._work.done():
            self._work = asyncio.ensure_future(self._fill(open_pool))
            self._work.add_done_callback(_seen)
        return await asyncio.shield(self._work)

    async def give_up(self) -> None:
        """Stop preparing it; returns when whatever it started has ended."""
        if self._work is not None:
            self._work.cancel()
            await asyncio.wait({self._work})

    async def _fill(self, open_pool: Callable[[Function], Awaitable[Pool]]) -> Pool:
        # In the same step as the work ends: nobody may find neither work nor pool.
        self.pool = await open_pool(self.function)
        return self.pool


def _seen(task: asyncio.Task[Pool]) -> None:
    with contextlib.suppress(asyncio.CancelledError):
        task.exception()
