"""What is remembered of what a process has written."""

from __future__ import annotations

import re

from polyfn.pool.lastlines import LastLines

HEAD = re.compile("panic: ")


def said(*lines: str) -> tuple[str, ...]:
    last = LastLines(HEAD)
    for line in lines:
        last.append(line)
    return last.all()


def test_last_lines_are_kept_in_order() -> None:
    lines = [str(n) for n in range(500)]
    assert said("panic", *lines) == tuple(lines[-200:])


def test_long_report_keeps_its_beginning_and_its_end() -> None:
    report = ["panic: a", *(str(n) for n in range(1000))]
    assert said("before", *report) == (*report[:250], *report[-200:])


def test_report_is_whole_as_long_as_it_and_what_follows_are_remembered() -> None:
    for length in (1, 199, 200, 201, 250, 251, 440, 449, 450):
        report = ["panic: a", *(str(n) for n in range(length - 1))]
        assert said(*["before"] * 300, *report)[-length:] == tuple(report), length


def test_newest_report_counts_and_an_invocation_begins_with_none() -> None:
    last = LastLines(HEAD)
    for line in ("panic: a", *"1" * 300, "panic: b", *"2" * 300):
        last.append(line)
    assert last.all() == ("panic: b", *"2" * 300)
    last.clear()
    last.append("x" * 2000)
    assert last.all() == ("x" * 1000,)
