"""Runners that are booted early: who takes them, and what becomes of the others."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import orjson
import psutil
import pytest

from polyfn.errors import LoadFailed
from polyfn.model import Buffered, Timing
from polyfn.pool.budget import Budget
from polyfn.pool.deployment import ArtifactGone, Deployment
from polyfn.pool.fleet import LiveFleet
from polyfn.pool.pool import Pool
from polyfn.pool.spares import Spares
from polyfn.pool.spawner import Spawner
from polyfn.settings.values import Limits
from tests.waiting import eventually

from .conftest import Ask, Deploy, Remembering


class House:
    """Pools that share a budget and spares, as in a fleet."""

    def __init__(self, spawner: Spawner, sink: Remembering, each: int, places: int) -> None:
        self.budget = Budget(places, self._evict)
        self.busy = False
        self.spares = Spares(
            each, budget=self.budget, sink=sink, spawner=spawner, is_busy=lambda: self.busy
        )
        self._sink = sink
        self._spawner = spawner
        self.pools: list[Pool] = []

    def pool(self, deployment: Deployment) -> Pool:
        pool = Pool(
            deployment,
            limits=Limits(),
            budget=self.budget,
            sink=self._sink,
            spawner=self._spawner,
            spares=self.spares,
        )
        self.pools.append(pool)
        return pool

    async def _evict(self) -> bool:
        return await self.spares.give_up_one()


@asynccontextmanager
async def house(sink: Remembering, *, each: int = 1, places: int = 20) -> AsyncIterator[House]:
    with Spawner() as spawner:
        opened = House(spawner, sink, each, places)
        async with opened.spares:
            try:
                yield opened
            finally:
                for pool in opened.pools:
                    await pool.close(1.0)
        assert opened.budget.free == places


async def pid_of(pool: Pool, ask: Ask) -> int:
    """Call a function; the process that has answered."""
    result = await pool.invoke(ask("echo"), Timing())
    assert isinstance(result, Buffered)
    pid: int = orjson.loads(result.body)["pid"]
    return pid


async def one_spare(opened: House, *, other_than: frozenset[int] = frozenset()) -> int:
    """Wait until there is one that has booted; its process."""
    await eventually(lambda: len(opened.spares.pids - other_than) == 1)
    (pid,) = opened.spares.pids - other_than
    return pid


def alive(pid: int) -> bool:
    return psutil.pid_exists(pid) and psutil.Process(pid).status() != psutil.STATUS_ZOMBIE


async def test_start_takes_the_spare_and_another_is_booted(
    deploy: Deploy, ask: Ask, sink: Remembering
) -> None:
    async with house(sink) as opened:
        pool = opened.pool(deploy())
        opened.spares.want(pool.deployment)
        spare = await one_spare(opened)
        assert await pid_of(pool, ask) == spare
        assert await one_spare(opened) != spare
        assert opened.budget.free == 18


async def test_first_start_of_all_brings_a_spare_for_the_next(
    deploy: Deploy, ask: Ask, sink: Remembering
) -> None:
    async with house(sink) as opened:
        first = await pid_of(opened.pool(deploy()), ask)
        spare = await one_spare(opened)
        assert first != spare
        assert await pid_of(opened.pool(deploy(name="other")), ask) == spare


async def test_function_that_needs_another_start_gets_no_spare_of_a_neighbour(
    deploy: Deploy, ask: Ask, sink: Remembering
) -> None:
    async with house(sink) as opened:
        opened.spares.want(deploy())
        spare = await one_spare(opened)
        assert await pid_of(opened.pool(deploy(BOOT_OPTIONS="1")), ask) != spare
        assert spare in opened.spares.pids
        another = await one_spare(opened, other_than=frozenset({spare}))
        assert "BOOT_OPTIONS" in psutil.Process(another).environ()


async def test_function_that_must_be_started_for_itself_has_no_spares(
    deploy: Deploy, ask: Ask, sink: Remembering
) -> None:
    async with house(sink) as opened:
        deployment = deploy()
        launch = replace(deployment.launch, spare=lambda _: None)
        pool = opened.pool(replace(deployment, launch=launch))
        opened.spares.want(pool.deployment)
        opened.spares.want(deployment)
        spare = await one_spare(opened)
        assert await pid_of(pool, ask) != spare


async def test_no_spares_are_kept_when_none_are_asked_for(
    deploy: Deploy, ask: Ask, sink: Remembering, tmp_path: Path
) -> None:
    boots = tmp_path / "boots"
    async with house(sink, each=0) as opened:
        pool = opened.pool(deploy(BOOTS=str(boots)))
        await pid_of(pool, ask)
        assert opened.budget.free == 19
    assert boots.read_text() == "boot\n"


async def test_as_many_spares_as_were_asked_for_are_kept(
    deploy: Deploy, ask: Ask, sink: Remembering
) -> None:
    async with house(sink, each=3) as opened:
        await pid_of(opened.pool(deploy()), ask)
        await eventually(lambda: len(opened.spares.pids) == 3)
        assert opened.budget.free == 16


async def test_spare_that_dies_is_replaced_once_until_the_next_use(
    deploy: Deploy, ask: Ask, sink: Remembering, tmp_path: Path
) -> None:
    boots = tmp_path / "boots"
    async with house(sink) as opened:
        pool = opened.pool(deploy(BOOTS=str(boots)))
        opened.spares.want(pool.deployment)
        first = await one_spare(opened)
        os.kill(first, signal.SIGKILL)
        second = await one_spare(opened, other_than=frozenset({first}))
        os.kill(second, signal.SIGKILL)
        await eventually(lambda: opened.budget.free == 20)
        assert await pid_of(pool, ask) not in (first, second)
        await one_spare(opened)
        assert boots.read_text().count("boot") == 4


async def test_spare_that_cannot_boot_is_not_started_over_and_over(
    deploy: Deploy, sink: Remembering, tmp_path: Path
) -> None:
    boots = tmp_path / "boots"
    async with house(sink) as opened:
        opened.spares.want(deploy(BOOT="exit", BOOTS=str(boots)))
        await eventually(lambda: boots.exists() and boots.read_text().count("boot") == 2)
        await eventually(lambda: opened.budget.free == 20)
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.5):
                await eventually(lambda: boots.read_text().count("boot") > 2)


async def test_program_that_is_not_there_has_no_spare(deploy: Deploy, sink: Remembering) -> None:
    async with house(sink) as opened:
        deployment = deploy()
        opened.spares.want(replace(deployment, launch=replace(deployment.launch, argv=("/no",))))
        opened.spares.want(deployment)
        await one_spare(opened)
        assert opened.budget.free == 19


async def test_spare_that_has_just_been_killed_harms_no_call(
    deploy: Deploy, ask: Ask, sink: Remembering
) -> None:
    async with house(sink) as opened:
        pool = opened.pool(deploy())
        opened.spares.want(pool.deployment)
        spare = await one_spare(opened)
        os.kill(spare, signal.SIGKILL)
        assert await pid_of(pool, ask) != spare


async def test_spare_that_is_still_booting_is_taken(
    deploy: Deploy, ask: Ask, sink: Remembering, tmp_path: Path
) -> None:
    boots = tmp_path / "boots"
    async with house(sink) as opened:
        pool = opened.pool(deploy(BOOT="slowly", BOOTS=str(boots)))
        opened.spares.want(pool.deployment)
        await eventually(lambda: boots.exists() and boots.read_text() == "boot\n")
        assert not opened.spares.pids
        opened.busy = True
        await pid_of(pool, ask)
        assert boots.read_text() == "boot\n"


async def test_spares_are_not_booted_while_calls_wait(
    deploy: Deploy, ask: Ask, sink: Remembering, tmp_path: Path
) -> None:
    boots = tmp_path / "boots"
    async with house(sink) as opened:
        opened.busy = True
        await pid_of(opened.pool(deploy(BOOTS=str(boots))), ask)
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.5):
                await eventually(lambda: boots.read_text() != "boot\n")
        opened.busy = False
        await one_spare(opened)


async def test_spare_gives_its_place_to_an_instance(
    deploy: Deploy, ask: Ask, sink: Remembering
) -> None:
    async with house(sink, places=2) as opened:
        await pid_of(opened.pool(deploy()), ask)
        spare = await one_spare(opened)
        assert opened.budget.free == 0
        await pid_of(opened.pool(deploy(name="other", BOOT_OPTIONS="1")), ask)
        assert not alive(spare)
        assert not opened.spares.pids


async def test_start_takes_a_spare_also_when_every_place_is_taken(
    deploy: Deploy, ask: Ask, sink: Remembering
) -> None:
    async with house(sink, places=2) as opened:
        await pid_of(opened.pool(deploy()), ask)
        spare = await one_spare(opened)
        assert await pid_of(opened.pool(deploy(name="other")), ask) == spare
        assert opened.budget.free == 0


async def test_spares_that_nobody_uses_go(deploy: Deploy, sink: Remembering) -> None:
    async with house(sink) as opened:
        opened.spares.want(deploy())
        spare = await one_spare(opened)
        now = asyncio.get_running_loop().time()
        await opened.spares.end_unused(now - 60)
        assert alive(spare)
        await opened.spares.end_unused(now)
        assert not alive(spare)
        assert opened.budget.free == 20


async def test_spares_of_the_keys_used_last_are_kept(deploy: Deploy, sink: Remembering) -> None:
    async with house(sink) as opened:
        for number in range(6):
            opened.spares.want(deploy(BOOT_OPTIONS=str(number)))
        await eventually(lambda: len(opened.spares.pids) == 4)
        kept = {psutil.Process(pid).environ()["BOOT_OPTIONS"] for pid in opened.spares.pids}
        assert kept == {"2", "3", "4", "5"}


async def test_what_a_spare_writes_before_it_is_taken_belongs_to_no_function(
    deploy: Deploy, ask: Ask, sink: Remembering
) -> None:
    async with house(sink) as opened:
        pool = opened.pool(deploy(BOOT="aloud"))
        opened.spares.want(pool.deployment)
        spare = await one_spare(opened)
        assert await pid_of(pool, ask) == spare
        call = ask("log", lines=1)
        await pool.invoke(call, Timing())
        assert ("(spare)", "", "booting") in [
            (line.function, line.request_id, line.text) for line in sink.lines
        ]
        mine = [line.text for line in sink.lines if line.function == "scripted"]
        assert sorted(mine) == ["no end of line", "raw 0", "said 0"]
        assert sorted(sink.texts(call.request_id)) == sorted(mine)


async def test_function_that_does_not_load_in_a_spare_says_why_and_the_next_gets_another(
    deploy: Deploy, ask: Ask, sink: Remembering
) -> None:
    async with house(sink) as opened:
        opened.spares.want(deploy())
        spare = await one_spare(opened)
        with pytest.raises(LoadFailed, match="it does not load"):
            await pid_of(opened.pool(deploy("throws")), ask)
        assert not alive(spare)
        assert await one_spare(opened) != spare


async def test_function_whose_artifact_is_gone_wastes_no_place(
    deploy: Deploy, ask: Ask, sink: Remembering
) -> None:
    async with house(sink) as opened:
        pool = opened.pool(deploy())
        opened.spares.want(pool.deployment)
        await one_spare(opened)
        pool.deployment.artifact.path.unlink()
        with pytest.raises(ArtifactGone):
            await pid_of(pool, ask)
        await one_spare(opened)
        assert opened.budget.free == 19


async def test_spares_end_with_the_fleet(deploy: Deploy, ask: Ask, sink: Remembering) -> None:
    deployment = deploy()

    async def prepare(_: object) -> Deployment:
        return deployment

    with Spawner() as spawner:
        async with LiveFleet(
            [deployment.function],
            prepare=prepare,
            limits=Limits(),
            sink=sink,
            spawner=spawner,
            spares=2,
        ) as fleet:
            await fleet.prepare("scripted")
            await eventually(lambda: len(fleet.spares.pids) == 2)
            pids = fleet.spares.pids
            result = await fleet.invoke(ask("echo"), Timing())
            assert isinstance(result, Buffered)
            assert orjson.loads(result.body)["pid"] in pids
        assert not any(map(alive, pids))


async def test_spare_that_is_deaf_is_killed_with_the_fleet(
    deploy: Deploy, sink: Remembering
) -> None:
    deployment = deploy()
    deaf = "import os, signal, time; signal.signal(15, 1); time.sleep(60)"
    launch = replace(deployment.launch, argv=(sys.executable, "-c", deaf))
    async with house(sink) as opened:
        opened.spares.want(replace(deployment, launch=launch))
        await eventually(lambda: opened.budget.free == 19)
