"""One runs, one waits."""

from __future__ import annotations

import asyncio

import pytest

from polyfn.build.flight import Flight
from polyfn.errors import BuildFailed
from tests.waiting import eventually


class _Work:
    """Work that ends when it is told to; its result is the number of its run."""

    def __init__(self) -> None:
        self.runs = 0
        self.gate = asyncio.Event()

    async def __call__(self) -> int:
        self.runs += 1
        number = self.runs
        await self.gate.wait()
        return number


class _Refusal(_Work):
    async def __call__(self) -> int:
        raise BuildFailed(f"refusal {await super().__call__()}")


async def _started(work: _Work, runs: int) -> None:
    await eventually(lambda: work.runs >= runs)


async def _crowd(flight: Flight[int], work: _Work, *, fresh: bool) -> list[asyncio.Task[int]]:
    """Five who come while the first one's run is going."""
    tasks = [asyncio.create_task(flight.run(work, fresh=fresh))]
    await _started(work, 1)
    tasks += [asyncio.create_task(flight.run(work, fresh=fresh)) for _ in range(5)]
    await asyncio.sleep(0)
    return tasks


async def test_who_comes_during_a_run_shares_the_next_one() -> None:
    work = _Work()
    tasks = await _crowd(Flight(), work, fresh=True)
    work.gate.set()
    assert await asyncio.gather(*tasks) == [1, 2, 2, 2, 2, 2]


async def test_who_needs_no_fresh_run_shares_the_running_one() -> None:
    work = _Work()
    tasks = await _crowd(Flight(), work, fresh=False)
    work.gate.set()
    assert await asyncio.gather(*tasks) == [1] * 6


async def test_who_comes_after_a_run_gets_a_new_one() -> None:
    work, flight = _Work(), Flight[int]()
    work.gate.set()
    assert await flight.run(work, fresh=False) == 1
    assert await flight.run(work, fresh=False) == 2


async def test_failure_is_shared_and_each_gets_it() -> None:
    work = _Refusal()
    tasks = await _crowd(Flight(), work, fresh=True)
    work.gate.set()
    results = await asyncio.gather(*tasks, return_exceptions=True)
    assert [str(each) for each in results] == ["refusal 1"] + ["refusal 2"] * 5


async def test_cancelled_run_has_no_result_and_the_next_runs_its_own() -> None:
    work = _Work()
    first, *others = await _crowd(Flight(), work, fresh=False)
    first.cancel()
    await _started(work, 2)
    work.gate.set()
    with pytest.raises(asyncio.CancelledError):
        await first
    assert await asyncio.gather(*others) == [2] * 5


async def test_one_who_is_cancelled_while_waiting_does_not_disturb_the_others() -> None:
    work = _Work()
    tasks = await _crowd(Flight(), work, fresh=True)
    tasks[1].cancel()
    work.gate.set()
    results = await asyncio.gather(*tasks, return_exceptions=True)
    assert isinstance(results[1], asyncio.CancelledError)
    assert results[:1] + results[2:] == [1, 2, 2, 2, 2]
