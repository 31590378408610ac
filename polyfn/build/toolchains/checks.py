"""Whether a file that may be a program is one that will do: starts it, and knows its version."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from polyfn.build.toolchains.versions import Unusable, Versions
from polyfn.model import Tool

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from polyfn.build.toolchains.candidates import Candidate
    from polyfn.build.toolchains.programs import Program


def any_version(version: str) -> bool:
    """Nobody asks for any in particular."""
    del version
    return True


class Checks:
    """Goes through candidates."""

    def __init__(self, versions: Versions) -> None:
        self._versions = versions

    async def first(self, program: Program, places: Iterable[Candidate]) -> Tool:
        """The first candidate that will do.

        Raises:
            ToolchainMissing: There is none; the message says why those that are there will not do.
        """
        refused: list[str] = []
        tool = await self.any(program, places, refused)
        if tool is None:
            raise program.missing(refused)
        return tool

    async def any(
        self,
        program: Program,
        places: Iterable[Candidate],
        refused: list[str],
        has: Callable[[str], bool] = any_version,
    ) -> Tool | None:
        """The first candidate that will do; why the others will not goes into ``refused``.

        Args:
            has: Whether a version is among those that are asked for.
        """
        for candidate in places:
            try:
                tool = await self._check(program, candidate)
            except Unusable as reason:
                refused.append(str(reason))
            else:
                if has(tool.version):
                    return tool
        return None

    async def _check(self, program: Program, candidate: Candidate) -> Tool:
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
