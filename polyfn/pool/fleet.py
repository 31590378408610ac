"""Everything that is served: each function, its deployment once it is prepared, and its pool."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Self

from polyfn.errors import (
    FunctionError,
    InvalidFunction,
    ToolchainMissing,
    Unavailable,
    UnknownFunction,
)
from polyfn.pool.budget import Budget
from polyfn.pool.deployment import ArtifactGone
from polyfn.pool.loaded import nobody_watches
from polyfn.pool.pool import Pool
from polyfn.pool.slot import Slot
from polyfn.pool.spares import Spares
from polyfn.pool.upkeep import Upkeep

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable, Sequence

    from polyfn.errors import PolyfnError
    from polyfn.model import Function, Invocation, Result, Timing
    from polyfn.pool.deployment import Deployment
    from polyfn.pool.inspector.inspectors import Inspectors
    from polyfn.pool.loaded import OnLoaded
    from polyfn.pool.spawner import Spawner
    from polyfn.ports import LogSink
    from polyfn.settings.values import Limits

_PRUNE_EVERY_S = 5.0


async def _final(name: str) -> bool:
    """Nothing is being saved that could mend a function."""
    del name
    return False


class LiveFleet:
    """The functions of one project, as `polyfn.ports.Fleet` and `polyfn.ports.Invoker`.

    An async context manager: leaving it stops every instance.

    Args:
        prepare: Builds a function and says how to start it; called at its first use, and again
            after it failed.
        spares: How many runners to keep booted for the next start; see `polyfn.pool.spares`.
        prune_every_s: How often instances that have been idle too long are looked for.
        inspectors: The functions that debuggers may attach to, if there are such.

    Attributes:
        spares: Runners that are booted already.
        limits: What holds now; see `configure`.
        on_start_failure: Asked, with its name, before a call fails because its function does not
            start: waits for what is being saved just now, and says whether to try again.
        on_deployed: Told of each version before it is started.
        on_loaded: Told which files a version was loaded from.
    """

    def __init__(
        self,
        functions: Iterable[Function],
        *,
        prepare: Callable[[Function], Awaitable[Deployment]],
        limits: Limits,
        sink: LogSink,
        spawner: Spawner,
        spares: int = 0,
        prune_every_s: float = _PRUNE_EVERY_S,
        inspectors: Inspectors | None = None,
    ) -> None:
        self.limits = limits
        self.on_start_failure: Callable[[str], Awaitable[bool]] = _final
        self.on_deployed: Callable[[Deployment], None] = nobody_watches
        self.on_loaded: OnLoaded = nobody_watches
        self._sink = sink
        self._spawner = spawner
        self._prepare = prepare
        self._budget = Budget(
            limits.instances,
            self._evict,
            is_full=lambda: self._upkeep.memory_is_full,
        )
        self.spares = Spares(
            spares, budget=self._budget, sink=sink, spawner=spawner, is_busy=self._is_busy
        )
        self._slots = {each.name: Slot(each) for each in functions}
        self._inspectors = inspectors
        if inspectors is not None:
            inspectors.wake = self.wake
        self._retired: set[Pool] = set()
        self._upkeep = Upkeep(
            self._pools, self.spares, lambda: self.limits, prune_every_s=prune_every_s
        )
        self._closed = False

    async def __aenter__(self) -> Self:
        await self._upkeep.__aenter__()
        return self

    async def __aexit__(self, *exc_info: object) -> None:
        self._closed = True
        await self._upkeep.__aexit__(*exc_info)
        await asyncio.gather(*(slot.give_up() for slot in self._slots.values()))
        pools = [*self._pools(), *self._retired]
        await asyncio.gather(*(pool.close(self.limits.drain_s) for pool in pools))
        await self.spares.close()

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
        return (await self._pool(self._slot(name))).deployment

    async def invoke(self, invocation: Invocation, timing: Timing) -> Result:
        """Deliver one event; see `polyfn.ports.Invoker.invoke`."""
        try:
            return await self._invoke(invocation, timing)
        except (FunctionError, ToolchainMissing) as error:
            slot = self._slots.get(invocation.function)
            if slot is None or timing.cold is not None or isinstance(error, InvalidFunction):
                raise
            slot.broken = error
            if not await self.on_start_failure(invocation.function):
                raise
        return await self._invoke(invocation, timing)

    async def wake(self, name: str) -> None:
        """Have an instance of a function that has none: a debugger wants to attach to it.

        Raises:
            PolyfnError: It does not start.
        """
        await (await self._pool(self._slot(name))).wake()

    def configure(self, limits: Limits) -> None:
        """Go by other limits from now on; what an instance was started with stays with it."""
        self.limits = limits
        self._budget.resize(limits.instances)
        for pool in self._pools():
            pool.limits = limits

    # New versions

    def update(self, functions: Iterable[Function]) -> None:
        """Serve these from now on; those that answer change with their next version.

        What a function that is gone is running finishes; what waits for it fails.
        """
        found = {each.name: each for each in functions}
        for name in self._slots.keys() - found.keys():
            slot = self._slots.pop(name)
            gone = UnknownFunction(f"Function {name!r} was removed before it was called.")
            self._retire(slot, gone)
        for name, function in found.items():
            slot = self._slots.setdefault(name, Slot(function))
            slot.saved = function
            if slot.pool is None:
                slot.function = function

    async def stage(self, name: str, *, forced: bool) -> Pool | None:
        """Build what was saved last and, if the function has been called, load it.

        Args:
            forced: Whether it is a new version even when all that is known of it is as before.

        Returns:
            What `promote` takes; ``None`` when there is nothing new, or nothing to serve.

        Raises:
            FunctionError: It does not build, or not load.
            ToolchainMissing: The machine lacks what builds or runs it.
        """
        slot = self._slots.get(name)
        if slot is None or not slot.saved.valid or self._closed:
            return None
        deployment = await self._prepare(slot.saved)
        current = slot.pool
        same = current is not None and current.deployment == deployment
        if same and not forced and not slot.broken:
            return None
        pool = self._new_pool(deployment)
        # One that waits for a debugger would wait in vain: it is attached to the version before.
        eager = pool.inspection is not None and pool.inspection.eager
        if (slot.called or eager) and not (pool.inspection and pool.inspection.breaks):
            try:
                await pool.warm()
            except BaseException:
                await pool.close(0.0)
                raise
        return pool

    async def promote(self, name: str, pool: Pool) -> None:
        """Have a staged version answer; the one before it finishes what it runs, and ends."""
        slot = self._slots.get(name)
        if slot is None or self._closed:
            await pool.close(0.0)
            return
        old = slot.put(pool)
        if old is not None:
            pool.adopt(old.retire())
            self._bury(old)

    def fail(self, name: str, error: PolyfnError, *, keep: bool) -> None:
        """What was saved last cannot be started.

        Args:
            keep: Whether the version before it goes on answering.
        """
        slot = self._slots.get(name)
        if slot is None:
            return
        slot.broken = error
        if keep and slot.pool is not None:
            slot.stale = error
        else:
            self._retire(slot, error)

    def broken(self, name: str) -> PolyfnError | None:
        """Why what was saved last cannot be started, as far as is known."""
        slot = self._slots.get(name)
        return slot.broken if slot else None

    def deployment(self, name: str) -> Deployment | None:
        """The version that answers, if there is one yet."""
        slot = self._slots.get(name)
        return slot.pool.deployment if slot and slot.pool else None

    def instances(self, name: str) -> int:
        """How many processes the version that answers has."""
        slot = self._slots.get(name)
        return slot.pool.instances if slot and slot.pool else 0

    def _retire(self, slot: Slot, error: PolyfnError) -> None:
        pool, slot.pool, slot.stale = slot.pool, None, None
        slot.function = slot.saved
        if pool is not None:
            for call in pool.retire():
                call.fail(error)
            self._bury(pool)

    def _bury(self, pool: Pool) -> None:
        """Remember it until its last process is gone."""
        self._retired = {each for each in self._retired if not each.emptied.is_set()}
        if not pool.emptied.is_set():
            self._retired.add(pool)

    # Calls

    async def _invoke(self, invocation: Invocation, timing: Timing) -> Result:
        slot = self._slot(invocation.function)
        slot.called = True
        pool = slot.pool or await self._pool(slot)
        timing.stale = slot.stale is not None
        try:
            result = await pool.invoke(invocation, timing)
        except ArtifactGone:
            pool = await self._anew(slot, pool)
            result = await pool.invoke(invocation, timing)
        if slot.broken is not None and slot.stale is None:
            slot.broken = None
        return result

    def call(
        self, invocation: Invocation, timing: Timing, done: Callable[[Result | PolyfnError], None]
    ) -> bool:
        """Deliver one event to a function that has answered; see `polyfn.ports.Caller.call`."""
        slot = self._slots.get(invocation.function)
        if slot is None or slot.pool is None or not slot.sound:
            return False
        slot.pool.call(invocation, timing, done)
        return True

    async def _anew(self, slot: Slot, gone: Pool) -> Pool:
        """Prepare a function again, whose artifact somebody has removed."""
        if slot.pool is gone:
            slot.pool = None
            await gone.close(self.limits.drain_s)
        return await self._pool(slot)

    def _slot(self, name: str) -> Slot:
        slot = self._slots.get(name)
        if slot is None:
            raise UnknownFunction(f"There is no function {name!r}; `polyfn list` shows them all.")
        return slot

    async def _pool(self, slot: Slot) -> Pool:
        function = slot.function
        if function.problem is not None:
            raise InvalidFunction(
                f"Function {function.name!r} cannot be served: {function.problem}"
            )
        if self._closed:
            raise Unavailable("polyfn is stopping.")
        if slot.pool is not None:
            return slot.pool
        try:
            return await slot.share(self._open_pool)
        except (FunctionError, ToolchainMissing) as error:
            slot.broken = error
            raise

    async def _open_pool(self, function: Function) -> Pool:
        return self._new_pool(await self._prepare(function))

    def _new_pool(self, deployment: Deployment) -> Pool:
        self.on_deployed(deployment)
        self.spares.want(deployment)
        return Pool(
            deployment,
            limits=self.limits,
            budget=self._budget,
            sink=self._sink,
            spawner=self._spawner,
            spares=self.spares,
            on_loaded=self.on_loaded,
            inspection=self._inspectors.of(deployment.function) if self._inspectors else None,
        )

    def _pools(self) -> list[Pool]:
        return [slot.pool for slot in self._slots.values() if slot.pool is not None]

    def _is_busy(self) -> bool:
        return any(pool.waiting for pool in self._pools())

    async def _evict(self) -> bool:
        return await self._upkeep.evict()
