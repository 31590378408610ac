"""Copies of a program in the user's cache, fetched by npm: ``<cache>/<program>/VERSION/PLATFORM/``.

npm takes the registry and the proxy that it is configured for, and runs no script of any package.
"""

from __future__ import annotations

import asyncio
import os
import time
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final

import orjson

from polyfn.build import process
from polyfn.build.locks import try_lock
from polyfn.build.progress import ToolInstalled, ToolInstalling
from polyfn.build.toolchains import npm

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence

    from polyfn.build.progress import Listener
    from polyfn.build.toolchains.programs import Program

_LIMIT_S: Final = 300.0
_LOCK_PAUSE_S: Final = 0.05
_SCRATCH: Final = ".new-"
_NPM: Final = (
    "install", "--no-save", "--ignore-scripts", "--no-audit", "--no-fund", "--no-package-lock",
    "--loglevel=error", "--fetch-retries=1", "--fetch-retry-mintimeout=1000",
)  # fmt: skip


class Copies:
    """The copies of one program for one platform.

    Args:
        package: npm's package that holds it, such as ``@esbuild/linux-x64``.
        inside: Where the program is in the package.
    """

    def __init__(self, program: Program, cache: Path, package: str, inside: str) -> None:
        self._program = program
        self._home = cache / program.name
        self._package = package
        self._inside = inside

    def path(self, version: str) -> Path:
        """Where the copy of a version is, or would be."""
        return self._place(version) / self._inside

    def versions(self) -> Iterator[str]:
        """Those that are here."""
        for place in sorted(self._home.glob("[0-9]*")):
            if self.path(place.name).is_file():
                yield place.name

    async def fetch(
        self,
        wanted: str,
        npm_command: Sequence[str],
        env: Mapping[str, str],
        listener: Listener,
        *,
        is_here: Callable[[], bool],
    ) -> None:
        """Fetch a copy, unless somebody else just did.

        Args:
            wanted: A version, or a range of them.
            is_here: Says, when it is our turn, whether one is here that will do.

        Raises:
            ToolchainMissing: npm cannot get it, or the cache cannot be written.
        """
        try:
            self._home.mkdir(mode=0o700, parents=True, exist_ok=True)
            async with self._alone(self._home / ".lock"):
                if not is_here():
                    await self._fetch(wanted, npm_command, env, listener)
        except OSError as error:
            raise self._program.missing(
                [f"its copy cannot be written to {self._home}: {error}"]
            ) from error

    def _place(self, version: str) -> Path:
        return self._home / version / self._package.rpartition("/")[2]

    async def _fetch(
        self, wanted: str, npm_command: Sequence[str], env: Mapping[str, str], listener: Listener
    ) -> None:
        import shutil  # noqa: PLC0415 - 3 ms: every start would pay for what is fetched once
        import tempfile  # noqa: PLC0415 - likewise

        start, name = time.monotonic(), self._program.name
        listener(ToolInstalling(name=name, version=wanted, directory=str(self._home)))
        for left in self._home.glob(f"{_SCRATCH}*"):  # we are alone: whoever made it is dead
            shutil.rmtree(left, ignore_errors=True)
        scratch = Path(tempfile.mkdtemp(prefix=_SCRATCH, dir=self._home))
        try:
            package = await self._run_npm(wanted, npm_command, env, scratch)
            version = _version_of(package)
            place = self._place(version)
            place.parent.mkdir(parents=True, exist_ok=True)
            shutil.rmtree(place, ignore_errors=True)
            package.rename(place)
        finally:
            shutil.rmtree(scratch, ignore_errors=True)
        listener(ToolInstalled(name=name, version=version, seconds=time.monotonic() - start))

    async def _run_npm(
        self, wanted: str, npm_command: Sequence[str], env: Mapping[str, str], scratch: Path
    ) -> Path:
        """Where npm has put the package."""
        asked = f"{self._package}@{wanted}"
        argv = [*npm_command, *_NPM, "--prefix", str(scratch), asked]
        outcome = await process.run(argv, cwd=scratch, env=env, limit_s=_LIMIT_S)
        if outcome.timed_out:
            raise self._program.missing([f"npm did not get {asked} within {_LIMIT_S:g} s"])
        package = scratch / "node_modules" / self._package
        if outcome.status != 0 or not package.is_dir():
            words = npm.in_short(outcome.output)
            raise self._program.missing([f"npm could not get {asked}: {words}"])
        return package

    @asynccontextmanager
    async def _alone(self, path: Path) -> AsyncIterator[None]:
        """Hold a lock file; other processes wait, and their event loops go on."""
        descriptor = os.open(path, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
        try:
            give_up = time.monotonic() + _LIMIT_S
            while not try_lock(descriptor):
                if time.monotonic() > give_up:
                    raise self._program.missing(
                        [f"another polyfn has been fetching it for {_LIMIT_S:g} s"]
                    )
                await asyncio.sleep(_LOCK_PAUSE_S)
            yield
        finally:
            os.close(descriptor)


def _version_of(package: Path) -> str:
    """As its package.json has it, which for Node.js begins with a ``v``."""
    return str(orjson.loads((package / "package.json").read_bytes())["version"]).removeprefix("v")
