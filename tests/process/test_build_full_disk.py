"""A disk that is full, or that cannot be written any more: real ones, where mounting is allowed."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

import pytest

from polyfn.build.builder import Builder
from polyfn.build.cache import Cache
from polyfn.errors import BuildFailed, PlatformError
from tests.process.build_support import function, plan
from tests.unit.build.file_clock import write

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_SIZE = 256 * 1024


def _mount(*arguments: str) -> None:
    done = subprocess.run(["mount", *arguments], capture_output=True, text=True, check=False)
    if done.returncode != 0:
        pytest.skip(f"this machine does not let us mount: {done.stderr.strip()}")


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    disk = tmp_path / "disk"
    disk.mkdir()
    _mount("-t", "tmpfs", "-o", f"size={_SIZE},nr_inodes=200", "tmpfs", str(disk))
    yield disk
    subprocess.run(["umount", "-l", str(disk)], check=True)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    for name in ("hello", "big"):
        write(tmp_path / f"functions/{name}.txt", name)
    return tmp_path


async def test_full_disk_fails_that_build_and_no_other(small_disk: Path, root: Path) -> None:
    big, hello = function(root, "big"), function(root, "hello")
    async with Builder(Cache(small_disk / "state")) as builder:
        with pytest.raises(BuildFailed, match="No space left on device"):
            await builder.build(big, plan(big, "head -c 1000000 /dev/zero > {work}/out"))
        with pytest.raises(PlatformError, match="No space left on device") as caught:
            await builder.build(big, plan(big, "true", files={"out": "x" * 1_000_000}))
        assert str(small_disk / "state/build") in caught.value.message

        assert (await builder.build(hello, plan(hello))).path.read_text() == "bighello"


async def test_read_only_cache_still_gives_what_it_has(small_disk: Path, root: Path) -> None:
    hello, big = function(root, "hello"), function(root, "big")
    async with Builder(Cache(small_disk / "state")) as builder:
        built = await builder.build(hello, plan(hello))
    _mount("-o", "remount,ro", str(small_disk))

    async with Builder(Cache(small_disk / "state")) as builder:
        cached = await builder.build(hello, plan(hello))
        with pytest.raises(PlatformError, match=r"function 'big' .* Read-only file system"):
            await builder.build(big, plan(big))

    assert cached.cached
    assert cached.path == built.path
