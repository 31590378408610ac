"""When a pool grows."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from polyfn.pool.growth import Load, Measured, instances_to_start


def load(**values: float) -> Load:
    known: dict[str, float] = {
        "waiting": 0, "working": 0, "starting": 0, "duration_s": 0.001, "cold_start_s": 0.05,
    }  # fmt: skip
    return Load(**{**known, **values})  # type: ignore[arg-type]  # ints and floats


def test_nobody_waiting_starts_nothing() -> None:
    assert instances_to_start(load(working=3)) == 0


def test_first_caller_gets_the_first_instance() -> None:
    assert instances_to_start(load(waiting=64, duration_s=0.0)) == 1


def test_quick_function_gets_a_handful_for_64_callers() -> None:
    assert instances_to_start(load(waiting=62, working=2)) == 0
    assert instances_to_start(load(waiting=64, working=0, starting=1)) == 1


def test_slow_function_gets_one_for_each_caller() -> None:
    assert instances_to_start(load(waiting=63, working=1, duration_s=1.0)) == 63


def test_instances_that_start_already_count() -> None:
    assert instances_to_start(load(waiting=10, working=1, starting=10, duration_s=1.0)) == 0


@given(
    waiting=st.integers(0, 1000),
    working=st.integers(0, 100),
    starting=st.integers(0, 100),
    duration_s=st.floats(0, 1000),
    cold_start_s=st.floats(0.001, 10),
)
def test_never_more_instances_start_than_callers_wait(
    waiting: int, working: int, starting: int, duration_s: float, cold_start_s: float
) -> None:
    more = instances_to_start(
        Load(
            waiting=waiting,
            working=working,
            starting=starting,
            duration_s=duration_s,
            cold_start_s=cold_start_s,
        )
    )
    assert 0 <= more <= max(waiting - starting, min(waiting, 1))


def test_measured_follows_what_is_recent() -> None:
    measured = Measured(1.0, weight=0.5)
    for _ in range(10):
        measured.add(0.0)
    assert 0 < measured.value < 0.01
