"""When a pool grows."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from polyfn.pool.growth import Load, Pace, instances_to_start


def load(**values: float) -> Load:
    known: dict[str, float] = {
        "waiting": 0, "working": 0, "starting": 0, "gap_s": 0.0005, "cold_start_s": 0.05,
    }  # fmt: skip
    return Load(**{**known, **values})  # type: ignore[arg-type]  # ints and floats


def test_nobody_waiting_starts_nothing() -> None:
    assert instances_to_start(load(working=3)) == 0


def test_first_caller_gets_the_first_instance() -> None:
    assert instances_to_start(load(waiting=64, gap_s=0.0)) == 1


def test_quick_function_gets_a_handful_for_64_callers() -> None:
    assert instances_to_start(load(waiting=62, working=2)) == 0
    assert instances_to_start(load(waiting=64, working=0, starting=1)) == 0


def test_second_instance_works_while_the_first_ones_answer_is_on_its_way() -> None:
    assert instances_to_start(load(waiting=4, working=1)) == 1
    assert instances_to_start(load(waiting=4, working=1, starting=1)) == 0
    assert instances_to_start(load(waiting=3, working=1)) == 0


def test_slow_function_gets_one_for_each_caller() -> None:
    assert instances_to_start(load(waiting=62, working=2, gap_s=1.0)) == 62


def test_slow_function_gets_them_even_while_its_first_instance_is_the_only_one() -> None:
    assert instances_to_start(load(waiting=63, working=1, gap_s=1.0)) == 63


def test_no_more_start_than_are_of_use() -> None:
    assert instances_to_start(load(waiting=60, working=4, gap_s=1.0, useful=7.9)) == 3
    assert instances_to_start(load(waiting=60, working=4, gap_s=1.0, useful=0.5)) == 0
    assert instances_to_start(load(waiting=60, working=1, gap_s=1.0, useful=0.5)) == 1


def test_ceiling_holds_growth_back() -> None:
    assert instances_to_start(load(waiting=60, working=4, gap_s=1.0, ceiling=4)) == 0
    assert instances_to_start(load(waiting=60, working=2, gap_s=1.0, ceiling=4)) == 2


def test_instances_that_start_already_count() -> None:
    assert instances_to_start(load(waiting=10, working=2, starting=10, gap_s=1.0)) == 0


@given(
    waiting=st.integers(0, 1000),
    working=st.integers(0, 100),
    starting=st.integers(0, 100),
    gap_s=st.floats(0, 1000),
    cold_start_s=st.floats(0.001, 10),
)
def test_never_more_instances_start_than_callers_wait(
    waiting: int, working: int, starting: int, gap_s: float, cold_start_s: float
) -> None:
    more = instances_to_start(
        Load(
            waiting=waiting,
            working=working,
            starting=starting,
            gap_s=gap_s,
            cold_start_s=cold_start_s,
        )
    )
    assert 0 <= more <= max(waiting - starting, min(waiting, 1))


def test_growth_goes_by_doubling_while_answers_come() -> None:
    assert instances_to_start(load(waiting=60, working=4, gap_s=0.02)) == 4


_TICK_S = 0.01


def steady(pace: Pace, start: float, answers_per_tick: int, ticks: int, working: int = 1) -> float:
    for n in range(1, ticks + 1):
        for _ in range(answers_per_tick):
            pace.answered()
        pace.tick(start + n * _TICK_S, _TICK_S, working)
    return start + ticks * _TICK_S


def test_pace_follows_the_answers() -> None:
    pace = Pace()
    pace.tick(0.0, _TICK_S, 1)
    steady(pace, 0.0, 10, 100)
    assert 0.0009 < pace.gap_s(0.05) < 0.0011


def test_silence_counts_once_it_is_longer_than_patience() -> None:
    pace = Pace()
    pace.tick(10.0, _TICK_S, 1)
    steady(pace, 10.0, 0, 4)
    assert pace.gap_s(0.05) == 0.0
    steady(pace, 10.04, 0, 46)
    assert 0.49 < pace.gap_s(0.05) < 0.51


def test_first_answer_after_a_silence_says_how_seldom_they_come() -> None:
    pace = Pace()
    pace.tick(0.0, _TICK_S, 1)
    now = steady(pace, 0.0, 0, 99)
    steady(pace, now, 2, 1, working=2)
    assert 0.45 < pace.gap_s(0.05) < 0.55


def test_all_answers_are_counted() -> None:
    pace = Pace()
    pace.tick(0.0, _TICK_S, 1)
    steady(pace, 0.0, 10, 5)
    pace.answered()
    assert pace.answers == 51


def test_machine_that_stood_still_is_not_taken_for_a_slow_function() -> None:
    pace = Pace()
    pace.tick(0.0, _TICK_S, 1)
    now = steady(pace, 0.0, 10, 100)
    pace.tick(now + 1.0, _TICK_S, 1)
    assert pace.gap_s(0.05) < 0.002


def test_start_of_the_first_instance_is_no_silence() -> None:
    pace = Pace()
    pace.tick(0.0, _TICK_S, 0)
    steady(pace, 0.0, 0, 50, working=0)
    assert pace.gap_s(0.05) == 0.0


def test_rest_between_two_bursts_is_no_gap() -> None:
    pace = Pace()
    pace.tick(0.0, _TICK_S, 1)
    now = steady(pace, 0.0, 10, 100)
    pace.rest()
    pace.tick(now + 1000, _TICK_S, 1)
    assert pace.gap_s(0.05) < 0.0011


def test_growth_that_does_not_pay_sets_a_ceiling_for_a_while() -> None:
    pace = Pace()
    pace.tick(0.0, _TICK_S, 2)
    now = steady(pace, 0.0, 10, 100, working=2)
    pace.grew()
    now = steady(pace, now, 10, 15, working=4)
    assert pace.ceiling(now) == 4
    assert pace.ceiling(now + 60) == float("inf")


def test_growth_that_pays_sets_none() -> None:
    pace = Pace()
    pace.tick(0.0, _TICK_S, 2)
    now = steady(pace, 0.0, 10, 100, working=2)
    pace.grew()
    now = steady(pace, now, 20, 15, working=4)
    assert pace.ceiling(now) == float("inf")
