"""Runners that are booted before anybody needs them: a start takes one, and only loads.

A spare is right for a function when it was started as the function itself would be, as far as that
matters at the start of a process: the same program, and the same of those variables that its
language names (`polyfn.model.LaunchSpec.spare`). All else comes with LOAD.

Spares stand in nobody's way: they are booted when no call waits, each has a place in the budget,
and gives it up first.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, Self

from polyfn.errors import PolyfnError
from polyfn.pool.spare import Spare

if TYPE_CHECKING:
    from collections.abc import Callable

    from polyfn.pool.budget import Budget
    from polyfn.pool.deployment import Deployment
    from polyfn.pool.spawner import Spawner
    from polyfn.ports import LogSink

# Whoever has just started is called now, and the processors are few.
_PAUSE_S: Final = 0.1
_MOST_SHELVES: Final = 4


@dataclass(frozen=True, slots=True)
class Key:
    """What a process takes in at its start."""

    argv: tuple[str, ...]
    frame_fds: tuple[int, int]
    env: frozenset[tuple[str, str]]


@dataclass(slots=True)
class Shelf:
    """The spares of one key.

    Attributes:
        used: The loop's time at which a function of this key was started last.
        replaced: Whether one that died has been replaced since then.
    """

    used: float = 0.0
    replaced: bool = False
    spares: list[Spare] = field(default_factory=list)


class Spares:
    """Keeps spares of the keys used last; an async context manager.

    Args:
        each: How many of a key; 0: none at all.
        is_busy: Whether calls wait for an instance.

    Attributes:
        each: May be changed at any time.
    """

    def __init__(
        self,
        each: int,
        *,
        budget: Budget,
        sink: LogSink,
        spawner: Spawner,
        is_busy: Callable[[], bool],
    ) -> None:
        self.each = each
        self._budget = budget
        self._sink = sink
        self._spawner = spawner
        self._is_busy = is_busy
        self._loop = asyncio.get_running_loop()
        self._shelves: dict[Key, Shelf] = {}  # the one used last stands last
        self._timer: asyncio.TimerHandle | None = None
        self._listening: set[asyncio.Task[None]] = set()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *exc_info: object) -> None:
        await self.close()

    async def close(self) -> None:
        """End all, and boot no more."""
        self.each = 0
        if self._timer is not None:
            self._timer.cancel()
        await asyncio.gather(*self._listening, return_exceptions=True)
        await self.end_unused(self._loop.time())

    @property
    def pids(self) -> frozenset[int]:
        """The processes that wait to be taken."""
        spares = (spare for shelf in self._shelves.values() for spare in shelf.spares)
        return frozenset(spare.pid for spare in spares if spare.usable and spare.booted)

    def want(self, deployment: Deployment) -> None:
        """Have spares that this deployment could take, soon: it is in use."""
        key = _key(deployment) if self.each else None
        if key is None:
            return
        known = self._shelves.pop(key, None)
        shelf = self._shelves[key] = known or Shelf()
        shelf.used = self._loop.time()
        shelf.replaced = False
        # The first of a key boots at once: polyfn itself is still starting, and waits for imports.
        self._fill_later(_PAUSE_S if known else 0.0)

    def take(self, deployment: Deployment) -> Spare | None:
        """Get a spare that is right for a deployment, if there is one; its place comes with it."""
        key = _key(deployment) if self._shelves else None
        shelf = self._shelves.get(key, Shelf()) if key else Shelf()
        for spare in shelf.spares:
            if spare.usable:
                shelf.spares.remove(spare)
                return spare
        return None

    async def give_up_one(self) -> bool:
        """End the spare that was of least use; whether there was one."""
        for shelf in self._shelves.values():
            for spare in shelf.spares:
                spare.end()
                await spare.dead.wait()
                return True
        return False

    async def end_unused(self, before: float) -> None:
        """End the spares of keys that were last used at that time of the loop, or earlier."""
        unused = [key for key, shelf in self._shelves.items() if shelf.used <= before]
        await self._clear(unused)

    async def _clear(self, keys: list[Key]) -> None:
        spares = [spare for key in keys for spare in self._shelves.pop(key).spares]
        for spare in spares:
            spare.end()
        await asyncio.gather(*(spare.dead.wait() for spare in spares))

    # Booting

    def _fill_later(self, pause_s: float = _PAUSE_S) -> None:
        if self._timer is None and self.each:
            self._timer = self._loop.call_later(pause_s, self._fill)

    def _fill(self) -> None:
        self._timer = None
        if self._is_busy():
            self._fill_later()
            return
        self._forget_the_oldest()
        for key, shelf in reversed(self._shelves.items()):
            while len(shelf.spares) < self.each and self._budget.take_free():
                if not self._boot(key, shelf):
                    break

    def _forget_the_oldest(self) -> None:
        for key in list(self._shelves)[:-_MOST_SHELVES]:
            for spare in self._shelves.pop(key).spares:
                spare.end()

    def _boot(self, key: Key, shelf: Shelf) -> bool:
        try:
            process, pipes = self._spawner.spawn(key.argv, dict(key.env), key.frame_fds)
        except PolyfnError:  # the start of a function will say so
            self._budget.give_back()
            return False
        spare = Spare(process, pipes, self._sink, on_dead=lambda dead: self._on_dead(shelf, dead))
        shelf.spares.append(spare)
        task = self._loop.create_task(spare.listen())
        self._listening.add(task)
        task.add_done_callback(self._listening.discard)
        return True

    def _on_dead(self, shelf: Shelf, spare: Spare) -> None:
        """Replace it once; one that cannot live is not started over and over."""
        self._budget.give_back()
        if spare in shelf.spares:
            shelf.spares.remove(spare)
        if not shelf.replaced:
            shelf.replaced = True
            self._fill_later()


def _key(deployment: Deployment) -> Key | None:
    launch = deployment.launch
    env = launch.spare(deployment.environment)
    if env is None or launch.frame_fds is None:
        return None
    return Key(launch.argv, launch.frame_fds, frozenset(launch.start_variables(env).items()))
