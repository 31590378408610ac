"""Says from time to time what is still being built: a first Go build takes a minute."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Final

from polyfn.build.progress import BuildFinished, BuildStarted, BuildStopped

if TYPE_CHECKING:
    from collections.abc import Callable

    from polyfn.build.progress import Event

_EVERY_S: Final = 10.0


class Reminder:
    """Watches builds, on the event loop.

    Args:
        say: Shows a line.
    """

    def __init__(self, say: Callable[[str], None], *, every_s: float = _EVERY_S) -> None:
        self._say = say
        self._every_s = every_s
        self._timers: dict[str, asyncio.TimerHandle] = {}

    def on_event(self, event: Event) -> None:
        """Take what the build room tells."""
        match event:
            case BuildStarted(function=function, title=title):
                self._wait(function, title, self._every_s)
            case BuildFinished(function=function) | BuildStopped(function=function):
                timer = self._timers.pop(function, None)
                if timer is not None:
                    timer.cancel()
            case _:
                pass

    def _wait(self, function: str, title: str, seconds: float) -> None:
        loop = asyncio.get_running_loop()
        self._timers[function] = loop.call_later(
            self._every_s, self._remind, function, title, seconds
        )

    def _remind(self, function: str, title: str, seconds: float) -> None:
        self._say(f"{title}, for {seconds:g} s now")
        self._wait(function, title, seconds + self._every_s)
