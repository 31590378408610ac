"""One attempt at one plan: a directory, its files, its commands, and what came of them."""

from __future__ import annotations

import asyncio
import json
import signal
from contextlib import ExitStack, contextmanager
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from polyfn.build import process
from polyfn.build.progress import BuildFetching, ignore
from polyfn.errors import BuildFailed, PlatformError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from polyfn.build.cache import Cache, Work
    from polyfn.build.disk import Disk
    from polyfn.build.fingerprints import Fingerprint
    from polyfn.build.manifest import Entry
    from polyfn.build.process import Guard
    from polyfn.build.progress import Listener
    from polyfn.build.residents import Residents
    from polyfn.model import BuildPlan, Command

_WORK: Final = "{work}"
_MAX_EXPLANATION: Final = 16_000


class _Refused(Exception):
    """A command ended with a status other than 0."""

    def __init__(self, output: str, words: str) -> None:
        super().__init__(words)
        self.output = output
        self.words = words


class Attempt:
    """Runs a plan's commands and puts the result into the cache.

    Args:
        limit_s: How long one command may take.
        guard: Is told of each command's process group.
        residents: Run what they can.
        listener: Is told of what is fetched.
    """

    def __init__(
        self,
        cache: Cache,
        disk: Disk,
        plan: BuildPlan,
        *,
        limit_s: float,
        guard: Guard,
        residents: Residents,
        listener: Listener = ignore,
    ) -> None:
        self._cache = cache
        self._disk = disk
        self._plan = plan
        self._limit_s = limit_s
        self._guard = guard
        self._residents = residents
        self._tell = listener
        self._fetches = False

    async def run(self, key: str, known: Mapping[str, Fingerprint]) -> tuple[Entry, str]:
        """Build.

        Args:
            key: The plan's hash.
            known: Inputs as they were before.

        Returns:
            What is now in the cache, and what the commands warned of.

        Raises:
            BuildFailed: A command failed, took too long, cannot be started, or left no output.
            PlatformError: The cache cannot be written.
        """
        work = await self.begin(self._plan.function)
        try:
            said = await self.make(work.path)
            entry = await self.commit(work, key, known)
        except BaseException:
            self._disk.later(self._cache.discard, work)
            raise
        return entry, self._plan.warn(work.path, said).strip() if self._plan.warn else ""

    async def begin(self, function: str) -> Work:
        """Make a directory to build a function in."""
        with self._storage():
            return await self._disk.do(self._cache.begin, function)

    async def commit(
        self, work: Work, key: str, known: Mapping[str, Fingerprint] = MappingProxyType({})
    ) -> Entry:
        """Make an artifact of what is in its directory."""
        with self._storage():
            entry = await self._disk.do(self._commit, work, key, known)
        self._disk.later(self._cache.prune, self._plan.function)
        return entry

    async def make(self, work: Path) -> str:
        """Run the plan, or the one that it names for the case of a failure; what was said."""
        try:
            with self._storage():
                await self._disk.do(self._write_files, work)
            return await self._commands(work)
        except _Refused as refused:
            other = self._plan.otherwise and self._plan.otherwise(refused.output)
            if not other:
                raise self._failure(refused.words) from None
            self._plan = other
        return await self.make(work)

    async def _commands(self, work: Path) -> str:
        """Run them, as far as may be at the same time; the first that fails has the word."""
        running = [
            asyncio.ensure_future(self._command(each, work))
            for each in self._plan.commands
            if each.beside
        ]
        try:
            said = [
                await self._command(each, work) for each in self._plan.commands if not each.beside
            ]
            return "".join([*said, *[await each for each in running]])
        finally:
            for each in running:
                each.cancel()
            await asyncio.gather(*running, return_exceptions=True)

    def _write_files(self, work: Path) -> None:
        for name, text in self._plan.files.items():
            path = work / name
            path.parent.mkdir(parents=True, exist_ok=True)
            # A path may have a quote in it, or a backslash.
            place = (
                json.dumps(str(work), ensure_ascii=False)[1:-1] if path.suffix == ".json" else work
            )
            path.write_text(_placed(text, place), "utf-8")

    async def _command(self, command: Command, work: Path) -> str:
        argv = [_placed(each, work) for each in command.argv]
        if await self._residents.run(command, argv):
            return ""
        with ExitStack() as stack:
            stdout = None
            if command.stdout_to is not None:
                with self._storage():
                    stdout = stack.enter_context((work / command.stdout_to).open("wb", 0))
            try:
                outcome = await process.run(
                    argv,
                    cwd=command.cwd,
                    env=command.env,
                    limit_s=self._limit_s,
                    stdout=stdout,
                    guard=self._guard,
                    hear=self._hear if self._plan.fetches else None,
                )
            except OSError as error:
                raise self._failure(f"{argv[0]} cannot be started: {error}") from error
        if outcome.status == 0 and not outcome.timed_out:
            return outcome.output
        words = self._plan.explain(outcome.output).strip()
        if outcome.timed_out:
            raise self._failure(f"{argv[0]} was stopped after {self._limit_s:g} s.\n{words}")
        raise _Refused(
            outcome.output, words or f"{argv[0]} {_ending(outcome.status)} without a word."
        )

    def _hear(self, data: bytes) -> None:
        """Tell of the first thing that is fetched: the network may be slow."""
        plan, text = self._plan, data.decode("utf-8", "replace")
        found = plan.fetches.search(text) if plan.fetches and not self._fetches else None
        if found:
            self._fetches = True
            self._tell(BuildFetching(function=plan.function, title=plan.title, what=found[1]))

    def _commit(self, work: Work, key: str, known: Mapping[str, Fingerprint]) -> Entry:
        output = self._plan.output
        if not (work.path / output).is_file():
            if not work.path.is_dir():
                raise FileNotFoundError(f"{work.path} was removed while the build ran")
            raise self._failure(f"It ended well, but left no file {output}.")
        return self._cache.commit(work, key, output, self._inputs(work.path), known)

    def _inputs(self, work: Path) -> list[Path]:
        try:
            return list(self._plan.inputs(work))
        except OSError as error:
            raise self._failure(f"What it was built from cannot be read: {error}") from error

    @contextmanager
    def _storage(self) -> Iterator[None]:
        """Say of an error of the file system which function and which place it is about."""
        try:
            yield
        except OSError as error:
            raise PlatformError(
                f"function '{self._plan.function}' cannot be built, because polyfn cannot write to "
                f"{self._cache.directory}: {error}. Make room there, or make it writable, and "
                "try again."
            ) from error

    def _failure(self, words: str) -> BuildFailed:
        text = words.strip()
        if len(text) > _MAX_EXPLANATION:
            kept, _, _ = text[:_MAX_EXPLANATION].rpartition("\n")  # a line is whole or left out
            kept = kept or text[:_MAX_EXPLANATION]
            text = f"{kept}\n[… {len(text) - len(kept)} more characters …]"
        plan = self._plan
        return BuildFailed(f"function '{plan.function}' does not build ({plan.title}):\n{text}")


def _ending(status: int) -> str:
    if status >= 0:
        return f"ended with status {status}"
    try:
        return f"was killed by {signal.Signals(-status).name}"
    except ValueError:
        return f"was killed by signal {-status}"


def _placed(text: str, work: Path | str) -> str:
    return text.replace(_WORK, str(work))
