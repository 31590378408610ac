"""From a function to what can be started: tools, plan, build and launch together."""

from __future__ import annotations

import dataclasses
import os
from typing import TYPE_CHECKING

import pytest

from polyfn.build.workshop import Prepared, Workshop
from polyfn.errors import BuildFailed, InvalidFunction, ToolchainMissing
from polyfn.model import (
    BuildPlan,
    Command,
    Concern,
    EventFormat,
    Function,
    LaunchSpec,
    SourceFacts,
    Tool,
)
from polyfn.settings.values import Settings
from tests.process.build_support import function
from tests.unit.build.file_clock import write

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path


class _Text:
    """A language whose functions are texts, compiled by the shell."""

    name = "text"
    rank = 9
    inspectable = False
    event_format = EventFormat.V1
    debugger = ""

    def __init__(self, needs: tuple[str, ...] = ("sh",), *, builds: bool = True) -> None:
        self._needs = needs
        self._builds = builds

    def files(self, paths: list[Path]) -> dict[str, list[Path]]:
        return {path.stem: [path] for path in paths}

    def mains(self, directory: Path, name: str) -> list[Path]:
        return [directory / f"{name}.txt"]

    def inspect(self, main_file: Path) -> SourceFacts | None:  # noqa: ARG002 - the contract's
        return SourceFacts()

    def tools(self, function: Function) -> tuple[str, ...]:  # noqa: ARG002 - the contract's
        return self._needs

    def concerns(
        self, functions: Sequence[Function], tools: Mapping[str, Tool], env: Mapping[str, str]
    ) -> Iterator[Concern]:
        raise NotImplementedError

    def plan(
        self, function: Function, tools: Mapping[str, Tool], env: Mapping[str, str]
    ) -> BuildPlan | None:
        if not self._builds:
            return None
        script = 'test "$GREETING" && echo "$GREETING" $(cat "$0") > "$1"'
        argv = (str(tools["sh"].path), "-c", script, str(function.main_file), "{work}/out")
        return BuildPlan(
            function=function.name,
            title="compile",
            commands=(Command(argv=argv, cwd=function.project_root, env=env),),
            output="out",
            inputs=lambda _: [function.main_file],
        )

    def launch(
        self,
        function: Function,  # noqa: ARG002 - the contract's
        artifact: Path,
        tools: Mapping[str, Tool],
    ) -> LaunchSpec:
        return LaunchSpec(argv=(*(str(tool.path) for tool in tools.values()), str(artifact)))


@pytest.fixture
def root(tmp_path: Path) -> Path:
    write(tmp_path / "functions/hello.txt", "world")
    # A shell that has a version, as programs have.
    write(
        tmp_path / "bin/sh", '#!/bin/sh\n[ "$1" = --version ] && echo sh 1.0 || exec /bin/sh "$@"\n'
    )
    (tmp_path / "bin/sh").chmod(0o755)
    return tmp_path


async def _prepare(root: Path, runtime: _Text, of: Function, **build_environment: str) -> Prepared:
    settings = Settings(
        root=root,
        functions_dir=root / "functions",
        internal_dir=root / ".netlify/functions-internal",
        state_dir=root / ".polyfn",
        build_environment=build_environment,
    )
    environ = {
        "PATH": f"{root / 'bin'}{os.pathsep}{os.environ['PATH']}",
        "POLYFN_CACHE": str(root / "cache"),
    }
    async with Workshop(settings, environ=environ, runtimes={"text": runtime}) as workshop:
        return await workshop.prepare(of)


async def test_function_is_built_and_can_be_started(root: Path) -> None:
    prepared = await _prepare(root, _Text(), function(root), GREETING="hello")

    artifact = prepared.artifact
    assert artifact.path.read_text() == "hello world\n"
    assert prepared.launch.argv == (str(root / "bin/sh"), str(artifact.path))


async def test_function_that_needs_no_build_is_started_from_its_source(root: Path) -> None:
    hello = function(root)

    prepared = await _prepare(root, _Text((), builds=False), hello)

    assert prepared.launch.argv == (str(hello.main_file),)
    assert not (root / ".polyfn").exists()


async def test_build_variables_reach_the_build_and_a_change_builds_again(root: Path) -> None:
    hello = function(root)
    first = await _prepare(root, _Text(), hello, GREETING="hello")
    same = await _prepare(root, _Text(), hello, GREETING="hello")
    other = await _prepare(root, _Text(), hello, GREETING="goodbye")

    assert [each.artifact.cached for each in (first, same, other)] == [False, True, False]
    assert other.artifact.path.read_text() == "goodbye world\n"


async def test_failed_build_names_its_function(root: Path) -> None:
    with pytest.raises(BuildFailed, match="function 'hello' does not build"):
        await _prepare(root, _Text(), function(root))


async def test_missing_tool_is_named_with_the_function_that_needs_it(root: Path) -> None:
    with pytest.raises(ToolchainMissing, match="function 'hello' needs no-such-compiler: "):
        await _prepare(root, _Text(("no-such-compiler",)), function(root))


async def test_invalid_function_is_refused_with_its_problem(root: Path) -> None:
    invalid = dataclasses.replace(function(root), problem="its name has a space")

    with pytest.raises(InvalidFunction, match="function 'hello' is invalid: its name has a space"):
        await _prepare(root, _Text(), invalid)
