"""The instances of one deployment: who gets one, when there are more, and when there are fewer."""

from __future__ import annotations

import asyncio
from contextlib import nullcontext
from typing import TYPE_CHECKING, Final, Self

from polyfn.errors import PolyfnError, Throttled, Unavailable
from polyfn.pool.calls import Call, PromptCall
from polyfn.pool.demand import TICK_S, Demand
from polyfn.pool.exits import NeverBegun, NeverLoaded
from polyfn.pool.instance import Instance
from polyfn.pool.loaded import LoadedFiles, nobody_watches
from polyfn.pool.queue import Queue
from polyfn.pool.states import State

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Iterable, Iterator

    from polyfn.model import Invocation, Result, Timing
    from polyfn.pool.budget import Budget
    from polyfn.pool.deployment import Deployment
    from polyfn.pool.inspector.inspection import Inspection
    from polyfn.pool.loaded import OnLoaded
    from polyfn.pool.spare import Spare
    from polyfn.pool.spares import Spares
    from polyfn.pool.spawner import Spawner
    from polyfn.ports import LogSink
    from polyfn.settings.values import Limits

# To how many processes an event is given that die before they have read it.
_DELIVERIES: Final = 3


class Pool:
    """Instances of one deployment, and the queue before them; an async context manager.

    Args:
        on_loaded: Called with the files that the function was loaded from, each once; see
            `loaded_files`.
        inspection: Of a function that debuggers may attach to: it has one instance at most, so that
            a breakpoint is met in the one they see.
    """

    def __init__(
        self,
        deployment: Deployment,
        *,
        limits: Limits,
        budget: Budget,
        sink: LogSink,
        spawner: Spawner,
        spares: Spares | None = None,
        on_loaded: OnLoaded = nobody_watches,
        inspection: Inspection | None = None,
    ) -> None:
        self.deployment = deployment
        self.inspection = inspection
        self.limits = limits
        self._budget = budget
        self._sink = sink
        self._spawner = spawner
        self._spares = spares
        self._loaded = LoadedFiles(deployment, on_loaded)
        self._loop = asyncio.get_running_loop()
        self._instances: set[Instance] = set()
        self._idle: list[Instance] = []  # the one used last stands last
        self._leaving: set[Instance] = set()  # they stop instead of taking another call
        self._running: dict[Instance, Call] = {}
        self._queue = Queue(self._loop, lambda: inspection is not None and inspection.patient)
        self._starting = 0
        self._tasks: set[asyncio.Task[None]] = set()
        self._tick: asyncio.TimerHandle | None = None
        self._demand = Demand()
        self._closed = False
        self.emptied = asyncio.Event()
        """Set when it has been closed or retired, and its last process is gone."""

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *exc_info: object) -> None:
        await self.close(self.limits.drain_s)

    @property
    def instances(self) -> int:
        """How many processes it has, those that start or stop included."""
        return len(self._instances)

    @property
    def pids(self) -> list[int]:
        """Its processes."""
        return [instance.pid for instance in self._instances if instance.pid]

    @property
    def callable_instances(self) -> list[Instance]:
        """Those that are idle, or run a call and may run another."""
        stays = self._instances - self._leaving
        return [each for each in stays if each.state in (State.IDLE, State.BUSY)]

    @property
    def waiting(self) -> int:
        """How many calls wait for an instance."""
        return len(self._queue)

    @property
    def loaded_files(self) -> frozenset[str]:
        """All files, absolute, that any instance said it was loaded from; broken ones included."""
        return self._loaded.files

    @property
    def idle_since(self) -> float | None:
        """The loop's time at which its oldest idle instance was last used; ``None`` without one."""
        return self._idle[0].last_used if self._idle and not self._is_debugged else None

    @property
    def _is_debugged(self) -> bool:
        return self.inspection is not None and self.inspection.attached

    async def invoke(self, invocation: Invocation, timing: Timing) -> Result:
        """Deliver one event to an instance, waiting for one if need be.

        Raises:
            Throttled: None came free within the queue limits.
            FunctionError: The function failed.
        """
        for _ in range(_DELIVERIES - 1):
            try:
                return await self._deliver(invocation, timing)
            except NeverBegun:  # what an earlier call had left running has ended the process
                continue
        return await self._deliver(invocation, timing)

    async def _deliver(self, invocation: Invocation, timing: Timing) -> Result:
        self._check_open(invocation)
        call = Call(invocation, timing, self._loop)
        self._take(call)
        return await call.answer

    def call(
        self, invocation: Invocation, timing: Timing, done: Callable[[Result | PolyfnError], None]
    ) -> None:
        """Deliver one event, once; see `polyfn.ports.Caller.call`.

        Raises:
            Throttled: As many calls wait as may.
        """
        self._check_open(invocation)
        self._take(PromptCall(invocation, timing, self._loop, done))

    def _check_open(self, invocation: Invocation) -> None:
        if self._closed:
            raise Unavailable(f"Function {invocation.function!r} is being stopped; call again.")

    def _take(self, call: Call) -> None:
        instance = self._take_idle()
        if instance is not None:
            self._begin(instance, call)
        else:
            self._enqueue(call)

    async def warm(self) -> None:
        """Start one instance, if there is a place for it: does the function load?

        Raises:
            LoadFailed: It does not.
            InitTimedOut: It takes too long.
            Unavailable: There is nothing to start, or the system refused.
        """
        instance = self._new_instance()
        instance.is_fresh = False  # no call waits for it
        await self._start(instance)

    async def wake(self) -> None:
        """Start one instance, if there is none that stays; see `warm`."""
        if all(each.state in (State.STOPPING, State.DEAD) for each in self._instances):
            await self.warm()

    def leave(self, instance: Instance) -> None:
        """Have an instance stop instead of taking another call, once it runs nothing."""
        self._leaving.add(instance)
        if instance in self._idle:
            self._idle.remove(instance)
            self._spawn_task(instance.stop(self.limits.drain_s))

    def adopt(self, calls: Iterable[Call]) -> None:
        """Take calls that waited for another version of the function."""
        for call in calls:
            if not call.abandoned:
                self._take(call)

    def retire(self) -> list[Call]:
        """Take no more calls, and give up those that wait; what runs finishes within its own limit.

        Instances that are idle, or become so, stop; `emptied` is set after the last one.
        """
        calls = list(self._close())
        for instance in self._instances:
            if instance.state is not State.BUSY:
                self._spawn_task(instance.stop(self.limits.drain_s))
        self._idle.clear()
        self._settle()
        return calls

    async def stop_idle(self, before: float) -> None:
        """Stop the instances not used since ``before``, a time of the loop; the oldest first."""
        while (since := self.idle_since) is not None and since < before:
            await self.stop_oldest_idle()

    async def stop_surplus(self, before: float) -> None:
        """Stop half of those not used since ``before``, a time of the loop; the last one stays."""
        unused = sum(instance.last_used < before for instance in self._idle)
        for _ in range(min((unused + 1) // 2, len(self._instances) - 1)):
            if self._idle and self._idle[0].last_used < before:  # it may have been called
                await self.stop_oldest_idle()

    async def stop_oldest_idle(self) -> None:
        """Stop the idle instance that was used longest ago, if there is one."""
        if self._idle:
            await self._idle.pop(0).stop(self.limits.drain_s)

    async def close(self, drain_s: float) -> None:
        """Stop all instances; what runs has ``drain_s`` to finish."""
        name = self.deployment.function.name
        for call in self._close():
            call.fail(Unavailable(f"Function {name!r} was stopped before it was called."))
        for task in self._tasks:
            task.cancel()
        self._idle.clear()
        stopping = [instance.stop(drain_s) for instance in self._instances]
        await asyncio.gather(*stopping, *self._tasks, return_exceptions=True)
        self._settle()

    def _close(self) -> Iterator[Call]:
        """Take no more calls; yields those that wait."""
        self._closed = True
        if self._tick is not None:
            self._tick.cancel()
        yield from self._queue.empty()

    def _settle(self) -> None:
        if self._closed and not self._instances:
            self.emptied.set()

    # The queue

    def _enqueue(self, call: Call) -> None:
        name = call.invocation.function
        if len(self._queue) >= self.limits.queue:
            raise Throttled(
                f"Function {name!r} has {len(self._queue)} calls waiting, as many as it may. "
                "Call again later, or raise `queue` or `instances_per_function` under [limits]."
            )
        self._queue.put(call, self.limits.queue_timeout_s)
        # With several at work, the next tick is soon enough to think of more.
        if self._tick is None or len(self._running) <= 1:
            self._grow()

    # Instances

    def _take_idle(self) -> Instance | None:
        while self._idle:
            instance = self._idle.pop()
            if instance.state is State.IDLE:
                return instance
        return None

    def _begin(self, instance: Instance, call: Call) -> None:
        self._running[instance] = call
        instance.begin(call)

    def _on_idle(self, instance: Instance) -> None:
        if self._running.pop(instance, None) is not None:
            self._demand.pace.answered()
        call = None if instance in self._leaving else self._queue.next()
        if call is not None:
            self._begin(instance, call)
        elif self._closed or instance in self._leaving:
            self._spawn_task(instance.stop(self.limits.drain_s))
        else:
            self._idle.append(instance)

    def _on_dead(self, instance: Instance) -> None:
        self._running.pop(instance, None)
        if instance in self._idle:
            self._idle.remove(instance)
        self._budget.give_back()
        self._forget(instance)
        self._grow()

    def _forget(self, instance: Instance) -> None:
        self._instances.discard(instance)
        self._leaving.discard(instance)
        self._settle()

    # Growth

    def _grow(self) -> None:
        if self._closed or not self._queue:
            return
        most = self.limits.instances_per_function if self.inspection is None else 1
        room = most - len(self._instances)
        wanted = self._demand.to_start(
            self._loop.time(),
            waiting=len(self._queue),
            starting=self._starting,
            working=len(self._running),
        )
        for _ in range(min(room, wanted)):
            self._spawn_task(self._start_one(self._new_instance()))
        if self._tick is None:
            self._tick = self._loop.call_later(TICK_S, self._think_again)

    def _think_again(self) -> None:
        self._tick = None
        if self._queue:
            self._demand.tick(
                self._loop.time(),
                waiting=len(self._queue),
                starting=self._starting,
                working=(instance.pid for instance in self._running),
            )
            self._grow()
        else:
            self._demand.pace.rest()

    def _new_instance(self) -> Instance:
        instance = Instance(
            self.deployment,
            self.limits,
            self._sink,
            self._spawner,
            on_idle=self._on_idle,
            on_dead=self._on_dead,
            on_loaded=self._loaded.add,
            target=self.inspection.target() if self.inspection else None,
        )
        self._instances.add(instance)
        self._starting += 1
        return instance

    async def _start_one(self, instance: Instance) -> None:
        try:
            await self._start(instance)
        except PolyfnError as error:
            if not self._running and not self._starting:  # nobody else will serve those who wait
                for call in self._queue.empty():
                    call.fail(error)

    async def _start(self, instance: Instance) -> None:
        """Start it, unless there is no place for it; in a spare if there is one that lives."""
        spare = self._spares.take(self.deployment) if self._spares else None
        try:
            await self._start_in(spare, instance)
        except NeverLoaded:
            if spare is None or self._closed:
                raise
            await self._start(self._new_instance())
        finally:
            if self._spares:
                self._spares.want(self.deployment)

    async def _start_in(self, spare: Spare | None, instance: Instance) -> None:
        """Start it; a spare brings its place along."""
        placed = spare is not None
        try:
            placed = placed or await self._budget.take()
            if placed:
                await self._boot(instance, spare)
        finally:
            self._starting -= 1
            if not instance.pid:  # there is no process whose death would free its place
                self._forget(instance)
                if spare is not None:
                    spare.kill()  # whose death gives the place back
                elif placed:
                    self._budget.give_back()

    async def _boot(self, instance: Instance, spare: Spare | None) -> None:
        # Who waits for a debugger may do so for ever, and takes no processor.
        waits = self.inspection is not None and self.inspection.breaks
        async with nullcontext() if waits else self._budget.starts:
            if self._closed:
                raise Unavailable(f"Function {instance.function!r} is being stopped; call again.")
            await instance.start(spare)
        self._demand.started(instance.start_s if spare is None else None)
        self._on_idle(instance)

    def _spawn_task(self, work: Coroutine[None, None, None]) -> None:
        task = self._loop.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
