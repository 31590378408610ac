"""One runs, one waits: many who want the same work at the same time share it.

Each run has a number. Who comes while run 1 is going cannot take its result when it must see what
is true *now* (a file saved a moment ago): it waits for run 2, together with everybody else who came
meanwhile. Who only needs the work done at all takes the result of run 1.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Generic, NoReturn, TypeVar

from polyfn.errors import PolyfnError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

T = TypeVar("T")


class Flight(Generic[T]):
    """Shares the runs of one kind of work."""

    def __init__(self) -> None:
        self._lock = asyncio.Lock()
        self._started = 0
        self._finished = 0
        self._outcome: Callable[[], T] | None = None

    async def run(self, work: Callable[[], Awaitable[T]], *, fresh: bool) -> T:
        """Do the work, or share somebody else's.

        A run that is cancelled has no result: the next who waits runs its own.

        Args:
            fresh: Only a run that begins from now on will do.

        Raises:
            PolyfnError: The run failed; all who share it get the error.
        """
        seen = self._started if fresh else self._finished
        async with self._lock:
            if self._finished > seen and self._outcome is not None:
                return self._outcome()
            self._started += 1
            self._outcome = await _outcome(work)
            self._finished = self._started
            return self._outcome()


async def _outcome(work: Callable[[], Awaitable[T]]) -> Callable[[], T]:
    try:
        value = await work()
    except PolyfnError as error:
        return _raiser(error)
    return lambda: value


def _raiser(error: PolyfnError) -> Callable[[], NoReturn]:
    def fail() -> NoReturn:
        raise error.with_traceback(None)  # one that is raised again piles up tracebacks

    return fail
