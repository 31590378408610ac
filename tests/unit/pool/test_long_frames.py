"""Long frames: their pipes are wide for as long as it takes, their memory is kept for a while."""

from __future__ import annotations

import fcntl
import os
import platform
import subprocess
import sys
from collections.abc import Iterator
from io import FileIO

import pytest

from polyfn.pool.longframes import LongFrames

pytestmark = pytest.mark.skipif(
    platform.libc_ver()[0] != "glibc", reason="only there can pipes and memory be told so"
)

_BODIES = """
import resource, sys
from polyfn.pool import pages
if "keep" in sys.argv: pages.keep()
def copies(): return [bytes([n]) * 6_000_000 for n in range(4)]
copies()
before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
for _ in range(10): copies()
print(resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before)
def resident(): return int(open("/proc/self/statm").read().split()[1])
print(resident())
pages.give_back()
print(resident())
"""


def run(*arguments: str) -> list[int]:
    argv = [sys.executable, "-c", _BODIES, *arguments]
    return [int(each) for each in subprocess.check_output(argv).split()]


@pytest.fixture
def pipe() -> Iterator[tuple[FileIO, FileIO]]:
    read, write = os.pipe()
    with FileIO(read) as reader, FileIO(write, "w") as writer:
        yield reader, writer


def capacity(pipe: FileIO) -> int:
    return fcntl.fcntl(pipe, fcntl.F_GETPIPE_SZ)


def test_memory_that_is_kept_costs_no_page_faults() -> None:
    without, *_ = run()
    kept, *_ = run("keep")
    assert kept < without / 10


def test_memory_is_given_back() -> None:
    _, before, after = run("keep")
    assert (before - after) * os.sysconf("SC_PAGE_SIZE") > 20_000_000


async def test_pipe_is_wide_until_its_frame_is_through(pipe: tuple[FileIO, FileIO]) -> None:
    usual = capacity(pipe[0])
    frames = LongFrames()
    frames.begin(pipe[1])
    frames.begin(pipe[1])
    assert capacity(pipe[0]) > usual
    frames.end()
    assert not frames.wide
    assert capacity(pipe[0]) == usual


async def test_pipe_that_holds_more_than_usual_stays_wide_until_it_is_read(
    pipe: tuple[FileIO, FileIO],
) -> None:
    reader, writer = pipe
    usual = capacity(reader)
    frames = LongFrames()
    frames.begin(writer)
    writer.write(bytes(usual * 2))
    frames.end()
    assert frames.wide
    assert len(reader.read(usual * 2)) == usual * 2
    frames.end()
    assert capacity(reader) == usual


async def test_pipe_that_is_closed_is_no_matter(pipe: tuple[FileIO, FileIO]) -> None:
    frames = LongFrames()
    frames.begin(pipe[0])
    pipe[0].close()
    frames.end()
    frames.begin(pipe[0])
    frames.forget()
    assert not frames.wide
