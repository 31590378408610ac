"""One timer for time limits that are set again and again."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from polyfn.pool.alarm import Alarm


class SlowClock:
    """As much of an event loop as an alarm uses; its time is the test's."""

    def __init__(self) -> None:
        self.timers: list[tuple[float, Any]] = []
        self.made = 0

    def call_at(self, when: float, callback: Any) -> Any:
        self.made += 1
        entry = (when, callback)
        self.timers.append(entry)
        clock = self

        class Handle:
            def cancel(self) -> None:
                clock.timers.remove(entry)

        return Handle()

    def go_to(self, now: float) -> None:
        while due := [entry for entry in self.timers if entry[0] <= now]:
            entry = min(due, key=lambda each: each[0])
            self.timers.remove(entry)
            entry[1]()


@pytest.fixture
def clock() -> SlowClock:
    return SlowClock()


@pytest.fixture
def rung() -> list[str]:
    return []


@pytest.fixture
def alarm(clock: SlowClock, rung: list[str]) -> Alarm:
    loop: Any = clock
    return Alarm(loop, lambda: rung.append("ring"))


def test_it_goes_off_once_when_it_is_due(clock: SlowClock, alarm: Alarm, rung: list[str]) -> None:
    alarm.set(5)
    clock.go_to(4.9)
    assert rung == []
    clock.go_to(5)
    clock.go_to(50)
    assert rung == ["ring"]


def test_thousands_of_settings_make_one_timer(clock: SlowClock, alarm: Alarm) -> None:
    for moment in range(1000):
        alarm.set(30 + moment / 1000)
        alarm.off()
    assert clock.made == 1


def test_set_anew_it_goes_off_at_the_last_time_and_not_before(
    clock: SlowClock, alarm: Alarm, rung: list[str]
) -> None:
    alarm.set(5)
    alarm.off()
    alarm.set(8)
    clock.go_to(7.9)
    assert rung == []
    clock.go_to(8)
    assert rung == ["ring"]


def test_set_to_an_earlier_time_it_goes_off_then(
    clock: SlowClock, alarm: Alarm, rung: list[str]
) -> None:
    alarm.set(5)
    alarm.set(2)
    clock.go_to(2)
    assert rung == ["ring"]
    assert clock.timers == []


def test_off_it_stays_silent_and_can_be_set_again(
    clock: SlowClock, alarm: Alarm, rung: list[str]
) -> None:
    alarm.set(5)
    alarm.off()
    clock.go_to(6)
    assert rung == []
    alarm.set(9)
    clock.go_to(9)
    assert rung == ["ring"]


def test_it_may_be_set_again_by_what_it_calls(clock: SlowClock) -> None:
    loop: Any = clock
    times = iter((2, 3))
    rings: list[int] = []

    def ring() -> None:
        rings.append(len(rings))
        if (due := next(times, None)) is not None:
            bell.set(due)

    bell = Alarm(loop, ring)
    bell.set(1)
    clock.go_to(10)
    assert rings == [0, 1, 2]


def test_closed_it_leaves_no_timer_behind(clock: SlowClock, alarm: Alarm) -> None:
    alarm.set(5)
    alarm.close()
    assert clock.timers == []


async def _rings_in_time() -> float:
    loop = asyncio.get_running_loop()
    rung = asyncio.Event()
    alarm = Alarm(loop, rung.set)
    begun = loop.time()
    alarm.set(begun + 0.02)
    async with asyncio.timeout(5):
        await rung.wait()
    return loop.time() - begun


def test_on_a_real_loop_it_goes_off_in_time() -> None:
    assert asyncio.run(_rings_in_time()) >= 0.015
