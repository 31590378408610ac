"""What every test gets: coroutines that run on uvloop, and no child left behind."""

from __future__ import annotations

import asyncio
import inspect
import time
from typing import TYPE_CHECKING

import psutil
import pytest
import uvloop
from hypothesis import HealthCheck, settings

if TYPE_CHECKING:
    from collections.abc import Iterator

# How long a child may take to vanish after its test: reaping is asynchronous.
_LAST_CHILD_S = 5.0

# No test is timed: the machine may be busy.
settings.register_profile("untimed", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("untimed")


@pytest.hookimpl(tryfirst=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> bool | None:
    """Run a coroutine test on the event loop that polyfn uses."""
    if not inspect.iscoroutinefunction(pyfuncitem.obj):
        return None
    names = pyfuncitem._fixtureinfo.argnames
    arguments = {name: pyfuncitem.funcargs[name] for name in names}
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(pyfuncitem.obj(**arguments))
    return True


@pytest.fixture(autouse=True)
def _no_child_outlives_its_test() -> Iterator[None]:
    me = psutil.Process()
    before = set(me.children())
    yield
    deadline = time.monotonic() + _LAST_CHILD_S
    left = _living(me, before)
    while left and time.monotonic() < deadline:
        psutil.wait_procs(left, timeout=0.05)
        left = _living(me, before)
    assert not left, f"children outlived the test: {left}"


def _living(me: psutil.Process, before: set[psutil.Process]) -> list[psutil.Process]:
    """Children started since; zombies count, they are ours to reap.

    What a server of a wider fixture starts is that server's affair.
    """
    return [child for child in me.children() if child not in before]
