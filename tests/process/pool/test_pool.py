"""Many calls, real children: who gets an instance, and how many there are."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import orjson
import pytest

from polyfn.errors import InstanceDied, LoadFailed, Throttled, TimedOut, Unavailable
from polyfn.model import Buffered, Timing
from polyfn.pool.budget import Budget
from polyfn.pool.deployment import Deployment
from polyfn.pool.inspector.inspection import Inspection
from polyfn.pool.loaded import OnLoaded, nobody_watches
from polyfn.pool.pool import Pool
from polyfn.pool.spawner import Spawner
from polyfn.settings.values import Limits
from tests.waiting import eventually

from .conftest import Ask, Deploy, Remembering


async def _nobody_idle() -> bool:
    return False


@asynccontextmanager
async def pool_of(
    deployment: Deployment,
    sink: Remembering,
    *,
    budget: Budget | None = None,
    on_loaded: OnLoaded = nobody_watches,
    inspection: Inspection | None = None,
    **limits: Any,
) -> AsyncIterator[Pool]:
    with Spawner() as spawner:
        pool = Pool(
            deployment,
            limits=Limits(**limits),
            budget=budget or Budget(200, _nobody_idle),
            sink=sink,
            spawner=spawner,
            on_loaded=on_loaded,
            inspection=inspection,
        )
        async with pool:
            yield pool
        assert pool.instances == 0


@asynccontextmanager
async def busy_loops(count: int) -> AsyncIterator[None]:
    """Other programs that compute all the while, for a minute at most."""
    code = "import time\nend = time.monotonic() + 60\nwhile time.monotonic() < end: pass"
    loops = [await asyncio.create_subprocess_exec(sys.executable, "-c", code) for _ in range(count)]
    try:
        yield
    finally:
        for each in loops:
            each.kill()
            await each.wait()


async def test_warm_call_reuses_the_instance_and_only_the_first_is_cold(
    deploy: Deploy, ask: Ask, sink: Remembering
) -> None:
    async with pool_of(deploy(), sink) as pool:
        first, second = Timing(), Timing()
        pids = []
        for timing in (first, second):
            result = await pool.invoke(ask("echo"), timing)
            assert isinstance(result, Buffered)
            pids.append(orjson.loads(result.body)["pid"])
        assert pids[0] == pids[1]
        assert (first.cold, second.cold) == (True, False)
        assert first.init_s > 0
        assert second.init_s == 0
        assert first.queue_s > second.queue_s


async def test_many_waits_at_once_get_an_instance_each(
    deploy: Deploy, ask: Ask, sink: Remembering
) -> None:
    async with pool_of(deploy(), sink) as pool:
        calls = [pool.invoke(ask("sleep", seconds=1.0), Timing()) for _ in range(12)]
        began = time.monotonic()
        await asyncio.gather(*calls)
        assert time.monotonic() - began < 6  # one after the other they take 12 s
        assert pool.instances == 12


async def test_quick_calls_get_few_instances_however_many_wait(
    deploy: Deploy, ask: Ask, sink: Remembering
) -> None:
    async with pool_of(deploy(), sink) as pool:
        for _ in range(5):
            await asyncio.gather(*(pool.invoke(ask("echo"), Timing()) for _ in range(64)))
        assert pool.instances <= 8


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux says who computes")
async def test_calls_that_compute_get_no_more_than_the_processors_on_a_busy_machine(
    deploy: Deploy, ask: Ask, sink: Remembering
) -> None:
    cores = len(os.sched_getaffinity(0))
    end = asyncio.get_running_loop().time() + 3
    async with pool_of(deploy(), sink) as pool, busy_loops(2):

        async def caller() -> None:
            while asyncio.get_running_loop().time() < end:
                await pool.invoke(ask("compute", seconds=0.005), Timing())

        await asyncio.gather(*(caller() for _ in range(64)))
        assert pool.instances <= cores + 3


async def test_instances_that_were_not_needed_lately_end_by_halves_and_one_stays(
    deploy: Deploy, ask: Ask, sink: Remembering
) -> None:
    async with pool_of(deploy(), sink) as pool:
        await asyncio.gather(*(pool.invoke(ask("sleep", seconds=1.0), Timing()) for _ in range(6)))
        assert pool.instances == 6
        then = asyncio.get_running_loop().time()
        await asyncio.gather(*(pool.invoke(ask("echo"), Timing()) for _ in range(2)))
        counts = []
        for _ in range(4):
            await pool.stop_surplus(before=then)
            counts.append(pool.instances)
        assert counts == [4, 3, 2, 2]  # two were needed since
        for _ in range(3):
            await pool.stop_surplus(before=then + 3600)
        assert pool.instances == 1


async def test_instances_are_bounded_and_the_rest_waits(
    deploy: Deploy, ask: Ask, sink: Remembering
) -> None:
    async with pool_of(deploy(), sink, instances_per_function=2) as pool:
        calls = [pool.invoke(ask("sleep", seconds=0.1), Timing()) for _ in range(8)]
        results = await asyncio.gather(*calls)
        assert len(results) == 8
        assert pool.instances == 2


async def test_queue_that_is_full_refuses_with_the_time_to_come_back(
    deploy: Deploy, ask: Ask, sink: Remembering
) -> None:
    async with pool_of(deploy(), sink, instances_per_function=1, queue=2) as pool:
        calls = [
            asyncio.ensure_future(pool.invoke(ask("sleep", seconds=0.3), Timing()))
            for _ in range(4)
        ]
        results = await asyncio.gather(*calls, return_exceptions=True)
        refused = [each for each in results if isinstance(each, Throttled)]
        assert len(refused) in (1, 2)  # the first may have left the queue when the last comes
        assert refused[0].retry_after_s >= 1
        assert "calls waiting" in refused[0].message


async def test_call_that_waits_too_long_is_given_up_and_never_run(
    deploy: Deploy, ask: Ask, sink: Remembering
) -> None:
    async with pool_of(deploy(), sink, instances_per_function=1, queue_timeout_s=1.5) as pool:
        await pool.invoke(ask("echo"), Timing())
        long = asyncio.ensure_future(pool.invoke(ask("sleep", seconds=2.5), Timing()))
        await asyncio.sleep(0)  # it goes first
        with pytest.raises(Throttled, match=r"no instance came free within 1\.5 s"):
            await pool.invoke(ask("log", lines=1), Timing())
        await long
        await pool.invoke(ask("echo"), Timing())
        assert not any("said" in line.text for line in sink.lines)


async def test_crash_is_one_failed_call_and_a_fresh_instance_for_the_next(
    deploy: Deploy, ask: Ask, sink: Remembering
) -> None:
    async with pool_of(deploy(), sink) as pool:
        await pool.invoke(ask("echo"), Timing())
        with pytest.raises(InstanceDied):
            await pool.invoke(ask("kill"), Timing())
        timing = Timing()
        assert isinstance(await pool.invoke(ask("echo"), timing), Buffered)
        assert timing.cold


async def test_idle_instance_that_was_killed_is_not_handed_out(
    deploy: Deploy, ask: Ask, sink: Remembering
) -> None:
    async with pool_of(deploy(), sink) as pool:
        result = await pool.invoke(ask("echo"), Timing())
        assert isinstance(result, Buffered)
        pid = orjson.loads(result.body)["pid"]
        os.kill(pid, signal.SIGKILL)
        await eventually(lambda: not pool.instances)
        assert isinstance(await pool.invoke(ask("echo"), Timing()), Buffered)


async def test_timeout_of_one_call_leaves_its_neighbours_alone(
    deploy: Deploy, ask: Ask, sink: Remembering
) -> None:
    async with pool_of(deploy(), sink) as pool:
        slow = asyncio.ensure_future(pool.invoke(ask("deaf", timeout_s=1.0), Timing()))
        other = [pool.invoke(ask("echo"), Timing()) for _ in range(20)]
        assert len(await asyncio.gather(*other)) == 20
        with pytest.raises(TimedOut):
            await slow


async def test_function_that_does_not_load_fails_all_who_wait_and_is_tried_again(
    deploy: Deploy, ask: Ask, sink: Remembering
) -> None:
    async with pool_of(deploy("throws"), sink) as pool:
        calls = [pool.invoke(ask("echo"), Timing()) for _ in range(5)]
        results = await asyncio.gather(*calls, return_exceptions=True)
        assert all(isinstance(each, LoadFailed) for each in results)
        with pytest.raises(LoadFailed):
            await pool.invoke(ask("echo"), Timing())


async def test_idle_instances_are_pruned_oldest_first(
    deploy: Deploy, ask: Ask, sink: Remembering
) -> None:
    async with pool_of(deploy(), sink) as pool:
        calls = [pool.invoke(ask("sleep", seconds=0.2), Timing()) for _ in range(3)]
        await asyncio.gather(*calls)
        last = await pool.invoke(ask("echo"), Timing())
        assert isinstance(last, Buffered)
        await pool.stop_idle(before=asyncio.get_running_loop().time() - 3600)
        assert pool.instances == 3
        while pool.instances > 1:
            await pool.stop_oldest_idle()
        again = await pool.invoke(ask("echo"), Timing())
        assert isinstance(again, Buffered)
        assert orjson.loads(again.body)["pid"] == orjson.loads(last.body)["pid"]


async def test_close_lets_running_calls_finish_and_refuses_new_ones(
    deploy: Deploy, ask: Ask, sink: Remembering
) -> None:
    async with pool_of(deploy(), sink) as pool:
        await pool.invoke(ask("echo"), Timing())
        running = asyncio.ensure_future(pool.invoke(ask("sleep", seconds=0.2), Timing()))
        await asyncio.sleep(0)
        await pool.close(5.0)
        result = await running
        assert isinstance(result, Buffered)
        with pytest.raises(Unavailable):
            await pool.invoke(ask("echo"), Timing())


async def test_caller_that_leaves_does_not_stop_its_call(
    deploy: Deploy, ask: Ask, sink: Remembering
) -> None:
    async with pool_of(deploy(), sink) as pool:
        request = ask("log", lines=1)
        await pool.invoke(ask("echo"), Timing())
        left = asyncio.ensure_future(pool.invoke(request, Timing()))
        await asyncio.sleep(0)
        left.cancel()
        await pool.invoke(ask("echo"), Timing())
        await eventually(lambda: len(sink.texts(request.request_id)) == 3)


async def test_a_place_that_is_taken_by_nobody_comes_back(
    deploy: Deploy, ask: Ask, sink: Remembering
) -> None:
    budget = Budget(1, _nobody_idle)
    async with pool_of(deploy(), sink, budget=budget) as pool:
        for _ in range(3):
            with pytest.raises(InstanceDied):
                await pool.invoke(ask("kill"), Timing())
    assert budget.free == 1


async def test_files_that_instances_were_loaded_from_are_kept_and_told_once(
    deploy: Deploy, ask: Ask, sink: Remembering
) -> None:
    told: list[frozenset[str]] = []
    deployment = deploy(TELLS='["/srv/a.js", "/srv/b.js", "relative.js"]')

    began = time.time()

    def on_loaded(whose: Deployment, files: frozenset[str], since: float) -> None:
        assert whose is deployment
        assert began <= since <= time.time()
        told.append(files)

    async with pool_of(deployment, sink, on_loaded=on_loaded) as pool:
        await asyncio.gather(*(pool.invoke(ask("sleep", seconds=0.5), Timing()) for _ in range(2)))
        await pool.invoke(ask("load", files=["/srv/b.js", "/srv/late.js"]), Timing())
        await eventually(lambda: len(told) == 2)
        assert told == [{"/srv/a.js", "/srv/b.js"}, {"/srv/late.js"}]
        assert pool.loaded_files == {"/srv/a.js", "/srv/b.js", "/srv/late.js"}


async def test_files_of_a_function_that_does_not_load_are_told_before_its_callers_know(
    deploy: Deploy, ask: Ask, sink: Remembering
) -> None:
    async with pool_of(deploy("throws", TELLS='["/srv/broken.js"]'), sink) as pool:
        with pytest.raises(LoadFailed):
            await pool.invoke(ask("echo"), Timing())
        assert pool.loaded_files == {"/srv/broken.js"}


async def test_function_that_makes_files_up_fills_no_memory(
    deploy: Deploy, ask: Ask, sink: Remembering
) -> None:
    async with pool_of(deploy(), sink) as pool:
        for round_ in range(30):
            files = [f"/srv/{round_}/{number}.js" for number in range(4096)]
            await pool.invoke(ask("load", files=files), Timing())
        await pool.invoke(ask("echo"), Timing())  # what came before it has been read
        assert 100_000 <= len(pool.loaded_files) < 110_000


@pytest.mark.parametrize("size", [None, 2_000_000])
async def test_call_that_its_dying_instance_has_not_read_is_given_to_another(
    deploy: Deploy, ask: Ask, sink: Remembering, size: int | None
) -> None:
    body = None if size is None else b"x" * size
    async with pool_of(deploy(), sink) as pool:
        result = await pool.invoke(ask("answer and die later", seconds=0.3), Timing())
        assert isinstance(result, Buffered)
        answer = await pool.invoke(ask("echo", body=body), Timing())
        assert isinstance(answer, Buffered)
        assert len(orjson.loads(answer.body)["body"]) == (size or 0)


async def test_call_that_was_read_is_given_to_nobody_else(
    deploy: Deploy, ask: Ask, sink: Remembering
) -> None:
    async with pool_of(deploy(), sink) as pool:
        with pytest.raises(InstanceDied, match="exited with status 3 before it answered"):
            await pool.invoke(ask("exit", status=3), Timing())
    assert [line.text for line in sink.lines] == ["last words"]


async def test_process_that_ends_between_two_calls_is_told_of(
    deploy: Deploy, ask: Ask, sink: Remembering
) -> None:
    async with pool_of(deploy(), sink) as pool:
        await pool.invoke(ask("answer and die later", seconds=0), Timing())
        await eventually(lambda: pool.instances == 0)
    (line,) = sink.lines
    assert "exited with status 1 while it was not called" in line.text
    assert "fresh process" in line.text
