"""One thread for what blocks, in the order in which it came.

One, because this room's disk work is many small calls: on a pool of threads they fight for the
interpreter, and looking at 51 cached functions takes 35 ms instead of 10.
"""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import TYPE_CHECKING, ParamSpec, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

P = ParamSpec("P")
T = TypeVar("T")


class Disk:
    """The thread; it starts with the first call."""

    def __init__(self) -> None:
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="polyfn-build")

    async def do(self, call: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Wait for a call that blocks; when cancelled, the call still comes to its end."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._thread, partial(call, *args, **kwargs))

    def later(self, call: Callable[P, object], *args: P.args, **kwargs: P.kwargs) -> None:
        """Let a call happen after those before it; nobody waits for it."""
        self._thread.submit(call, *args, **kwargs)

    def close(self) -> None:
        """Finish what was asked for, and end the thread."""
        self._thread.shutdown(wait=True)
