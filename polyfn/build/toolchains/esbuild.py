"""esbuild's native binary: the project's own, or a pinned copy in the user's cache.

npm's package ``esbuild`` is a script that starts the program of a second package, one per platform;
that program is what polyfn runs, directly.
"""

from __future__ import annotations

import asyncio
import os
import time
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final

from polyfn.build import process
from polyfn.build.locks import try_lock
from polyfn.build.progress import ToolInstalled, ToolInstalling
from polyfn.build.toolchains import npm
from polyfn.build.toolchains.candidates import Candidate
from polyfn.build.toolchains.programs import ESBUILD

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator, Mapping, Sequence

    from polyfn.build.progress import Listener

VERSION: Final = "0.28.2"
"""The copy that npm fetches for projects that have no esbuild of their own."""

_PROGRAM: Final = "bin/esbuild"
_LIMIT_S: Final = 300.0
_LOCK_PAUSE_S: Final = 0.05
_SCRATCH: Final = ".new-"
_NPM: Final = (
    "install", "--no-save", "--ignore-scripts", "--no-audit", "--no-fund", "--no-package-lock",
    "--loglevel=error", "--fetch-retries=1", "--fetch-retry-mintimeout=1000",
)  # fmt: skip
_SYSTEMS: Final = ("linux", "darwin", "freebsd", "openbsd", "netbsd")
_MACHINES: Final = {
    "x86_64": "x64",
    "amd64": "x64",
    "aarch64": "arm64",
    "arm64": "arm64",
    "i386": "ia32",
    "i686": "ia32",
    "armv7l": "arm",
    "ppc64le": "ppc64",
    "riscv64": "riscv64",
    "s390x": "s390x",
    "loongarch64": "loong64",
}


def package_for(system: str, machine: str) -> str | None:
    """The npm package with the program for a platform, such as ``@esbuild/linux-x64``.

    Args:
        system: As `sys.platform` has it.
        machine: As `platform.machine` has it.
    """
    arch = _MACHINES.get(machine.lower())
    return f"@esbuild/{system}-{arch}" if arch and system in _SYSTEMS else None


def in_node_modules(start: Path, package: str) -> Iterator[Candidate]:
    """The project's own copies, the nearest first: from a directory upward, as Node resolves.

    pnpm puts the platform's package not at the top, but beside the real place of ``esbuild``.
    """
    for directory in (start, *start.parents):
        modules = directory / "node_modules"
        for place in (modules, (modules / "esbuild").resolve().parent):
            path = place / package / _PROGRAM
            if path.is_file() and os.access(path, os.X_OK):
                yield Candidate(path=path, origin=f"{modules}")
                break


class Pinned:
    """The copy in the user's cache."""

    def __init__(self, cache: Path, package: str) -> None:
        self._home = cache / "esbuild"
        self._package = package
        self._place = self._home / VERSION / package.rpartition("/")[2]
        self.path = self._place / _PROGRAM

    async def install(
        self, npm_command: Sequence[str], env: Mapping[str, str], listener: Listener
    ) -> None:
        """Fetch it with npm, unless somebody else just did.

        Raises:
            ToolchainMissing: npm cannot get it, or the cache cannot be written.
        """
        try:
            self._home.mkdir(mode=0o700, parents=True, exist_ok=True)
            async with _alone(self._home / ".lock"):
                if not self.path.is_file():
                    await self._fetch(npm_command, env, listener)
        except OSError as error:
            raise ESBUILD.missing(
                [f"its copy cannot be written to {self._home}: {error}"]
            ) from error

    async def _fetch(
        self, npm_command: Sequence[str], env: Mapping[str, str], listener: Listener
    ) -> None:
        import shutil  # noqa: PLC0415 - 3 ms: every start would pay for what is fetched once
        import tempfile  # noqa: PLC0415 - likewise

        start = time.monotonic()
        listener(ToolInstalling(name="esbuild", version=VERSION, directory=str(self._place)))
        for left in self._home.glob(f"{_SCRATCH}*"):  # we are alone: whoever made it is dead
            shutil.rmtree(left, ignore_errors=True)
        scratch = Path(tempfile.mkdtemp(prefix=_SCRATCH, dir=self._home))
        try:
            await self._run_npm(npm_command, env, scratch)
            self._place.parent.mkdir(parents=True, exist_ok=True)
            shutil.rmtree(self._place, ignore_errors=True)
            (scratch / "node_modules" / self._package).rename(self._place)
        finally:
            shutil.rmtree(scratch, ignore_errors=True)
        listener(ToolInstalled(name="esbuild", version=VERSION, seconds=time.monotonic() - start))

    async def _run_npm(
        self, npm_command: Sequence[str], env: Mapping[str, str], scratch: Path
    ) -> None:
        wanted = f"{self._package}@{VERSION}"
        argv = [*npm_command, *_NPM, "--prefix", str(scratch), wanted]
        outcome = await process.run(argv, cwd=scratch, env=env, limit_s=_LIMIT_S)
        if outcome.timed_out:
            raise ESBUILD.missing([f"npm did not get {wanted} within {_LIMIT_S:g} s"])
        if outcome.status != 0 or not (scratch / "node_modules" / self._package).is_dir():
            words = npm.in_short(outcome.output)
            raise ESBUILD.missing([f"npm could not get {wanted}: {words}"])


@asynccontextmanager
async def _alone(path: Path) -> AsyncIterator[None]:
    """Hold a lock file; other processes wait, and their event loops go on."""
    descriptor = os.open(path, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
    try:
        give_up = time.monotonic() + _LIMIT_S
        while not try_lock(descriptor):
            if time.monotonic() > give_up:
                raise ESBUILD.missing([f"another polyfn has been fetching it for {_LIMIT_S:g} s"])
            await asyncio.sleep(_LOCK_PAUSE_S)
        yield
    finally:
        os.close(descriptor)
