"""Runs the commands of one project when they have to be, one run of each at a time.

A run is true as long as the command, its variables, its sources and the functions it has made are
what they were when it ended. What a command changes among its own sources (a lock file, generated
code) makes it run again at once, for somebody may have saved it; what it changes a second time is
its own, and does not count from then on. So nothing that it writes makes it run for ever.
"""

from __future__ import annotations

import asyncio
import time
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, NoReturn

from polyfn.build.custom import record, shell, sources
from polyfn.build.custom.job import Job, made, unshare
from polyfn.build.custom.record import Record
from polyfn.build.progress import BuildFinished, BuildStarted, BuildStopped
from polyfn.errors import BuildFailed, PlatformError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from polyfn.build.custom.sources import Sources
    from polyfn.build.disk import Disk
    from polyfn.build.process import Guard
    from polyfn.build.progress import Listener
    from polyfn.model import Function
    from polyfn.settings.values import Settings

_ROUNDS: Final = 5
# Who saves meanwhile has it built again at once; who calls again and again, not.
_FAILURE_HOLDS_S: Final = 5.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """A function that its command has made.

    Attributes:
        function: As it was found afterwards.
        sources: The files whose change has the command run again; absolute.
    """

    function: Function
    sources: tuple[Path, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Failure:
    """A run that failed, what its sources were then, and until when it is not tried again."""

    words: str
    sources: str
    until: float


class Customs:
    """Makes functions by the commands that the settings name.

    Args:
        disk: Does what blocks.
        parallel: Commands at once.
        limit_s: How long one may take.
        guard: Is told of each command's process group.
    """

    def __init__(
        self, disk: Disk, *, listener: Listener, parallel: int, limit_s: float, guard: Guard
    ) -> None:
        self._disk = disk
        self._tell = listener
        self._slots = asyncio.Semaphore(parallel)
        self._limit_s = limit_s
        self._guard = guard
        self._locks: dict[Job, asyncio.Lock] = {}
        self._failures: dict[tuple[Job, str], _Failure] = {}
        self._generated: dict[Job, frozenset[str]] = {}

    async def make(
        self, function: Function, settings: Settings, env: Mapping[str, str], salt: str
    ) -> Made:
        """Run a function's command, unless its last run is still true.

        Args:
            env: The environment that builds start from.
            salt: A hash of what in it is the project's.

        Raises:
            BuildFailed: The command failed, or left no function of that name.
            PlatformError: There is no place to remember it in.
        """
        job = Job.of(function)
        async with self._locks.setdefault(job, asyncio.Lock()):
            run = _Run(job, settings, env, salt, self._generated.get(job))
            await self._disk.do(run.look, function.name)
            if not run.is_true:
                self._check_failures(function, run)
                await self._run(function, run)
            found = run.find(function.name)
            if found is None or found.problem is not None:
                words = found.problem if found else None
                self._fail(function, function.name, run, words or _nothing(function, settings))
            return Made(function=found, sources=run.watched)

    def _check_failures(self, function: Function, run: _Run) -> None:
        """Fail again as it did a moment ago, if nothing was saved since.

        Raises:
            BuildFailed: It is so.
        """
        for name in ("", function.name):
            failure = self._failures.pop((run.job, name), None)
            if failure and failure.sources == run.digest and time.monotonic() < failure.until:
                self._failures[run.job, name] = failure
                raise _failed(function, failure.words)

    def _fail(self, function: Function, name: str, run: _Run, words: str) -> NoReturn:
        """Fail, and remember it of that function, or of all that the job makes."""
        until = time.monotonic() + _FAILURE_HOLDS_S
        failure = _Failure(words=words, sources=run.digest, until=until)
        self._failures[run.job, name] = failure
        raise _failed(function, words)

    async def _run(self, function: Function, run: _Run) -> None:
        """Run the command until nothing was saved meanwhile.

        Raises:
            BuildFailed: It failed.
        """
        job = run.job
        async with self._slots:
            start = time.monotonic()
            with self._reporting(function, start):
                words = await self._until_stable(run)
                self._generated[job] = run.generated
                if words:
                    self._fail(function, "", run, words)
                await self._remember(function, run)
        self._tell(
            BuildFinished(
                function=function.name,
                title=_title(function),
                cached=False,
                seconds=time.monotonic() - start,
            )
        )

    async def _until_stable(self, run: _Run) -> str:
        words = ""
        seen: set[str] = set()
        for _ in range(_ROUNDS):
            await self._disk.do(run.prepare)
            words = await shell.failure_of(
                run.job.command,
                cwd=run.settings.root,
                env=run.env,
                limit_s=self._limit_s,
                guard=self._guard,
            )
            moved = await self._disk.do(run.moved)
            run.generated |= moved & seen
            if not moved - run.generated:
                break
            seen |= moved
        await self._disk.do(run.look_again)
        return words

    async def _remember(self, function: Function, run: _Run) -> None:
        try:
            await self._disk.do(run.remember)
        except OSError as error:
            raise PlatformError(
                f"function '{function.name}' is built, but polyfn cannot write to "
                f"{run.place.parent}: {error}. Make room there, or make it writable."
            ) from error

    @contextmanager
    def _reporting(self, function: Function, start: float) -> Iterator[None]:
        title = _title(function)
        self._tell(BuildStarted(function=function.name, title=title))
        try:
            yield
        except BaseException as error:
            reason = error.message if isinstance(error, (BuildFailed, PlatformError)) else ""
            seconds = time.monotonic() - start
            stopped = BuildStopped(
                function=function.name, title=title, reason=reason, seconds=seconds
            )
            self._tell(stopped)
            raise


class _Run:
    """One look at a job, and what comes of it; its methods block.

    Attributes:
        functions: Those that the job makes, as they are now.
        generated: Files that do not count, for the command itself changes them.
    """

    def __init__(
        self,
        job: Job,
        settings: Settings,
        env: Mapping[str, str],
        salt: str,
        generated: frozenset[str] | None,
    ) -> None:
        self.job = job
        self.settings = settings
        self.env = env
        self.place = settings.state_dir / "custom" / f"{job.id}.json"
        self.functions: tuple[Function, ...] = ()
        self.is_true = False
        self.digest = ""
        self.watched: tuple[Path, ...] = ()
        self._salt = salt
        self._last = record.read(self.place)
        self.generated = self._last.generated if generated is None else generated
        self._sources: Sources
        self._state: sources.State = {}

    def look(self, name: str) -> None:
        """See whether the last run is still true, and there is the function of that name."""
        self.look_again()
        last = self._last
        self.is_true = (
            self.find(name) is not None
            and last.salt == self._salt
            and last.sources == self.digest
            and dict(last.made) == made(self.functions)
        )

    def find(self, name: str) -> Function | None:
        """The function of that name, if it is there."""
        here = (each for each in self.functions if each.name == name)
        return next((each for each in here if each.main_file.exists()), None)

    def look_again(self) -> None:
        """See what is there now."""
        self.functions = self.job.functions(self.settings)
        self._sources = self.job.sources(self.settings, self.functions, self.env)
        self._state = self._now()
        self.digest = sources.digest(self._state)
        self.watched = sources.watched(self._state)

    def prepare(self) -> None:
        """Make room for what is to be built."""
        self.settings.functions_dir.mkdir(parents=True, exist_ok=True)
        self.functions = self.job.functions(self.settings)
        for each in self.functions:
            unshare(each.main_file)
        self._state = self._now()

    def moved(self) -> set[str]:
        """The sources that have changed since the command was started."""
        before = self._state
        self.functions = self.job.functions(self.settings)
        return sources.differing(before, self._now()) - made(self.functions).keys()

    def remember(self) -> None:
        """Keep what this run was made from, for the next process."""
        record.write(
            self.place,
            Record(
                salt=self._salt,
                sources=self.digest,
                made=made(self.functions),
                generated=self.generated,
            ),
        )

    def _now(self) -> sources.State:
        return self._sources.state(self.generated | made(self.functions).keys())


def _title(function: Function) -> str:
    return f"{function.name}: {shell.shown(function.config.build or '')}"


def _failed(function: Function, words: str) -> BuildFailed:
    title = shell.shown(function.config.build or "")
    return BuildFailed(f"function '{function.name}' does not build ({title}):\n{words}")


def _nothing(function: Function, settings: Settings) -> str:
    place, root, name = settings.functions_dir, settings.root, function.name
    shown = place.relative_to(root) if place.is_relative_to(root) else place
    return (
        f"It ended well, but there is no function {name!r} in {shown}. It must leave one there: "
        f"a program {name} or {name}/bootstrap, or a source file."
    )
