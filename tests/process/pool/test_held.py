"""Work that goes on after the answer: the caller does not wait for it, everybody else does."""

from __future__ import annotations

import asyncio
from pathlib import Path

from polyfn.model import Buffered, Result, Timing
from polyfn.pool.pool import Pool
from tests.waiting import eventually

from .conftest import Ask, Deploy, Remembering
from .test_pool import pool_of

HOLDS = "go on after the answer"


def body(result: Result) -> bytes:
    assert isinstance(result, Buffered)
    return result.body


async def quiet(pool: Pool) -> None:
    """The held instance takes calls again."""
    await eventually(lambda: pool.idle_since is not None)


async def test_answer_comes_at_once_and_the_next_call_gets_another_instance(
    deploy: Deploy, ask: Ask, sink: Remembering, tmp_path: Path
) -> None:
    async with pool_of(deploy(), sink) as pool:
        until = tmp_path / "until"
        first = body(await pool.invoke(ask(HOLDS, until=str(until)), Timing()))
        assert pool.idle_since is None
        beside = body(await pool.invoke(ask("echo"), Timing()))
        assert first not in beside
        assert pool.instances == 2
        until.touch()
        await eventually(lambda: sink.texts("r-0") == ["raw done", "done with r-0"])


async def test_instance_is_used_again_once_it_is_done(
    deploy: Deploy, ask: Ask, sink: Remembering, tmp_path: Path
) -> None:
    async with pool_of(deploy(), sink, instances_per_function=1) as pool:
        until = tmp_path / "until"
        pid = body(await pool.invoke(ask(HOLDS, until=str(until)), Timing()))
        waits = asyncio.ensure_future(pool.invoke(ask("echo"), Timing()))
        await eventually(lambda: pool.waiting == 1)
        until.touch()
        assert pid in body(await waits)


async def test_retired_version_finishes_what_it_holds(
    deploy: Deploy, ask: Ask, sink: Remembering, tmp_path: Path
) -> None:
    async with pool_of(deploy(), sink) as pool:
        until = tmp_path / "until"
        await pool.invoke(ask(HOLDS, until=str(until)), Timing())
        pool.retire()
        assert pool.instances == 1
        until.touch()
        async with asyncio.timeout(10):
            await pool.emptied.wait()
        assert "done with r-0" in sink.texts("r-0")


async def test_closing_waits_for_what_is_held(
    deploy: Deploy, ask: Ask, sink: Remembering, tmp_path: Path
) -> None:
    async with pool_of(deploy(), sink) as pool:
        until = tmp_path / "until"
        await pool.invoke(ask(HOLDS, until=str(until)), Timing())
        closing = asyncio.ensure_future(pool.close(10.0))
        await asyncio.sleep(0)
        until.touch()
        await closing
        assert "done with r-0" in sink.texts("r-0")


async def test_eviction_leaves_an_instance_that_holds_alone(
    deploy: Deploy, ask: Ask, sink: Remembering, tmp_path: Path
) -> None:
    async with pool_of(deploy(), sink) as pool:
        until = tmp_path / "until"
        await pool.invoke(ask(HOLDS, until=str(until)), Timing())
        await pool.stop_oldest_idle()
        await pool.stop_idle(before=float("inf"))
        assert pool.instances == 1
        until.touch()
        await quiet(pool)
        await pool.stop_idle(before=float("inf"))
        assert pool.instances == 0


async def test_time_limit_ends_it_and_says_so_in_the_log_of_its_request(
    deploy: Deploy, ask: Ask, sink: Remembering
) -> None:
    async with pool_of(deploy(), sink) as pool:
        await pool.invoke(ask(HOLDS, until="/never", timeout_s=0.3), Timing())
        await eventually(lambda: pool.instances == 0)
        assert [line for line in sink.texts("r-0") if "stopped at its time limit" in line]
        await pool.invoke(ask("echo"), Timing())


async def test_process_that_ends_with_work_left_says_so(
    deploy: Deploy, ask: Ask, sink: Remembering, tmp_path: Path
) -> None:
    async with pool_of(deploy(), sink) as pool:
        until = tmp_path / "until"
        await pool.invoke(ask(HOLDS, until=str(until), exit=3), Timing())
        until.touch()
        await eventually(lambda: pool.instances == 0)
        assert [line for line in sink.texts("r-0") if "exited with status 3 before all" in line]
