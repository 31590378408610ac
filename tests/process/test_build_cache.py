"""What is built again, what is not, and what is left of it on disk."""

from __future__ import annotations

import dataclasses
import os
import shutil
import stat
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

import pytest

from polyfn.build.builder import Builder
from polyfn.build.cache import KEEP, Cache
from polyfn.build.manifest import FILE_NAME
from polyfn.errors import PlatformError
from tests.process.build_support import function, lines, plan
from tests.unit.build.file_clock import wait_past, write

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable
    from pathlib import Path

    from polyfn.model import Artifact, BuildPlan

_LOGGED = "cat functions/* > {work}/out && echo ran >> log"


@asynccontextmanager
async def _building(root: Path) -> AsyncIterator[Builder]:
    async with Builder(Cache(root / ".polyfn")) as builder:
        yield builder


async def _build(root: Path, wanted: BuildPlan | None = None) -> Artifact:
    """Build as a new process would."""
    hello = function(root)
    async with _building(root) as builder:
        return await builder.build(hello, wanted or plan(hello, _LOGGED))


def _artifacts(root: Path) -> set[str]:
    home = root / ".polyfn/build/hello"
    return {path.name for path in home.iterdir() if path.is_dir()}


@pytest.fixture
def root(tmp_path: Path) -> Path:
    write(tmp_path / "functions/hello.txt", "one")
    wait_past(tmp_path / "functions")
    return tmp_path


async def test_unchanged_function_is_not_built_again(root: Path) -> None:
    first = await _build(root)
    second = await _build(root)

    assert first.path.read_text() == "one"
    assert lines(root / "log") == ["ran"]
    assert (first.cached, second.cached) == (False, True)
    assert dataclasses.replace(second, cached=False, duration_s=0) == dataclasses.replace(
        first, duration_s=0
    )
    assert second.inputs == (root / "functions/hello.txt",)


async def test_changed_file_is_built_again(root: Path) -> None:
    first = await _build(root)
    write(root / "functions/hello.txt", "two")
    second = await _build(root)

    assert second.path.read_text() == "two"
    assert second.version != first.version
    assert first.path.read_text() == "one"


async def test_file_that_was_only_touched_is_not_built_again(root: Path) -> None:
    first = await _build(root)
    os.utime(root / "functions/hello.txt")
    second = await _build(root)

    assert second.cached
    assert second.version == first.version


@pytest.mark.parametrize(
    "change",
    [
        lambda root: write(root / "functions/more.txt", "more"),
        lambda root: (root / "functions/hello.txt").rename(root / "functions/renamed.txt"),
        lambda root: write(root / "absent.txt", "now there"),
        lambda root: (root / "removed.txt").unlink(),
    ],
    ids=["file added to a directory", "file renamed", "absent input appears", "input removed"],
)
async def test_change_of_any_input_builds_again(
    root: Path, change: Callable[[Path], object]
) -> None:
    write(root / "removed.txt", "still there")
    needed = [root / "functions", root / "absent.txt", root / "removed.txt"]
    wanted = plan(function(root), _LOGGED, inputs=needed)
    await _build(root, wanted)
    assert (await _build(root, wanted)).cached

    change(root)

    assert not (await _build(root, wanted)).cached
    assert (await _build(root, wanted)).cached
    assert lines(root / "log") == ["ran", "ran"]


@pytest.mark.parametrize(
    "other",
    [
        {"script": "true; " + _LOGGED},
        {"title": "another"},
        {"files": {"overlay.json": "{}"}},
        {"salt": ("go1.27",)},
        {"output": "./out"},
    ],
    ids=["command", "title", "files", "salt", "output"],
)
async def test_another_plan_builds_again(root: Path, other: dict[str, object]) -> None:
    await _build(root)

    arguments = {"script": _LOGGED, **other}
    artifact = await _build(root, plan(function(root), **arguments))  # type: ignore[arg-type]

    assert not artifact.cached


async def test_another_environment_does_not_build_again(root: Path) -> None:
    await _build(root)

    env = {**os.environ, "TERM_SESSION_ID": "another"}

    assert (await _build(root, plan(function(root), _LOGGED, env=env))).cached


async def test_going_back_to_an_earlier_content_is_no_build(root: Path) -> None:
    first = await _build(root)
    write(root / "functions/hello.txt", "two")
    await _build(root)

    write(root / "functions/hello.txt", "one")
    again = await _build(root)

    assert again.cached
    assert again.path == first.path
    assert lines(root / "log") == ["ran", "ran"]


@pytest.mark.parametrize(
    "harm",
    [
        lambda artifact: artifact.path.write_text("tampered"),
        lambda artifact: artifact.path.unlink(),
        lambda artifact: shutil.rmtree(artifact.path.parent),
        lambda artifact: (artifact.path.parents[1] / FILE_NAME).write_bytes(b'{"format": 1'),
        lambda artifact: (artifact.path.parents[1] / FILE_NAME).unlink(),
        lambda artifact: shutil.rmtree(artifact.path.parents[3]),
    ],
    ids=["output changed", "output gone", "artifact gone", "manifest damaged", "none", "all gone"],
)
async def test_damaged_cache_is_built_again(root: Path, harm: Callable[[Artifact], object]) -> None:
    harm(await _build(root))

    artifact = await _build(root)

    assert not artifact.cached
    assert artifact.path.read_text() == "one"
    assert (await _build(root)).cached


async def test_work_directory_is_where_the_result_stays(root: Path) -> None:
    files = {"deep/overlay.json": '{"at": "{work}/deep"}'}
    script = "cat {work}/deep/overlay.json > {work}/out"

    artifact = await _build(root, plan(function(root), script, files=files))

    assert artifact.path.read_text() == f'{{"at": "{artifact.path.parent}/deep"}}'


async def test_standard_output_of_a_command_becomes_a_file(root: Path) -> None:
    wanted = plan(function(root), "echo built; echo words >&2", stdout_to="out")

    assert (await _build(root, wanted)).path.read_text() == "built\n"


async def test_files_that_the_build_made_itself_are_no_inputs(root: Path) -> None:
    hello = function(root)
    wanted = dataclasses.replace(
        plan(hello, _LOGGED), inputs=lambda work: [hello.main_file, work / "out", work]
    )

    assert (await _build(root, wanted)).inputs == (hello.main_file,)


async def test_only_the_last_few_artifacts_are_kept(root: Path) -> None:
    versions = []
    for number in range(KEEP + 3):
        write(root / "functions/hello.txt", f"content {number}")
        versions.append((await _build(root)).path.parent.name)

    assert _artifacts(root) == set(versions[-KEEP:])


async def test_artifact_in_use_by_another_polyfn_is_kept(root: Path) -> None:
    hello = function(root)
    async with _building(root) as other:
        used = await other.build(hello, plan(hello, _LOGGED))
        for number in range(KEEP + 2):
            write(root / "functions/hello.txt", f"content {number}")
            await _build(root)
        assert used.path.read_text() == "one"
        assert len(_artifacts(root)) == KEEP + 1

    write(root / "functions/hello.txt", "last")
    await _build(root)

    assert not used.path.exists()
    assert len(_artifacts(root)) == KEEP


async def test_artifact_taken_from_the_cache_is_in_use_too(root: Path) -> None:
    hello = function(root)
    await _build(root)
    async with _building(root) as other:
        used = await other.build(hello, plan(hello, _LOGGED))
        assert used.cached
        for number in range(KEEP + 2):
            write(root / "functions/hello.txt", f"content {number}")
            await _build(root)

        assert used.path.read_text() == "one"


async def test_build_that_runs_elsewhere_is_not_swept(root: Path) -> None:
    other = Cache(root / ".polyfn")
    work = other.begin("hello")

    await _build(root)

    assert work.path.is_dir()
    other.close()


async def test_clean_end_leaves_no_lease(root: Path) -> None:
    await _build(root)

    assert list((root / ".polyfn/build/.leases").iterdir()) == []


async def test_state_directory_is_private_and_ignored_by_git(root: Path) -> None:
    await _build(root)

    assert stat.S_IMODE((root / ".polyfn").stat().st_mode) == 0o700
    assert (root / ".polyfn/.gitignore").read_text() == "*\n"


async def test_input_saved_while_the_build_runs_is_built_in(root: Path) -> None:
    """The first run reads "one" and then sees to it that the file says "two"."""
    script = (
        _LOGGED
        + """
    if [ ! -e saved ]; then echo > saved; printf two > functions/hello.txt; fi"""
    )

    artifact = await _build(root, plan(function(root), script))

    assert artifact.path.read_text() == "two"
    assert lines(root / "log") == ["ran", "ran"]
    assert (await _build(root, plan(function(root), script))).cached


async def test_input_known_before_that_changes_under_the_build_is_built_in(root: Path) -> None:
    script = _LOGGED + "\n[ ! -e again ] || { rm again; printf three > functions/hello.txt; }"
    await _build(root, plan(function(root), script))
    write(root / "functions/hello.txt", "two")
    write(root / "again", "")

    artifact = await _build(root, plan(function(root), script))

    assert artifact.path.read_text() == "three"


async def test_build_that_always_changes_its_input_ends_and_is_never_reused(root: Path) -> None:
    script = _LOGGED + "; echo more >> functions/hello.txt"

    first = await _build(root, plan(function(root), script))
    second = await _build(root, plan(function(root), script))

    assert (first.cached, second.cached) == (False, False)
    assert 2 <= len(lines(root / "log")) <= 6


async def test_place_that_cannot_be_written_is_named(root: Path) -> None:
    (root / ".polyfn").write_text("a file in the way")

    with pytest.raises(PlatformError, match="function 'hello' cannot be built") as caught:
        await _build(root)

    assert str(root / ".polyfn/build") in caught.value.message


async def test_cache_removed_under_a_build_is_named_and_the_next_build_works(root: Path) -> None:
    hello = function(root)
    async with _building(root) as builder:
        with pytest.raises(PlatformError, match="was removed while the build ran"):
            await builder.build(hello, plan(hello, "rm -rf .polyfn"))

        artifact = await builder.build(hello, plan(hello, _LOGGED))

        assert artifact.path.read_text() == "one"
        assert (await builder.build(hello, plan(hello, _LOGGED))).cached
