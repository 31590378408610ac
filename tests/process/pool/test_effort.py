"""What Linux says of real processes, and what it makes of a pool's growth."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from polyfn.pool.effort import OWN, Effort, Spent, spent

pytestmark = pytest.mark.skipif(
    not Path("/proc/self/schedstat").exists(), reason="only Linux says so"
)
_BEGIN = "import time\nend = time.monotonic() + 60\nprint(flush=True)\n"


@contextmanager
def running(program: str) -> Iterator[int]:
    """A child that has begun; its process id."""
    child = subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE)
    try:
        assert child.stdout is not None
        child.stdout.readline()
        yield child.pid
    finally:
        child.kill()
        child.communicate()


def spinning() -> str:
    return _BEGIN + "while time.monotonic() < end: pass"


def asleep() -> str:
    return _BEGIN + "time.sleep(60)"


def in_a_thread() -> str:
    return (
        "import threading\n" + _BEGIN + "def spin():\n    while time.monotonic() < end: pass\n"
        "threading.Thread(target=spin).start()"
    )


def read(pid: int) -> Spent:
    found = spent(pid)
    assert found is not None
    return found


def busy_share(pid: int) -> float:
    """Of the next moments, how much it computes or is kept from computing."""
    began, before = time.monotonic(), read(pid)
    while time.monotonic() < began + 1:
        time.sleep(0.01)
    after, passed = read(pid), time.monotonic() - began
    used = after.computing_s - before.computing_s + after.starved_s - before.starved_s
    return used / passed


@pytest.mark.parametrize("program", [spinning(), in_a_thread()])
def test_process_that_computes_is_seen_whether_or_not_it_has_a_processor(program: str) -> None:
    with ExitStack() as others:
        for _ in range((os.cpu_count() or 1) + 1):  # so that there are too few
            others.enter_context(running(spinning()))
        with running(program) as pid:
            assert busy_share(pid) > 0.5


def test_process_that_sleeps_is_seen() -> None:
    with running(asleep()) as pid:
        assert busy_share(pid) < 0.1


def test_process_that_is_gone_is_not_read() -> None:
    with running(asleep()) as pid:
        pass
    assert spent(pid) is None


def test_own_time_is_that_of_the_first_thread() -> None:
    before = read(OWN).computing_s
    end = time.process_time() + 0.05
    while time.process_time() < end:
        pass
    assert read(OWN).computing_s - before > 0.02


def looked_at(pids: list[int], answers_each: int) -> Effort:
    """After three looks at these, with as many answers in between."""
    effort, answers = Effort(cores=2), 0
    for _ in range(3):
        effort.look(time.monotonic(), pids, len(pids), answers)
        answers += answers_each
        until = time.monotonic() + 0.3
        while time.monotonic() < until:
            time.sleep(0.01)
    return effort


def test_computing_processes_are_worth_few_and_sleeping_ones_many() -> None:
    with ExitStack() as children:
        busy = [children.enter_context(running(spinning())) for _ in range(4)]
        assert looked_at(busy, 0).useful(time.monotonic()) < 5
    with ExitStack() as children:
        idle = [children.enter_context(running(asleep())) for _ in range(4)]
        assert looked_at(idle, 0).useful(time.monotonic()) > 64


def test_nothing_is_known_before_two_looks_and_after_a_second() -> None:
    effort = Effort(cores=2)
    assert effort.useful(0.0) == 2
    with running(asleep()) as pid:
        known = looked_at([pid], 0)
        assert known.useful(time.monotonic()) > 64
        assert known.useful(time.monotonic() + 2) == 2


def test_where_the_system_says_nothing_any_number_may_be_of_use() -> None:
    effort = Effort(read=lambda _: None)
    effort.look(0.0, [1, 2], 2, 0)
    assert effort.blind
    assert effort.useful(0.0) == float("inf")
