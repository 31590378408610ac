"""The real languages, built by the real compilers of this machine."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from polyfn.build.process import run
from polyfn.build.toolchains import Toolchains
from polyfn.build.workshop import Workshop
from polyfn.errors import BuildFailed, ToolchainMissing
from polyfn.model import Artifact, Function
from polyfn.runtimes import RUNTIMES
from polyfn.settings.values import Settings
from tests.unit.build.file_clock import write

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

_GO = """package main

import "os"

func main() { os.Stdout.WriteString("one") }
"""
_TS = """import { two } from "./lib/two";
export const handler = async (): Promise<{ statusCode: number }> => ({ statusCode: two });
"""


def _environ(root: Path) -> dict[str, str]:
    """Our environment, with a user's cache that these tests share."""
    return {**os.environ, "POLYFN_CACHE": str(root.parent / "polyfn-cache")}


async def _artifact(root: Path, runtime: str, main_file: Path, name: str) -> Artifact:
    settings = Settings(
        root=root,
        functions_dir=root / "functions",
        internal_dir=root / ".netlify/functions-internal",
        state_dir=root / ".polyfn",
    )
    function = Function(
        name=name, runtime=runtime, main_file=main_file, source=main_file, project_root=root
    )
    async with Workshop(settings, environ=_environ(root), runtimes=RUNTIMES) as workshop:
        try:
            return (await workshop.prepare(function)).artifact
        except ToolchainMissing as error:
            pytest.skip(error.message)


async def _go(root: Path) -> Artifact:
    return await _artifact(root, "go", root / "functions/hello/main.go", "hello")


async def _typescript(root: Path) -> Artifact:
    return await _artifact(root, "node", root / "functions/hey.ts", "hey")


@pytest.fixture
def root(tmp_path: Path) -> Path:
    write(tmp_path / "functions/hello/main.go", _GO)
    write(tmp_path / "go.mod", "module example.com/site\n\ngo 1.20\n")
    write(tmp_path / "functions/lib/two.ts", "export const two: number = 200;\n")
    write(tmp_path / "functions/hey.ts", _TS)
    return tmp_path


def _new_go_file(root: Path) -> None:
    write(root / "functions/hello/more.go", "package main\n\nvar more = 1\n")


@pytest.mark.parametrize(
    "change",
    [
        lambda root: write(root / "functions/hello/main.go", _GO.replace("one", "two")),
        _new_go_file,
        lambda root: write(root / "go.mod", "module example.com/site\n\ngo 1.21\n"),
    ],
    ids=["source", "new file in the package", "go.mod"],
)
async def test_go_is_built_once_and_again_after_a_change(
    root: Path, change: Callable[[Path], object]
) -> None:
    first = await _go(root)
    second = await _go(root)
    change(root)
    third = await _go(root)

    assert [each.cached for each in (first, second, third)] == [False, True, False]
    assert os.access(first.path, os.X_OK)
    assert root / "functions/hello/main.go" in first.inputs


async def test_words_of_the_go_compiler_come_with_the_function(root: Path) -> None:
    write(root / "functions/hello/main.go", _GO.replace("os.Stdout", "nothing"))

    with pytest.raises(BuildFailed, match="function 'hello' does not build") as caught:
        await _go(root)

    assert "main.go:5" in caught.value.message
    assert "undefined: nothing" in caught.value.message


async def test_typescript_is_built_again_when_what_it_imports_changes(root: Path) -> None:
    first = await _typescript(root)
    second = await _typescript(root)
    write(root / "functions/lib/two.ts", "export const two: number = 204;\n")
    third = await _typescript(root)

    assert [each.cached for each in (first, second, third)] == [False, True, False]
    assert "204" in third.path.read_text()


async def test_source_map_leads_from_the_artifact_to_the_source(root: Path) -> None:
    write(root / "functions/lib/two.ts", "throw new Error('here');\nexport const two = 1;\n")
    artifact = await _typescript(root)
    node = await Toolchains(root, _environ(root)).find("node")

    argv = [str(node.path), "--enable-source-maps", str(artifact.path)]
    outcome = await run(argv, cwd=root, env={}, limit_s=30)

    assert f"{root}/functions/lib/two.ts:1" in outcome.output
