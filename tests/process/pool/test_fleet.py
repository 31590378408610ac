"""Several functions side by side: preparing them, and the places they share."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

import pytest

from polyfn.errors import (
    BuildFailed,
    InstanceDied,
    InvalidFunction,
    Unavailable,
    UnknownFunction,
)
from polyfn.model import Buffered, Function, Timing
from polyfn.pool.deployment import Deployment
from polyfn.pool.fleet import LiveFleet
from polyfn.pool.spawner import Spawner
from polyfn.settings.values import Limits
from tests.waiting import eventually

from .conftest import Ask, Deploy, Remembering


@asynccontextmanager
async def fleet_of(
    functions: list[Function],
    prepare: Callable[[Function], Awaitable[Deployment]],
    sink: Remembering,
    **limits: Any,
) -> AsyncIterator[LiveFleet]:
    with Spawner() as spawner:
        async with LiveFleet(
            functions,
            prepare=prepare,
            limits=Limits(**limits),
            sink=sink,
            spawner=spawner,
            prune_every_s=0.02,
        ) as fleet:
            yield fleet


async def test_simultaneous_first_calls_share_one_preparation(
    deploy: Deploy, ask: Ask, sink: Remembering
) -> None:
    deployment = deploy()
    prepared = []

    async def prepare(function: Function) -> Deployment:
        prepared.append(function.name)
        await asyncio.sleep(0.01)
        return deployment

    async with fleet_of([deployment.function], prepare, sink) as fleet:
        results = await asyncio.gather(*(fleet.invoke(ask("echo"), Timing()) for _ in range(5)))
        assert all(isinstance(each, Buffered) for each in results)
        assert prepared == ["scripted"]


async def test_build_that_fails_is_tried_again_at_the_next_call(
    deploy: Deploy, ask: Ask, sink: Remembering
) -> None:
    deployment = deploy()
    outcomes: list[Exception | Deployment] = [BuildFailed("main.go:3: no"), deployment]

    async def prepare(_: Function) -> Deployment:
        outcome = outcomes.pop(0)
        if isinstance(outcome, Exception):
            raise outcome
        return outcome

    async with fleet_of([deployment.function], prepare, sink) as fleet:
        with pytest.raises(BuildFailed, match=r"main\.go:3"):
            await fleet.invoke(ask("echo"), Timing())
        assert isinstance(await fleet.invoke(ask("echo"), Timing()), Buffered)


async def test_artifact_that_was_removed_is_built_again(
    deploy: Deploy, ask: Ask, sink: Remembering
) -> None:
    deployment = deploy()
    prepared = []

    async def prepare(function: Function) -> Deployment:
        prepared.append(function.name)
        deployment.artifact.path.touch()
        return deployment

    async with fleet_of([deployment.function], prepare, sink) as fleet:
        await fleet.invoke(ask("echo"), Timing())
        deployment.artifact.path.unlink()
        assert isinstance(await fleet.invoke(ask("echo"), Timing()), Buffered)  # it still runs
        with pytest.raises(InstanceDied):
            await fleet.invoke(ask("kill"), Timing())
        calls = [fleet.invoke(ask("echo"), Timing()) for _ in range(5)]
        assert all(isinstance(each, Buffered) for each in await asyncio.gather(*calls))
        assert prepared == ["scripted", "scripted"]


async def test_unknown_and_invalid_functions_are_named(
    deploy: Deploy, ask: Ask, sink: Remembering
) -> None:
    bad = replace(deploy().function, name="bad", problem="its name has a dot")

    async def prepare(_: Function) -> Deployment:
        raise AssertionError

    async with fleet_of([bad], prepare, sink) as fleet:
        with pytest.raises(UnknownFunction, match="no function 'scripted'"):
            await fleet.invoke(ask("echo"), Timing())
        with pytest.raises(InvalidFunction, match="its name has a dot"):
            await fleet.prepare("bad")
        assert fleet.functions() == [bad]
        assert fleet.find("bad") is bad
        assert fleet.find("none") is None


async def test_fleet_that_has_closed_prepares_nothing(deploy: Deploy, sink: Remembering) -> None:
    deployment = deploy()

    async def prepare(_: Function) -> Deployment:
        raise AssertionError

    async with fleet_of([deployment.function], prepare, sink) as fleet:
        pass
    with pytest.raises(Unavailable, match="stopping"):
        await fleet.prepare("scripted")


async def test_function_without_a_place_takes_that_of_the_one_idle_longest(
    deploy: Deploy, ask: Ask, sink: Remembering
) -> None:
    deployments = {name: deploy(name=name) for name in ("a", "b", "c")}

    async def prepare(function: Function) -> Deployment:
        return deployments[function.name]

    functions = [each.function for each in deployments.values()]
    async with fleet_of(functions, prepare, sink, instances=2) as fleet:
        for name in ("a", "b", "c", "a", "b"):
            timing = Timing()
            await fleet.invoke(ask("echo")._replace(function=name), timing)
            assert timing.cold
        warm = Timing()
        await fleet.invoke(ask("echo")._replace(function="a"), warm)
        assert not warm.cold


async def test_idle_instances_are_stopped_after_their_time(
    deploy: Deploy, ask: Ask, sink: Remembering
) -> None:
    deployment = deploy()

    async def prepare(_: Function) -> Deployment:
        return deployment

    async with fleet_of([deployment.function], prepare, sink, idle_timeout_s=0.05) as fleet:
        await fleet.invoke(ask("echo"), Timing())
        (pool,) = fleet._pools()
        await eventually(lambda: not pool.instances)
