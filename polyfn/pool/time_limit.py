"""How long what an instance does may still take, and what is said of it when it takes longer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from polyfn.pool import exits
from polyfn.pool.alarm import Alarm
from polyfn.settings.stream_limits import stream_timeout_s

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Callable

    from polyfn.errors import TimedOut
    from polyfn.model import Function
    from polyfn.settings.values import Limits

_UNREAD_S: Final = 10.0
"""A function that was told that its client has left may take so long to end."""
_AFTERWARDS_S: Final = 10.0


class TimeLimit(Alarm):
    """The alarm of one call after another: of each, then of the stream that its answer may be.

    Args:
        on_due: Called when the time is over; `error` then says what was.
    """

    __slots__ = ("_error", "_function", "_seconds", "_stream_s")

    def __init__(
        self,
        loop: asyncio.AbstractEventLoop,
        function: Function,
        limits: Limits,
        on_due: Callable[[], None],
    ) -> None:
        super().__init__(loop, on_due)
        self._function = function.name
        self._stream_s = stream_timeout_s(function, limits)
        self._seconds = 0.0
        self._error = exits.timed_out

    def begin(self, now: float, seconds: float) -> None:
        """A call begins; ``now`` is the loop's time."""
        self._seconds, self._error = seconds, exits.timed_out
        self.set(now + seconds)

    def stream(self, began: float) -> None:
        """The answer of the call that began then is a stream."""
        if self._stream_s is None:
            return
        self._seconds, self._error = self._stream_s, exits.stream_timed_out
        if self._seconds:
            self.set(max(began + self._seconds, self._loop.time()))
        else:
            self.off()

    def unread(self) -> None:
        """Nobody reads the stream any more."""
        self._seconds, self._error = _UNREAD_S, exits.unread_timed_out
        self.again()

    def hold(self, began: float, seconds: float) -> None:
        """A call that began then has ended, and something of it goes on.

        It has the rest of the call's time: some, where a stream without a limit took longer.
        """
        self._seconds = seconds
        self.set(max(began + seconds, self._loop.time() + min(seconds, _AFTERWARDS_S)))

    def again(self) -> None:
        """What runs gets its whole time, from now on."""
        if self._seconds:
            self.set(self._loop.time() + self._seconds)

    def error(self, run_s: float) -> TimedOut:
        """What happened to a call that took that long."""
        return self._error(self._function, run_s)
