"""A build that takes long is spoken of again."""

from __future__ import annotations

from polyfn.build.progress import BuildFinished, BuildStarted, BuildStopped
from polyfn.cli.reminder import Reminder
from tests.waiting import eventually


async def test_build_that_takes_long_is_spoken_of_until_it_ends() -> None:
    lines: list[str] = []
    reminder = Reminder(lines.append, every_s=0.02)
    reminder.on_event(BuildStarted(function="greet", title="go build ./greet"))
    await eventually(lambda: len(lines) == 2)
    assert lines == ["go build ./greet, for 0.02 s now", "go build ./greet, for 0.04 s now"]
    reminder.on_event(BuildFinished(function="greet", title="", cached=False, seconds=1))
    assert not reminder._timers


async def test_build_that_fails_is_not_spoken_of_again() -> None:
    lines: list[str] = []
    reminder = Reminder(lines.append, every_s=0.01)
    reminder.on_event(BuildStarted(function="greet", title="go build ./greet"))
    reminder.on_event(BuildStopped(function="greet", title="", reason="no", seconds=0))
    assert not reminder._timers
