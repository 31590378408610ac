"""A time limit that is set for every call and hardly ever passes.

A timer of the event loop for each call would be made and thrown away thousands of times a second.
Here one timer stays: when it goes off before the limit, it is set anew.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Callable


class Alarm:
    """Calls ``on_due`` once when the time it is set to has come, unless it is set anew before."""

    __slots__ = ("_due", "_loop", "_on_due", "_timer", "_timer_at")

    def __init__(self, loop: asyncio.AbstractEventLoop, on_due: Callable[[], None]) -> None:
        self._loop = loop
        self._on_due = on_due
        self._due: float | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._timer_at = 0.0

    def set(self, due: float | None) -> None:
        """Go off at that time of the loop, or not at all; what was set before is off."""
        self._due = due
        if due is None:
            return
        if self._timer is None:
            self._start(due)
        elif due < self._timer_at:
            self._timer.cancel()
            self._start(due)

    def off(self) -> None:
        """Do not go off; the timer may stay."""
        self._due = None

    def close(self) -> None:
        """Do not go off, and leave no timer behind."""
        self._due = None
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _start(self, due: float) -> None:
        self._timer_at = due
        self._timer = self._loop.call_at(due, self._wake)

    def _wake(self) -> None:
        self._timer = None
        due = self._due
        if due is None:
            return
        if due > self._timer_at:
            self._start(due)
        else:
            self._due = None
            self._on_due()
