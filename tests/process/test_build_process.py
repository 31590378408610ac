"""One command run to its end: its output, its time, and what it leaves."""

from __future__ import annotations

import asyncio
import os
import signal
import time
from pathlib import Path

import psutil
import pytest

from polyfn.build import process
from polyfn.build.process import Outcome
from tests.process.build_support import alive
from tests.waiting import eventually


async def _sh(script: str, cwd: Path = Path("/"), *, limit_s: float = 30.0) -> Outcome:
    argv = ["/bin/sh", "-c", script]
    return await process.run(argv, cwd=cwd, env=os.environ, limit_s=limit_s, keep_bytes=100_000)


def _pids(path: Path) -> list[int]:
    return [int(word) for word in path.read_text().split()] if path.exists() else []


async def _gone(pids: list[int]) -> None:
    await eventually(lambda: not any(map(alive, pids)))


async def test_output_and_errors_come_together_with_the_status() -> None:
    outcome = await _sh("echo one; echo two >&2; echo three; exit 3")

    assert outcome == Outcome(status=3, output="one\ntwo\nthree\n")


def test_it_runs_on_the_standard_event_loop_too() -> None:
    assert asyncio.run(_sh("echo hello")) == Outcome(status=0, output="hello\n")


async def test_signal_that_killed_it_is_its_negative_status() -> None:
    assert (await _sh("kill -9 $$")).status == -signal.SIGKILL


async def test_environment_and_directory_are_the_given_ones(tmp_path: Path) -> None:
    argv = ["/bin/sh", "-c", "pwd; env"]
    outcome = await process.run(argv, cwd=tmp_path, env={"ONLY": "this"}, limit_s=30)

    assert outcome.output.splitlines()[0] == str(tmp_path)
    assert "ONLY=this" in outcome.output
    assert "HOME=" not in outcome.output


async def test_it_has_nothing_to_read() -> None:
    assert await _sh("cat; echo end") == Outcome(status=0, output="end\n")


async def test_standard_output_goes_to_a_file_when_asked(tmp_path: Path) -> None:
    with (tmp_path / "out").open("wb") as stdout:
        outcome = await process.run(
            ["/bin/sh", "-c", "echo data; echo words >&2"],
            cwd=tmp_path,
            env={},
            limit_s=30,
            stdout=stdout,
        )

    assert outcome.output == "words\n"
    assert (tmp_path / "out").read_text() == "data\n"


async def test_flood_of_output_is_bounded_to_its_end() -> None:
    outcome = await _sh("yes polyfn | head -c 60000000; echo the end")

    assert outcome.status == 0
    assert 90_000 < len(outcome.output) < 101_000
    assert outcome.output.startswith("[… earlier output left out …]")
    assert outcome.output.endswith("the end\n")


async def test_bytes_that_are_no_text_do_no_harm() -> None:
    assert (await _sh(r"printf '\377\376ok'")).output == "\ufffd\ufffdok"


async def test_program_that_is_not_there_is_an_os_error(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        await process.run([str(tmp_path / "none")], cwd=tmp_path, env={}, limit_s=30)


async def test_time_limit_stops_it_with_its_children(tmp_path: Path) -> None:
    script = "echo begun; sleep 1000 & echo $! $$ > pids; wait"

    outcome = await _sh(script, tmp_path, limit_s=0.5)

    assert outcome.timed_out
    assert outcome.output == "begun\n"
    pids = _pids(tmp_path / "pids")
    assert len(pids) == 2
    await _gone(pids)


async def test_cancelling_kills_grandchildren_that_ignore_signals(tmp_path: Path) -> None:
    script = """trap '' TERM INT HUP
    /bin/sh -c 'trap "" TERM INT HUP; sleep 1000 & echo $! $$ > pids.new; wait; sleep 1000' &
    while [ ! -s pids.new ]; do sleep 0.01; done
    echo $$ >> pids.new; mv pids.new pids
    while :; do sleep 1000; done"""
    task = asyncio.create_task(_sh(script, tmp_path))
    await eventually(lambda: _pids(tmp_path / "pids"))
    pids = _pids(tmp_path / "pids")
    assert len(pids) == 3

    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task

    await _gone(pids)


async def test_second_cancellation_kills_at_once(tmp_path: Path) -> None:
    script = "trap '' TERM; echo $$ > pids; while :; do sleep 1000; done"
    task = asyncio.create_task(_sh(script, tmp_path))
    await eventually(lambda: _pids(tmp_path / "pids"))
    task.cancel()
    await asyncio.sleep(0)
    assert not task.done()
    start = time.monotonic()

    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task

    assert time.monotonic() - start < 1.0
    await _gone(_pids(tmp_path / "pids"))


@pytest.mark.parametrize("turns", range(6))
async def test_cancelled_while_it_starts_leaves_nothing(tmp_path: Path, turns: int) -> None:
    task = asyncio.create_task(_sh("echo $$ > pids; exec sleep 1000", tmp_path))
    for _ in range(turns):
        await asyncio.sleep(0)

    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task

    await _gone([child.pid for child in psutil.Process().children(recursive=True)])


async def test_what_it_leaves_running_is_ended_with_it(tmp_path: Path) -> None:
    start = time.monotonic()

    outcome = await _sh("sleep 1000 & echo $! > pids; echo done", tmp_path)

    assert outcome == Outcome(status=0, output="done\n")
    assert time.monotonic() - start < 5.0
    await _gone(_pids(tmp_path / "pids"))


async def test_process_that_left_the_group_does_not_hold_the_end_up(tmp_path: Path) -> None:
    script = "setsid sh -c 'echo $$ > pids; exec sleep 60' & while [ ! -s pids ]; do :; done"
    start = time.monotonic()

    outcome = await _sh(script, tmp_path)

    assert outcome.status == 0
    assert time.monotonic() - start < 5.0
    for pid in _pids(tmp_path / "pids"):
        os.kill(pid, signal.SIGKILL)


async def test_no_descriptor_is_left_open() -> None:
    await _sh("true")
    before = psutil.Process().num_fds()

    for _ in range(10):
        await _sh("echo x")
    with pytest.raises(OSError, match="No such file"):
        await process.run(["/none"], cwd=Path("/"), env={}, limit_s=1)

    await eventually(lambda: psutil.Process().num_fds() <= before)
