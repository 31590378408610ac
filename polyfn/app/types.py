"""Checking types with the project's own TypeScript: nothing else here knows what a type is."""

from __future__ import annotations

import asyncio
import os
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

import orjson

from polyfn.build import process
from polyfn.build.progress import BuildFinished, BuildStarted
from polyfn.runtimes.node.types import read_report, type_projects

if TYPE_CHECKING:
    from collections.abc import Sequence

    from polyfn.build.process import Guard, Outcome
    from polyfn.build.progress import Listener
    from polyfn.build.toolchains import Toolchains
    from polyfn.model import Function
    from polyfn.runtimes.node.types import TypeIssue, TypeProject

_LIMIT_S: Final = 600.0
_KEEP_BYTES: Final = 64 * 1024 * 1024
"""The list of files has megabytes where big packages are used, and the errors stand before it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Types:
    """What came of checking.

    Attributes:
        checked: The functions that were checked, by name.
        issues: Errors, by place.
        problems: Why functions were not checked, in words.
    """

    checked: frozenset[str]
    issues: tuple[TypeIssue, ...]
    problems: tuple[str, ...]

    @property
    def ok(self) -> bool:
        """Whether nothing is wrong."""
        return not self.issues and not self.problems


async def check_types(
    functions: Sequence[Function], toolchains: Toolchains, guard: Guard, listener: Listener
) -> Types:
    """Check the functions that are TypeScript, one tsconfig.json after the other.

    Raises:
        ToolchainMissing: There is no Node to run TypeScript with.
    """
    projects, problems = type_projects(functions)
    issues: list[TypeIssue] = []
    checked: set[str] = set()
    for project in projects:
        run = _Run(project, toolchains, guard, functions[0].project_root)
        title, start = run.title, time.monotonic()
        listener(BuildStarted(function=title, title=title))
        found, problem = await run.check()
        seconds = time.monotonic() - start
        listener(BuildFinished(function=title, title=title, cached=False, seconds=seconds))
        issues += found
        if problem:
            problems.append(problem)
        else:
            checked.update(project.mains)
    return Types(checked=frozenset(checked), issues=tuple(issues), problems=tuple(problems))


class _Run:
    """Asks one TypeScript about one tsconfig.json."""

    def __init__(
        self, project: TypeProject, toolchains: Toolchains, guard: Guard, root: Path
    ) -> None:
        self._root = root
        self._project = project
        self._toolchains = toolchains
        self._guard = guard

    @property
    def title(self) -> str:
        """What it does, for a person."""
        return f"tsc -p {os.path.relpath(self._project.tsconfig, self._root)}"

    async def check(self) -> tuple[list[TypeIssue], str]:
        """The errors; or why there is no telling."""
        told = await self._tsc(self._project.ask_argv)
        try:
            config = self._project.config_for(orjson.loads(told.output))
        except orjson.JSONDecodeError:
            return self._issues(told)
        with tempfile.TemporaryDirectory(prefix="polyfn-types-") as place:
            path = Path(place) / "tsconfig.json"
            await asyncio.to_thread(path.write_text, config, "utf-8")
            return self._issues(await self._tsc(self._project.check_argv(path)))

    def _issues(self, outcome: Outcome) -> tuple[list[TypeIssue], str]:
        issues = read_report(outcome.output, self._root, self._project.mains)
        if issues or outcome.status == 0:
            return issues, ""
        how = f"took more than {_LIMIT_S:g} s" if outcome.timed_out else "failed"
        names = ", ".join(self._project.mains)
        words = outcome.output.strip()[:2000]
        return [], f"{names}: {self._project.compiler} {how}:\n{words}"

    async def _tsc(self, argv: Sequence[str]) -> Outcome:
        near = self._project.tsconfig.parent
        node = await self._toolchains.find("node", near=near)
        return await process.run(
            [str(node.path), *argv],
            cwd=self._root,
            env=self._toolchains.env,
            limit_s=_LIMIT_S,
            keep_bytes=_KEEP_BYTES,
            guard=self._guard,
        )
