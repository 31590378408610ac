"""A pool whose function a debugger may attach to: one instance, and time that stands still."""

from __future__ import annotations

import asyncio
import math

import pytest

from polyfn.errors import TimedOut
from polyfn.model import Timing
from polyfn.pool.inspector.inspection import Inspection
from tests.waiting import eventually

from .conftest import Ask, Deploy, Remembering
from .test_pool import pool_of


async def test_inspected_function_has_one_instance_that_stays_while_a_debugger_is_attached(
    deploy: Deploy, ask: Ask, sink: Remembering
) -> None:
    inspection = _inspection()
    async with pool_of(
        deploy(), sink, inspection=inspection, queue_timeout_s=0.05, drain_s=0.5
    ) as pool:
        await pool.warm()
        target = await inspection.reach()
        with target.attachment(lambda: None):
            calls = [pool.invoke(ask("sleep", seconds=0.1), Timing()) for _ in range(4)]
            await asyncio.gather(*calls)  # none waits too long, though each waits
            assert pool.instances == 1
            assert pool.idle_since is None
            await pool.stop_idle(math.inf)
            assert pool.instances == 1
        await pool.stop_idle(math.inf)
        await eventually(lambda: pool.instances == 0)


async def test_call_that_is_debugged_has_its_whole_time_again_when_the_debugger_leaves(
    deploy: Deploy, ask: Ask, sink: Remembering
) -> None:
    inspection = _inspection()
    async with pool_of(deploy(), sink, inspection=inspection) as pool:
        await pool.warm()
        target = await inspection.reach()
        with target.attachment(lambda: None):
            timing = Timing()
            call = asyncio.ensure_future(
                pool.invoke(ask("sleep", seconds=60, timeout_s=0.2), timing)
            )
            await asyncio.wait({call}, timeout=0.7)
            assert not call.done()
        with pytest.raises(TimedOut):
            await call
        assert timing.run_s > 0.85


def _inspection() -> Inspection:
    url = "ws://127.0.0.1:9229/x"
    return Inspection("scripted", url, breaks=False, wake=_start_none, tell=_tell_nobody)


async def _start_none(name: str) -> None:
    raise AssertionError(f"{name} has an instance")


def _tell_nobody(news: object) -> None: ...
