"""The calls of one pool that have no instance yet, the oldest first."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, Final

from polyfn.errors import Throttled
from polyfn.pool.alarm import Alarm

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Callable, Iterator

    from polyfn.pool.calls import Call

# The event loop counts in milliseconds.
_TIMER_SLACK_S: Final = 0.001


class Queue:
    """Calls that wait; who has waited too long is told so. `len` counts those that gave up too.

    Args:
        is_patient: Whether nobody waits too long just now.
    """

    def __init__(
        self, loop: asyncio.AbstractEventLoop, is_patient: Callable[[], bool] = lambda: False
    ) -> None:
        self._loop = loop
        self._is_patient = is_patient
        self._calls: deque[Call] = deque()
        self._patience = Alarm(loop, self._lose_patience)
        self._wait_s = 0.0

    def __len__(self) -> int:
        return len(self._calls)

    def put(self, call: Call, wait_s: float) -> None:
        """Let a call wait, so many seconds from when it was made."""
        self._wait_s = wait_s
        if not self._calls:
            self._patience.set(call.created + wait_s)
        self._calls.append(call)

    def next(self) -> Call | None:
        """Take out the oldest call that somebody still waits for."""
        while self._calls:
            call = self._calls.popleft()
            if not call.abandoned:
                return call
        return None

    def empty(self) -> Iterator[Call]:
        """Take out all calls that somebody still waits for."""
        while (call := self.next()) is not None:
            yield call
        self._patience.close()

    def _lose_patience(self) -> None:
        now = self._loop.time() + _TIMER_SLACK_S
        if self._is_patient():
            self._patience.set(now + self._wait_s)
            return
        while self._calls:
            call = self._calls[0]
            due = call.created + self._wait_s
            if due > now and not call.abandoned:
                self._patience.set(due)
                return
            self._calls.popleft()
            if not call.abandoned:
                call.fail(_too_long(call.invocation.function, self._wait_s))


def _too_long(function: str, wait_s: float) -> Throttled:
    return Throttled(
        f"Function {function!r}: no instance came free within {wait_s:g} s. Call again later, or "
        "raise `instances_per_function` or `queue_timeout` under [limits]."
    )
