"""How many instances a pool can make use of, and what that makes of a load on a small machine."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from polyfn.pool.stretch import Stretch, useful_instances

from .simulated import Machine


def stretch(**values: float) -> Stretch:
    known: dict[str, float] = {
        "passed_s": 0.1, "working": 2, "answers": 0, "computing_s": 0.0, "starved_s": 0.0,
        "own_computing_s": 0.0, "own_starved_s": 0.0,
    }  # fmt: skip
    return Stretch(**{**known, **values})  # type: ignore[arg-type]  # ints and floats


def test_instances_that_compute_are_worth_as_many_as_there_are_processors() -> None:
    assert useful_instances(stretch(working=2, computing_s=0.1), cores=4) == pytest.approx(4)


def test_instances_that_are_kept_from_computing_are_worth_no_more() -> None:
    busy = stretch(working=4, computing_s=0.01, starved_s=0.09)
    assert useful_instances(busy, cores=2) == pytest.approx(2)


def test_instances_that_sleep_are_worth_many() -> None:
    asleep = stretch(working=2, answers=4, computing_s=0.001, own_computing_s=0.002)
    assert useful_instances(asleep, cores=2) >= 64


def test_instances_that_do_nothing_at_all_are_worth_any_number() -> None:
    assert useful_instances(stretch(), cores=2) == float("inf")


def test_instances_that_wait_for_the_supervisor_are_worth_no_more() -> None:
    flooded = stretch(working=2, answers=200, computing_s=0.02, own_computing_s=0.1)
    assert useful_instances(flooded, cores=2) == pytest.approx(2)


def test_instances_that_wait_for_a_starved_supervisor_are_worth_no_more() -> None:
    starved = stretch(
        working=2, answers=40, computing_s=0.004, own_computing_s=0.02, own_starved_s=0.08
    )
    assert useful_instances(starved, cores=2) == pytest.approx(2)


def test_work_of_the_supervisor_for_other_pools_does_not_count() -> None:
    beside = stretch(working=2, answers=0, own_computing_s=0.05, own_starved_s=0.05)
    assert useful_instances(beside, cores=2) >= 64


share = st.floats(0, 1)


@given(
    computing=share, starved=share, own=share, own_starved=share,
    working=st.integers(1, 100), answers=st.integers(0, 1000), cores=st.integers(1, 64),
)  # fmt: skip
def test_starving_never_makes_more_instances_useful(
    *, computing: float, starved: float, own: float, own_starved: float,
    working: int, answers: int, cores: int,
) -> None:  # fmt: skip
    fed = stretch(
        computing_s=computing * 0.1, own_computing_s=own * 0.1, working=working, answers=answers
    )
    hungry = stretch(
        computing_s=computing * 0.1, own_computing_s=own * 0.1, working=working, answers=answers,
        starved_s=starved * 0.1, own_starved_s=own_starved * 0.1,
    )  # fmt: skip
    assert 0 <= useful_instances(hungry, cores) <= useful_instances(fed, cores)


@settings(max_examples=15)
@given(
    compute_s=st.floats(0.0002, 0.02), noise=st.integers(0, 12), cores=st.sampled_from((1, 2, 4))
)
def test_function_that_computes_never_gets_more_than_the_processors_and_two(
    compute_s: float, noise: int, cores: int
) -> None:
    machine = Machine(
        callers=64,
        compute_s=compute_s,
        sleep_s=0.0,
        noise=noise,
        cores=cores,
        step_s=min(compute_s / 4, 0.001),
    )
    machine.run(3.0)
    assert machine.instances <= cores + 2


@settings(max_examples=10)
@given(sleep_s=st.floats(0.5, 2.0), noise=st.integers(0, 8))
def test_function_that_sleeps_long_gets_an_instance_for_each_caller(
    sleep_s: float, noise: int
) -> None:
    machine = Machine(callers=64, compute_s=0.0005, sleep_s=sleep_s, noise=noise)
    machine.run(1.0)
    assert machine.instances == 64


@pytest.mark.parametrize("noise", [0, 2])
def test_function_that_sleeps_a_moment_grows_until_nobody_waits_long(noise: int) -> None:
    machine = Machine(callers=64, compute_s=0.0005, sleep_s=0.05, noise=noise)
    machine.run(6.0)
    assert machine.instances >= 24
    before = machine.answers
    machine.run(2.0)
    assert machine.answers - before >= 2.0 * 300


def test_function_that_sleeps_and_computes_fills_the_processors_and_no_more() -> None:
    machine = Machine(callers=64, compute_s=0.01, sleep_s=0.03)
    machine.run(6.0)
    assert 4 <= machine.instances <= 16
