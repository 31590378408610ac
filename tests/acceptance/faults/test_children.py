"""Processes that a function has started end with the function's own, however they take signals."""

from __future__ import annotations

import psutil

from tests.acceptance.faults.starting import end
from tests.acceptance.serving import Served
from tests.waiting import eventually

_NAME = "go-harm"


async def test_children_that_ignore_sigterm_end_with_their_function(
    server: Served, sleep_s: str
) -> None:
    end(server, _NAME)
    assert server.get(_NAME, "?do=children").body == b"answered"
    # One in the background, and one whose parent is gone.
    await eventually(lambda: len(sleeping(sleep_s)) == 2)
    assert server.get(_NAME).body == b"answered"
    assert len(sleeping(sleep_s)) == 2
    end(server, _NAME)
    await eventually(lambda: not sleeping(sleep_s))


async def test_many_children_of_a_process_that_exits_end_at_once(
    server: Served, sleep_s: str
) -> None:
    assert server.get(_NAME, "?do=many-children").status == 502
    await eventually(lambda: not sleeping(sleep_s))
    assert server.get(_NAME).body == b"answered"


def sleeping(seconds: str) -> list[psutil.Process]:
    return [
        each
        for each in psutil.process_iter(["cmdline"])
        if each.info["cmdline"] == ["sleep", seconds] and each.status() != psutil.STATUS_ZOMBIE
    ]
