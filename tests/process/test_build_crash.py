"""polyfn killed in the middle of a build: nothing half-built is ever used, and nothing stays."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from polyfn.build.builder import Builder
from polyfn.build.cache import Cache
from tests.process.build_support import alive, function, lines, plan
from tests.unit.build.file_clock import write
from tests.waiting import eventually

if TYPE_CHECKING:
    from collections.abc import Iterator

_POLYFN = """
import asyncio, sys
from pathlib import Path
from polyfn.build.builder import Builder
from polyfn.build.cache import Cache
from tests.process.build_support import function, plan

async def main(root, script):
    async with Builder(Cache(root / ".polyfn")) as builder:
        hello = function(root)
        await builder.build(hello, plan(hello, script))
        await asyncio.sleep(1000)

asyncio.run(main(Path(sys.argv[1]), sys.argv[2]))
"""
_HALF = "printf half > {work}/out; echo $$ > begun; exec sleep 1000"


@pytest.fixture
def root(tmp_path: Path) -> Iterator[Path]:
    write(tmp_path / "functions/hello.txt", "one")
    yield tmp_path
    for pid in lines(tmp_path / "begun"):  # the compiler of the polyfn that was killed
        if alive(int(pid)):
            os.kill(int(pid), signal.SIGKILL)


def _polyfn(root: Path, script: str) -> subprocess.Popen[bytes]:
    argv = [sys.executable, "-c", _POLYFN, str(root), script]
    return subprocess.Popen(argv, cwd=Path(__file__).parents[2])


async def _kill(process: subprocess.Popen[bytes]) -> None:
    process.kill()
    await eventually(lambda: process.poll() is not None)


async def test_build_that_was_killed_is_no_artifact_and_is_swept(root: Path) -> None:
    hello = function(root)
    process = _polyfn(root, _HALF)
    await eventually(lambda: lines(root / "begun"))
    await _kill(process)
    (left,) = (root / ".polyfn/build/hello").iterdir()
    assert (left / "out").read_text() == "half"

    async with Builder(Cache(root / ".polyfn")) as builder:
        assert not left.exists()
        artifact = await builder.build(hello, plan(hello))

    assert not artifact.cached
    assert artifact.path.read_text() == "one"
    assert list((root / ".polyfn/build/.leases").iterdir()) == []


async def test_what_a_living_polyfn_builds_is_not_swept(root: Path) -> None:
    hello = function(root)
    process = _polyfn(root, _HALF)
    await eventually(lambda: lines(root / "begun"))
    (under_way,) = (root / ".polyfn/build/hello").iterdir()

    async with Builder(Cache(root / ".polyfn")) as builder:
        await builder.build(hello, plan(hello))
        assert (under_way / "out").read_text() == "half"

    await _kill(process)


async def test_artifact_that_a_killed_polyfn_had_finished_is_used(root: Path) -> None:
    hello = function(root)
    process = _polyfn(root, "cat functions/* > {work}/out")
    manifest = root / ".polyfn/build/hello/manifest.json"
    await eventually(manifest.exists)
    await _kill(process)

    async with Builder(Cache(root / ".polyfn")) as builder:
        artifact = await builder.build(hello, plan(hello))

    assert artifact.cached
    assert artifact.path.read_text() == "one"


async def test_interrupted_polyfn_ends_its_compilers(root: Path) -> None:
    script = "sleep 1000 & echo $$ > begun; echo $! >> begun; wait"
    process = _polyfn(root, script)
    await eventually(lambda: len(lines(root / "begun")) == 2)

    process.send_signal(signal.SIGINT)

    await eventually(lambda: process.poll() is not None)
    await eventually(lambda: not any(alive(int(pid)) for pid in lines(root / "begun")))
