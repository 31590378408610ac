"""When a process has outgrown its function."""

from __future__ import annotations

from itertools import count

from polyfn.pool.outgrown import Size

MB = 1 << 20
LIMIT = 1000 * MB


def seen(*megabytes: int, idle: bool = True) -> Size:
    size = Size()
    for time, each in zip(count(1.0), megabytes, strict=False):
        size.look(each * MB, idle=idle, last_used=time)
    return size


def test_one_that_has_grown_near_its_limit_has_outgrown_its_function() -> None:
    size = seen(50, 400, 760, 770, 780)
    assert size.has_outgrown(LIMIT)
    assert (size.first, size.last) == (50 * MB, 780 * MB)


def test_one_that_is_large_from_the_beginning_has_not() -> None:
    assert not seen(800, 800, 900, 950).has_outgrown(LIMIT)


def test_one_that_has_grown_far_below_its_limit_has_not() -> None:
    assert not seen(50, 740, 740, 740).has_outgrown(LIMIT)


def test_one_that_gives_memory_back_has_not() -> None:
    assert not seen(50, 900, 100, 900, 900).has_outgrown(LIMIT)


def test_one_that_was_seen_too_seldom_has_not() -> None:
    assert not seen(50, 900, 900).has_outgrown(LIMIT)


def test_what_one_call_takes_while_it_runs_does_not_count() -> None:
    size = seen(50)
    for _ in range(10):
        size.look(900 * MB, idle=False, last_used=1.0)
    assert not size.has_outgrown(LIMIT)


def test_busy_one_that_answers_between_the_looks_is_judged() -> None:
    assert seen(50, 900, 900, 900, idle=False).has_outgrown(LIMIT)


def test_one_that_stays_is_judged_anew() -> None:
    size = seen(50, 800, 800, 800)
    size.start_over()
    assert not size.has_outgrown(LIMIT)
    for time in (5.0, 6.0, 7.0):
        size.look(1300 * MB, idle=True, last_used=time)
    assert size.has_outgrown(LIMIT)
