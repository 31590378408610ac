"""A job queue in memory: what it took is lost when polyfn ends."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Self

from polyfn.errors import PolyfnError, Unavailable
from polyfn.model import Buffered, LogLine, Streamed, Timing

if TYPE_CHECKING:
    from polyfn.model import Invocation, Result
    from polyfn.ports import Invoker, LogSink

_MAX_WAITING = 10_000


class TransientJobs:
    """Runs each job once, as soon as there is a place: a `polyfn.ports.JobQueue`.

    An async context manager: leaving it gives what runs ``drain_s`` to finish.

    Args:
        at_once: How many jobs may run at the same time, over all functions.

    Attributes:
        failed: How many jobs have failed so far.
    """

    def __init__(
        self, invoker: Invoker, sink: LogSink, *, at_once: int = 10, drain_s: float = 10.0
    ) -> None:
        self._invoker = invoker
        self._sink = sink
        self._places = asyncio.Semaphore(at_once)
        self._drain_s = drain_s
        self._tasks: set[asyncio.Task[None]] = set()
        self._closed = False
        self.failed = 0

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *exc_info: object) -> None:
        self._closed = True
        if self._tasks:
            _, late = await asyncio.wait(self._tasks, timeout=self._drain_s)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)

    async def enqueue(self, invocation: Invocation) -> None:
        """Accept a job; see `polyfn.ports.JobQueue.enqueue`."""
        if self._closed:
            raise Unavailable("polyfn is stopping: it takes no more background calls.")
        if len(self._tasks) >= _MAX_WAITING:
            raise Unavailable(
                f"{len(self._tasks)} background calls are waiting, as many as may. Call later."
            )
        task = asyncio.get_running_loop().create_task(self._run(invocation))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def join(self) -> None:
        """Wait until nothing runs and nothing waits."""
        while self._tasks:
            await asyncio.wait(self._tasks)

    async def _run(self, invocation: Invocation) -> None:
        async with self._places:
            try:
                result = await self._invoker.invoke(invocation, Timing())
                await _exhaust(result)
            except PolyfnError as error:
                self.failed += 1
                self._say(invocation, "error", f"background call failed: {error.message}")
            else:
                self._say(invocation, "info", f"background call done{_status(result)}")

    def _say(self, invocation: Invocation, level: str, text: str) -> None:
        self._sink.write(
            LogLine(
                datetime.now(UTC),
                invocation.function,
                "",
                invocation.request_id,
                "stderr",
                level,
                text,
            )
        )


async def _exhaust(result: Result) -> None:
    if isinstance(result, Streamed):
        async for _ in result.chunks:
            pass


def _status(result: Result) -> str:
    return f" (status {result.status})" if isinstance(result, Buffered | Streamed) else ""
