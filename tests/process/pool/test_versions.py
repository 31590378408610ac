"""One version of a function after the other: staged, promoted, broken, removed."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

import pytest

from polyfn.errors import BuildFailed, HandlerFailed, LoadFailed, Throttled, UnknownFunction
from polyfn.model import Buffered, Function, Result, Timing
from polyfn.pool.deployment import Deployment
from polyfn.pool.fleet import LiveFleet
from polyfn.pool.spawner import Spawner
from polyfn.settings.values import Limits
from tests.waiting import eventually

from .conftest import Ask, Deploy, Remembering


class Bench:
    """A fleet of one function, whose versions the test makes."""

    def __init__(self, deployment: Deployment) -> None:
        self.next: Deployment | Exception = deployment
        self.fleet: LiveFleet

    async def prepare(self, function: Function) -> Deployment:
        if isinstance(self.next, Exception):
            raise self.next
        return replace(self.next, function=function)

    async def renew(self, *, forced: bool = False) -> bool:
        pool = await self.fleet.stage("scripted", forced=forced)
        if pool is not None:
            await self.fleet.promote("scripted", pool)
        return pool is not None


@asynccontextmanager
async def bench_of(
    deployment: Deployment, sink: Remembering, **limits: Any
) -> AsyncIterator[Bench]:
    bench = Bench(deployment)
    with Spawner() as spawner:
        async with LiveFleet(
            [deployment.function],
            prepare=bench.prepare,
            limits=Limits(**limits),
            sink=sink,
            spawner=spawner,
        ) as fleet:
            bench.fleet = fleet
            yield bench


def word(result: Result) -> str:
    assert isinstance(result, Buffered)
    return result.body.decode()


async def test_nothing_new_is_no_new_version(deploy: Deploy, ask: Ask, sink: Remembering) -> None:
    async with bench_of(deploy(WORD="1"), sink) as bench:
        await bench.fleet.invoke(ask("word"), Timing())
        assert not await bench.renew()
        assert await bench.renew(forced=True)
        bench.next = deploy(WORD="2")
        assert await bench.renew()
        timing = Timing()
        assert word(await bench.fleet.invoke(ask("word"), timing)) == "2"
        assert not timing.stale
        assert timing.cold is False


async def test_a_new_version_is_loaded_before_it_answers_if_it_was_called(
    deploy: Deploy, ask: Ask, sink: Remembering
) -> None:
    async with bench_of(deploy(WORD="1"), sink) as bench:
        fresh = await bench.fleet.stage("scripted", forced=True)
        assert fresh is not None
        assert fresh.instances == 0
        await bench.fleet.invoke(ask("word"), Timing())
        warm = await bench.fleet.stage("scripted", forced=True)
        assert warm is not None
        assert warm.instances == 1
        await bench.fleet.promote("scripted", warm)
        await fresh.close(0)


async def test_a_call_that_runs_ends_in_the_version_it_began_with(
    deploy: Deploy, ask: Ask, sink: Remembering
) -> None:
    async with bench_of(deploy(WORD="1"), sink, drain_s=0.05) as bench:
        await bench.fleet.invoke(ask("word"), Timing())
        running = asyncio.ensure_future(bench.fleet.invoke(ask("sleep", seconds=0.5), Timing()))
        await asyncio.sleep(0)
        bench.next = deploy(WORD="2")
        assert await bench.renew()
        assert word(await bench.fleet.invoke(ask("word"), Timing())) == "2"
        assert not running.done()
        assert word(await running) == "slept"


async def test_calls_that_wait_go_over_to_the_new_version(
    deploy: Deploy, ask: Ask, sink: Remembering
) -> None:
    async with bench_of(deploy(WORD="1"), sink, instances_per_function=1) as bench:
        await bench.fleet.invoke(ask("word"), Timing())
        running = asyncio.ensure_future(bench.fleet.invoke(ask("sleep", seconds=1), Timing()))
        await asyncio.sleep(0)
        waiting = [
            asyncio.ensure_future(bench.fleet.invoke(ask("word"), Timing())) for _ in range(3)
        ]
        await asyncio.sleep(0)
        bench.next = deploy(WORD="2")
        assert await bench.renew()
        assert [word(each) for each in await asyncio.gather(*waiting)] == ["2", "2", "2"]
        assert not running.done()
        await running


async def test_a_version_that_fails_takes_the_place_of_the_good_one_or_leaves_it(
    deploy: Deploy, ask: Ask, sink: Remembering
) -> None:
    async with bench_of(deploy(WORD="1"), sink) as bench:
        await bench.fleet.invoke(ask("word"), Timing())
        bench.next = deploy("throws")
        with pytest.raises(LoadFailed) as loading:
            await bench.fleet.stage("scripted", forced=False)
        bench.fleet.fail("scripted", loading.value, keep=True)
        timing = Timing()
        assert word(await bench.fleet.invoke(ask("word"), timing)) == "1"
        assert timing.stale
        bench.fleet.fail("scripted", loading.value, keep=False)
        with pytest.raises(LoadFailed):
            await bench.fleet.invoke(ask("word"), Timing())
        assert bench.fleet.broken("scripted") is not None
        bench.next = deploy(WORD="3")
        assert await bench.renew()
        assert bench.fleet.broken("scripted") is None
        assert word(await bench.fleet.invoke(ask("word"), Timing())) == "3"


async def test_a_call_whose_function_does_not_start_asks_before_it_fails(
    deploy: Deploy, ask: Ask, sink: Remembering
) -> None:
    async with bench_of(deploy(WORD="1"), sink) as bench:
        good, bench.next = bench.next, BuildFailed("half a file")
        asked: list[str] = []

        async def mend(name: str) -> bool:
            asked.append(name)
            bench.next = good
            return True

        bench.fleet.on_start_failure = mend
        assert word(await bench.fleet.invoke(ask("word"), Timing())) == "1"
        assert asked == ["scripted"]
        with pytest.raises(HandlerFailed, match="no"):
            await bench.fleet.invoke(ask("fail"), Timing())
        assert asked == ["scripted"]


async def test_other_limits_hold_at_once(deploy: Deploy, ask: Ask, sink: Remembering) -> None:
    async with bench_of(deploy(WORD="1"), sink) as bench:
        await bench.fleet.invoke(ask("word"), Timing())
        bench.fleet.configure(Limits(instances_per_function=1, queue=0))
        running = asyncio.ensure_future(bench.fleet.invoke(ask("sleep", seconds=0.3), Timing()))
        await asyncio.sleep(0)
        with pytest.raises(Throttled):
            await bench.fleet.invoke(ask("word"), Timing())
        await running


async def test_memory_that_is_used_up_costs_idle_instances_but_no_call(
    deploy: Deploy, ask: Ask, sink: Remembering
) -> None:
    async with bench_of(deploy(WORD="1"), sink, total_memory_mb=1) as bench:
        for _ in range(2):
            assert word(await bench.fleet.invoke(ask("word"), Timing())) == "1"
            await eventually(lambda: not bench.fleet.instances("scripted"), within_s=20)


async def test_a_function_that_is_removed_finishes_what_it_runs(
    deploy: Deploy, ask: Ask, sink: Remembering
) -> None:
    async with bench_of(deploy(WORD="1"), sink, instances_per_function=1) as bench:
        await bench.fleet.invoke(ask("word"), Timing())
        running = asyncio.ensure_future(bench.fleet.invoke(ask("sleep", seconds=0.3), Timing()))
        await asyncio.sleep(0)
        waiting = asyncio.ensure_future(bench.fleet.invoke(ask("word"), Timing()))
        await asyncio.sleep(0)
        bench.fleet.update([])
        with pytest.raises(UnknownFunction):
            await waiting
        await running
        assert bench.fleet.find("scripted") is None
        with pytest.raises(UnknownFunction):
            await bench.fleet.invoke(ask("word"), Timing())
