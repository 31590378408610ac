"""The finder: goes through the places where a program may be, and takes the first that will do."""

from __future__ import annotations

import os
import platform
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from polyfn.build.fingerprints import NOTHING, Stamp, stamp_of
from polyfn.build.flight import Flight
from polyfn.build.progress import ignore
from polyfn.build.toolchains import candidates, esbuild, npm
from polyfn.build.toolchains.candidates import Candidate
from polyfn.build.toolchains.programs import ESBUILD, NODE, NPM, PYTHON, program_named
from polyfn.build.toolchains.versions import Unusable, Versions
from polyfn.errors import ToolchainMissing
from polyfn.model import Tool

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from polyfn.build.progress import Listener
    from polyfn.build.toolchains.programs import Program


class Toolchains:
    """Finds programs for one project.

    Attributes:
        env: The environment that programs are looked for and run in.

    Args:
        root: The project's directory.
        env: The environment to look in (its PATH), and to run programs with.
        listener: Is told when something is being downloaded.
    """

    def __init__(self, root: Path, env: Mapping[str, str], *, listener: Listener = ignore) -> None:
        self._root = root
        self.env = env
        self._tell = listener
        self._cache = user_cache(env)
        self._versions = Versions(self._cache, cwd=root, env=env)
        self._found: dict[tuple[str, Path], tuple[Tool, Stamp]] = {}
        self._flights: dict[tuple[str, Path], Flight[Tool]] = {}
        self._download: Flight[None] = Flight()

    async def find(self, name: str, *, near: Path | None = None) -> Tool:
        """Find a program; the same one every time, as long as its file does not change.

        Args:
            name: ``node``, ``npm``, ``go``, ``esbuild``, ``python``, or any program on the PATH.
                The path of npm is a script for Node: `npm_command` starts it.
            near: The function's directory, for what is looked for from there upward: esbuild.

        Raises:
            ToolchainMissing: There is none that will do; the message says how to get one.
        """
        start = near if near is not None and name == ESBUILD.name else self._root
        key = (name, start)
        tool, stamp = self._found.get(key, (None, NOTHING))
        if tool is not None and stamp_of(tool.path) == stamp != NOTHING:
            return tool
        flight = self._flights.setdefault(key, Flight())
        tool = await flight.run(lambda: self._search(name, start), fresh=False)
        self._found[key] = (tool, stamp_of(tool.path))
        return tool

    async def look(self, name: str, *, near: Path | None = None) -> Tool | None:
        """Find a program and fetch nothing, which `find` does for esbuild.

        Returns:
            The program; ``None`` when it is not here, but `find` would know where to fetch it.

        Raises:
            ToolchainMissing: There is none that will do, nor a way to fetch it.
        """
        if name == ESBUILD.name and not await self._has_esbuild(near or self._root):
            await self._npm_for_esbuild()
            return None
        return await self.find(name, near=near)

    async def npm_command(self) -> tuple[str, ...]:
        """The words that start npm, with the Node it belongs to.

        Raises:
            ToolchainMissing: There is no Node.js, or none with an npm.
        """
        node, npm_tool = await self._npm()
        return (str(node.path), str(npm_tool.path))

    async def _search(self, name: str, start: Path) -> Tool:
        if name == ESBUILD.name:
            return await self._esbuild(start)
        if name == NPM.name:
            return (await self._npm())[1]
        if name == PYTHON.name:
            return await self._first(PYTHON, _pythons(self._root))
        program = program_named(name)
        return await self._first(program, self._places(program))

    def _places(self, program: Program) -> Iterator[Candidate]:
        yield from candidates.on_path(program.name, self.env)
        if program.wheel is not None:
            yield from candidates.in_wheel(program.wheel)

    async def _has_esbuild(self, start: Path) -> bool:
        package = _esbuild_package()
        own = esbuild.in_node_modules(start, package)
        return (
            esbuild.Pinned(self._cache, package).path.is_file()
            or await self._any(ESBUILD, own, []) is not None
        )

    async def _esbuild(self, start: Path) -> Tool:
        package = _esbuild_package()
        pinned = esbuild.Pinned(self._cache, package)
        own = esbuild.in_node_modules(start, package)
        tool = await self._any(ESBUILD, own, [])
        if tool is None and not pinned.path.is_file():
            await self._download.run(lambda: self._install(pinned), fresh=False)
        copy = Candidate(path=pinned.path, origin="polyfn's cache")
        return tool or await self._first(ESBUILD, [copy])

    async def _install(self, pinned: esbuild.Pinned) -> None:
        await pinned.install(await self._npm_for_esbuild(), self.env, self._tell)

    async def _npm_for_esbuild(self) -> tuple[str, ...]:
        try:
            return await self.npm_command()
        except ToolchainMissing as error:
            raise ESBUILD.missing([f"npm is needed to get it, and {error.message}"]) from error

    async def _npm(self) -> tuple[Tool, Tool]:
        """A Node and its npm: the wheel's two when the system's Node comes without npm."""
        node = await self.find(NODE.name)
        cli = npm.cli_of(node.path, self.env)
        if cli is None and NODE.wheel is not None:
            wheel = await self._any(NODE, candidates.in_wheel(NODE.wheel), [])
            node = wheel or node
            cli = npm.cli_of(node.path, {"PATH": ""})
        if cli is None:
            raise NPM.missing([f"{node.path} comes without it"])
        return node, Tool(name=NPM.name, path=cli, version=npm.version_of(cli), origin=node.origin)

    async def _first(self, program: Program, places: Iterable[Candidate]) -> Tool:
        refused: list[str] = []
        tool = await self._any(program, places, refused)
        if tool is None:
            raise program.missing(refused)
        return tool

    async def _any(
        self, program: Program, places: Iterable[Candidate], refused: list[str]
    ) -> Tool | None:
        """The first candidate that will do; why the others will not goes into ``refused``."""
        for candidate in places:
            try:
                return await self._checked(program, candidate)
            except Unusable as reason:
                refused.append(str(reason))
        return None

    async def _checked(self, program: Program, candidate: Candidate) -> Tool:
        path = candidate.path
        if candidate.shim and program.whereabouts:
            path = await self._behind(program, path)
        version = await self._versions.of(program, path)
        if not program.accepts(version):
            raise Unusable(
                f"{path} is version {version}, and polyfn needs {program.oldest} or newer"
            )
        return Tool(name=program.name, path=path, version=version, origin=candidate.origin)

    async def _behind(self, program: Program, shim: Path) -> Path:
        """The program that a shim starts; asked anew each time: what it answers may change."""
        answer = await self._versions.ask(program, shim, program.whereabouts)
        if not answer:
            raise Unusable(f"{shim} does not say what it starts")
        return Path(answer.splitlines()[-1], program.inside)


def user_cache(env: Mapping[str, str]) -> Path:
    """Where polyfn keeps what all of a user's projects share."""
    if own := env.get("POLYFN_CACHE"):
        return Path(own).absolute()
    base = env.get("XDG_CACHE_HOME", "")
    if os.path.isabs(base):  # noqa: PTH117 - the XDG specification: a relative one is ignored
        return Path(base, "polyfn")
    return Path(env.get("HOME") or Path.home(), ".cache", "polyfn")


def _esbuild_package() -> str:
    package = esbuild.package_for(sys.platform, platform.machine())
    if package is None:
        raise ESBUILD.missing([f"there is none for {sys.platform} on {platform.machine()}"])
    return package


def _pythons(root: Path) -> Iterator[Candidate]:
    """The project's own interpreter; ours when the project has no environment at all."""
    environment = candidates.of_project(root)
    if environment is None:
        yield Candidate(path=Path(sys.executable), origin="polyfn's own")
        return
    if not (found := list(candidates.in_environment(environment))):
        yield Candidate(path=environment / "bin" / "python", origin="")
    yield from found
