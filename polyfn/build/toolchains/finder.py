"""The finder: goes through the places where a program may be, and takes the first that will do."""

from __future__ import annotations

import os
import platform
import sys
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from polyfn.build.fingerprints import NOTHING, Stamp, stamp_of
from polyfn.build.flight import Flight
from polyfn.build.progress import ignore
from polyfn.build.toolchains import candidates, esbuild, npm
from polyfn.build.toolchains.candidates import Candidate
from polyfn.build.toolchains.checks import Checks
from polyfn.build.toolchains.node import Nodes
from polyfn.build.toolchains.programs import ESBUILD, NODE, NPM, PYTHON, program_named
from polyfn.build.toolchains.versions import Versions
from polyfn.errors import ToolchainMissing
from polyfn.model import Tool

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from polyfn.build.progress import Listener
    from polyfn.build.toolchains.copies import Copies
    from polyfn.build.toolchains.programs import Program
    from polyfn.build.toolchains.wishes import Wish


_Key: TypeAlias = "tuple[str, Path, Wish | None]"


class Toolchains:
    """Finds programs for one project.

    Attributes:
        env: The environment that programs are looked for and run in.

    Args:
        root: The project's directory.
        env: The environment to look in (its PATH), and to run programs with.
        listener: Is told when something is being downloaded, or is not what was asked for.
        node_version: ``NODE_VERSION`` as polyfn itself was started with.
    """

    def __init__(
        self,
        root: Path,
        env: Mapping[str, str],
        *,
        listener: Listener = ignore,
        node_version: str = "",
    ) -> None:
        self._root = root
        self.env = env
        self._tell = listener
        self._cache = user_cache(env)
        self._checks = Checks(Versions(self._cache, cwd=root, env=env))
        self._nodes = Nodes(root, env, self._cache, self._checks, listener, node_version)
        self._found: dict[_Key, tuple[Tool, Stamp]] = {}
        self._flights: dict[_Key, Flight[Tool]] = {}
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
        wish = self._nodes.wish() if name == NODE.name else None
        key = (name, start, wish)
        tool, stamp = self._found.get(key, (None, NOTHING))
        if tool is not None and stamp_of(tool.path) == stamp != NOTHING:
            return tool
        flight = self._flights.setdefault(key, Flight())
        tool = await flight.run(lambda: self._search(name, start, wish), fresh=False)
        self._found[key] = (tool, stamp_of(tool.path))
        return tool

    async def look(self, name: str, *, near: Path | None = None) -> Tool | None:
        """Find a program and fetch nothing, which `find` does for esbuild and Node.js.

        Returns:
            The program; ``None`` when it is not here, but `find` would know where to fetch it.

        Raises:
            ToolchainMissing: There is none that will do, nor a way to fetch it.
        """
        if name == ESBUILD.name and not await self._has_esbuild(near or self._root):
            await self._npm_for_esbuild()
            return None
        if name == NODE.name:
            return await self._nodes.look(self._nodes.wish(), self.npm_command)
        return await self.find(name, near=near)

    def depends_on(self, names: Iterable[str]) -> tuple[Path, ...]:
        """The project's files, there or not, that say which version of these programs to take."""
        return tuple(self._nodes.files) if NODE.name in names else ()

    async def npm_command(self) -> tuple[str, ...]:
        """The words that start npm, with the Node it belongs to.

        Raises:
            ToolchainMissing: There is no Node.js, or none with an npm.
        """
        own, npm_tool = await self._npm()
        return (str(own.path), str(npm_tool.path))

    async def _search(self, name: str, start: Path, wish: Wish | None) -> Tool:
        if name == ESBUILD.name:
            return await self._esbuild(start)
        if name == NODE.name:
            return await self._nodes.find(wish, self.npm_command)
        if name == NPM.name:
            return (await self._npm())[1]
        if name == PYTHON.name:
            return await self._checks.first(PYTHON, _pythons(self._root))
        program = program_named(name)
        return await self._checks.first(program, self._places(program))

    def _places(self, program: Program) -> Iterator[Candidate]:
        yield from candidates.on_path(program.name, self.env)
        if program.wheel is not None:
            yield from candidates.in_wheel(program.wheel)

    async def _has_esbuild(self, start: Path) -> bool:
        package = _esbuild_package()
        own = esbuild.in_node_modules(start, package)
        return (
            esbuild.copies(self._cache, package).path(esbuild.VERSION).is_file()
            or await self._checks.any(ESBUILD, own, []) is not None
        )

    async def _esbuild(self, start: Path) -> Tool:
        package = _esbuild_package()
        copies = esbuild.copies(self._cache, package)
        path = copies.path(esbuild.VERSION)
        own = esbuild.in_node_modules(start, package)
        tool = await self._checks.any(ESBUILD, own, [])
        if tool is None and not path.is_file():
            await self._download.run(lambda: self._fetch_esbuild(copies, path), fresh=False)
        return tool or await self._checks.first(
            ESBUILD, [Candidate(path=path, origin="polyfn's cache")]
        )

    async def _fetch_esbuild(self, copies: Copies, path: Path) -> None:
        npm_command = await self._npm_for_esbuild()
        await copies.fetch(esbuild.VERSION, npm_command, self.env, self._tell, is_here=path.is_file)

    async def _npm_for_esbuild(self) -> tuple[str, ...]:
        try:
            return await self.npm_command()
        except ToolchainMissing as error:
            raise ESBUILD.missing([f"npm is needed to get it, and {error.message}"]) from error

    async def _npm(self) -> tuple[Tool, Tool]:
        """A Node and its npm: the wheel's two when the system's Node comes without npm.

        Not the Node that the project asks for: npm may be too new for it, and has to fetch it.
        """
        own = await self._nodes.any()
        cli = npm.cli_of(own.path, self.env)
        if cli is None and NODE.wheel is not None:
            wheel = await self._checks.any(NODE, candidates.in_wheel(NODE.wheel), [])
            own = wheel or own
            cli = npm.cli_of(own.path, {"PATH": ""})
        if cli is None:
            raise NPM.missing([f"{own.path} comes without it"])
        return own, Tool(name=NPM.name, path=cli, version=npm.version_of(cli), origin=own.origin)


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
