"""Turns plans into artifacts: a bounded number at a time, and only when something changed."""

from __future__ import annotations

import asyncio
import os
import time
from contextlib import contextmanager, nullcontext
from typing import TYPE_CHECKING, Final, Self

from polyfn.build import fingerprints
from polyfn.build.attempt import Attempt
from polyfn.build.cache import plan_key
from polyfn.build.disk import Disk
from polyfn.build.flight import Flight
from polyfn.build.joint import JointBuilds
from polyfn.build.progress import BuildFinished, BuildStarted, BuildStopped, ignore
from polyfn.build.residents import Residents
from polyfn.errors import BuildFailed, PolyfnError
from polyfn.model import Artifact

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from polyfn.build.cache import Cache
    from polyfn.build.custom import Customs
    from polyfn.build.fingerprints import Fingerprint
    from polyfn.build.manifest import Entry
    from polyfn.build.process import Guard
    from polyfn.build.progress import Listener
    from polyfn.model import BuildPlan, Function

LIMIT_S: Final = 600.0
_ROUNDS: Final = 3


class Builder:
    """Builds functions. Use it in ``async with``, and end all builds before it.

    Args:
        parallel: Builds at once with the same program; as many as there are cores when ``None``.
        limit_s: How long one command of a build may take.
        guard: Is told of each command's process group.
        stay: Whether compilers that can stay between builds, for those that follow.
    """

    def __init__(
        self,
        cache: Cache,
        *,
        listener: Listener = ignore,
        parallel: int | None = None,
        limit_s: float = LIMIT_S,
        guard: Guard = nullcontext,
        stay: bool = False,
    ) -> None:
        self._cache = cache
        self._disk = Disk()
        self._tell = listener
        self._parallel = parallel or _cores()
        self._slots: dict[str, asyncio.Semaphore] = {}
        self._limit_s = limit_s
        self._guard = guard
        self._residents = Residents(self._disk, guard, stay=stay)
        self._joint = JointBuilds(cache, self._disk, self._attempt, self._began)
        self._flights: dict[str, Flight[Artifact]] = {}

    async def __aenter__(self) -> Self:
        await self._disk.do(self._cache.sweep)
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._residents.close()
        self._disk.later(self._cache.close)
        self._disk.close()

    def customs(self) -> Customs:
        """What runs the author's own commands, within the same limits."""
        from polyfn.build.custom import Customs  # noqa: PLC0415 - few projects have any

        return Customs(
            self._disk,
            listener=self._tell,
            parallel=self._parallel,
            limit_s=self._limit_s,
            guard=self._guard,
        )

    async def build(self, function: Function, plan: BuildPlan | None) -> Artifact:
        """Build what was saved last.

        Calls for a function that is being built wait for that build, and then share the next one,
        which finds its artifact in the cache unless something was saved meanwhile. A call that is
        cancelled ends its build, with every process in it.

        Args:
            plan: ``None`` when the source runs as it is.

        Raises:
            BuildFailed: The compiler said no, or took too long.
            PlatformError: There is no place to build in.
        """
        if plan is None:
            return await self._disk.do(_source, function)
        flight = self._flights.setdefault(function.name, Flight())
        return await flight.run(lambda: self._build(plan), fresh=True)

    async def _build(self, plan: BuildPlan) -> Artifact:
        start = time.monotonic()
        key = plan_key(plan)
        found = await self._disk.do(self._cache.find, plan.function, key)
        entry, cached, warnings = found.entry, found.entry is not None, ""
        if entry is None:
            slots = self._slots_for(plan)
            known = None if slots.locked() else found.known  # who waits has to look again
            entry, warnings, start = await self._in_turn(plan, key, known, slots)
        self._residents.want(plan)
        seconds = time.monotonic() - start
        self._tell(
            BuildFinished(
                function=plan.function,
                title=plan.title,
                cached=cached,
                seconds=seconds,
                warnings=warnings,
            )
        )
        return Artifact(
            function=plan.function,
            path=self._cache.path_of(plan.function, entry),
            version=entry.version,
            inputs=entry.paths(),
            cached=cached,
            duration_s=seconds,
            warnings=warnings,
        )

    async def _in_turn(
        self,
        plan: BuildPlan,
        key: str,
        known: Mapping[str, Fingerprint] | None,
        slots: asyncio.Semaphore,
    ) -> tuple[Entry, str, float]:
        """Build when there is a place for it, with others that wait for one; also when it began."""
        wait = self._joint.join(plan, key)
        try:
            async with slots:
                start = time.monotonic()
                if await self._joint.take_turn(wait):
                    return *await self._alone(plan, key, known, wait.done.result()), start
        finally:
            self._joint.leave(wait)
        entry = await wait.done
        if entry is not None:
            return entry, "", start
        async with slots:
            start = time.monotonic()
            return *await self._alone(plan, key, None, None), start

    async def _alone(
        self,
        plan: BuildPlan,
        key: str,
        known: Mapping[str, Fingerprint] | None,
        entry: Entry | None,
    ) -> tuple[Entry, str]:
        """Build it, unless it was built together with others."""
        if entry is not None:
            return entry, ""
        with self._reporting(plan, time.monotonic()):
            return await self._until_stable(plan, key, known)

    async def _until_stable(
        self, plan: BuildPlan, key: str, known: Mapping[str, Fingerprint] | None
    ) -> tuple[Entry, str]:
        """Build; and again, a few times at most, when something was saved while the build ran.

        Args:
            known: What the last artifact was built from, as it is now; ``None``: look, for somebody
                else may have built it meanwhile.
        """
        for _ in range(_ROUNDS - 1):
            entry, warnings = await self._once(plan, key, known)
            if entry.key:
                return entry, warnings
            known = None
        return await self._once(plan, key, None)

    async def _once(
        self, plan: BuildPlan, key: str, known: Mapping[str, Fingerprint] | None
    ) -> tuple[Entry, str]:
        if known is None:
            found = await self._disk.do(self._cache.find, plan.function, key)
            if found.entry is not None:
                return found.entry, ""
            known = found.known
        return await self._attempt(plan).run(key, known)

    def _attempt(self, plan: BuildPlan) -> Attempt:
        return Attempt(
            self._cache,
            self._disk,
            plan,
            limit_s=self._limit_s,
            guard=self._guard,
            residents=self._residents,
            listener=self._tell,
        )

    def _slots_for(self, plan: BuildPlan) -> asyncio.Semaphore:
        """The places for builds with one program: a quick one does not wait behind a slow one.

        A first Go build compiles the standard library, for a minute; esbuild takes 20 ms.
        """
        program = plan.commands[0].argv[0] if plan.commands else ""
        return self._slots.setdefault(program, asyncio.Semaphore(self._parallel))

    def _began(self, plan: BuildPlan) -> None:
        self._tell(BuildStarted(function=plan.function, title=plan.title))

    @contextmanager
    def _reporting(self, plan: BuildPlan, start: float) -> Iterator[None]:
        self._began(plan)
        try:
            yield
        except BaseException as error:
            reason = error.message if isinstance(error, PolyfnError) else ""
            seconds = time.monotonic() - start
            self._tell(
                BuildStopped(
                    function=plan.function, title=plan.title, reason=reason, seconds=seconds
                )
            )
            raise


def _source(function: Function) -> Artifact:
    """The artifact of a function that runs as it is: its main file."""
    taken = fingerprints.take(str(function.main_file))
    if taken.stamp == fingerprints.NOTHING or taken.digest == fingerprints.UNREADABLE:
        raise BuildFailed(
            f"function '{function.name}' cannot be loaded: {function.main_file} is not there any "
            "more, or cannot be read."
        )
    return Artifact(
        function=function.name, path=function.main_file, version=fingerprints.short(taken.digest)
    )


def _cores() -> int:
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
