"""Several plans built by one command: those that wait for the same thing at the same time.

Thirty functions of one Go module cost 17.5 s of processor time one by one and 9.3 s together: most
of the rest is go's planning, which is the same for all (docs/decisions/0017-joint-builds.md). Who
comes first is built alone; who waits meanwhile is built together. When that fails for whatever
reason, each is built alone, so that one that does not build keeps nobody else, and says so itself.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from polyfn.errors import PolyfnError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from polyfn.build.attempt import Attempt
    from polyfn.build.cache import Cache, Work
    from polyfn.build.disk import Disk
    from polyfn.build.manifest import Entry
    from polyfn.model import BuildPlan, Joint

_HOME: Final = ".joint"
"""Where the cache keeps what is built together, for as long as that takes: no function's name."""


@dataclass(frozen=True, slots=True, eq=False)
class Wait:
    """A plan that waits for its turn.

    Attributes:
        done: Its artifact, from when others have begun to build it; ``None``: it is to be built
            alone.
    """

    plan: BuildPlan
    key: str
    done: asyncio.Future[Entry | None]


class JointBuilds:
    """Joins plans that wait.

    Args:
        attempt: Makes an attempt at a plan.
        on_started: Told of each plan that is built together with others.
    """

    def __init__(
        self,
        cache: Cache,
        disk: Disk,
        attempt: Callable[[BuildPlan], Attempt],
        on_started: Callable[[BuildPlan], None],
    ) -> None:
        self._cache = cache
        self._disk = disk
        self._attempt = attempt
        self._on_started = on_started
        self._waiting: dict[str, list[Wait]] = {}

    def join(self, plan: BuildPlan, key: str) -> Wait:
        """Begin to wait for a turn.

        Args:
            key: The plan's hash.
        """
        wait = Wait(plan, key, asyncio.get_running_loop().create_future())
        if plan.joint is not None:
            self._waiting.setdefault(plan.joint.key, []).append(wait)
        return wait

    def leave(self, wait: Wait) -> None:
        """Wait no more, if nobody has taken it along."""
        group = self._group(wait)
        if wait in group:
            group.remove(wait)

    async def take_turn(self, wait: Wait) -> bool:
        """It is its turn: build it with all that wait like it, if there are any.

        Returns:
            Whether ``done`` says what has come of it; else somebody else has taken it along, and
            that will say so.
        """
        group = self._group(wait)
        if wait in group:
            batch = list(group)
            group.clear()
            if len(batch) > 1:
                await self._build(batch)
            else:
                wait.done.set_result(None)
        elif wait.plan.joint is None:
            wait.done.set_result(None)
        return wait.done.done()

    def _group(self, wait: Wait) -> list[Wait]:
        joint = wait.plan.joint
        return self._waiting.get(joint.key, []) if joint is not None else []

    async def _build(self, batch: Sequence[Wait]) -> None:
        try:
            await self._together(batch)
        except PolyfnError:
            pass  # each is built alone, and says itself what is wrong
        finally:
            for each in batch:
                if not each.done.done():
                    each.done.set_result(None)

    async def _together(self, batch: Sequence[Wait]) -> None:
        joint = batch[0].plan.joint
        assert joint is not None  # noqa: S101 - it is why they are here
        attempt = self._attempt(joint.join([each.plan for each in batch]))
        works: list[Work] = []
        try:
            # Before anything is read: what is saved from now on makes the result untrue.
            for each in batch:
                self._on_started(each.plan)
                works.append(await attempt.begin(each.plan.function))
            works.append(await attempt.begin(_HOME))
            scratch = works[-1].path
            await attempt.make(scratch)
            for each in batch:
                await self._hand_out(each, joint, scratch, works.pop(0))
        finally:
            for work in works:
                self._disk.later(self._cache.discard, work)

    async def _hand_out(self, wait: Wait, joint: Joint, scratch: Path, work: Work) -> None:
        try:
            await self._disk.do(joint.split, wait.plan, scratch, work.path)
            entry = await self._attempt(wait.plan).commit(work, wait.key)
        except (OSError, PolyfnError):
            self._disk.later(self._cache.discard, work)
            return
        # Without a key something was saved meanwhile; with its future done, who waited has left.
        if entry.key and not wait.done.done():
            wait.done.set_result(entry)
