"""The one event loop of a function whose handler is asynchronous; it lives as long as the process.

Tasks that an invocation leaves behind go on in the next one: between them the loop stands still,
as a function does on AWS.
"""

from __future__ import annotations

import asyncio
import warnings

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Coroutine
    from typing import Any


def run(awaitable: Awaitable[Any]) -> Any:
    """Wait for an awaitable's value."""
    coroutine = awaitable if asyncio.iscoroutine(awaitable) else _value_of(awaitable)
    return _loop().run_until_complete(coroutine)


def run_until_called_off(
    coroutine: Coroutine[Any, Any, None], fd: int, called_off: Callable[[], bool]
) -> None:
    """Run a coroutine; cancel it when ``called_off`` says so after something came on ``fd``."""
    loop = _loop()
    task = loop.create_task(coroutine)
    asked = False

    def look() -> None:
        nonlocal asked
        if not asked and called_off():
            asked = True
            task.cancel()

    loop.add_reader(fd, look)
    try:
        loop.run_until_complete(task)
    except asyncio.CancelledError:
        if not asked:
            raise
    finally:
        loop.remove_reader(fd)


def _loop() -> asyncio.AbstractEventLoop:
    """The function's loop: the one its module has set up while loading, or a new one."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # asking for a loop is deprecated in some versions
        try:
            loop = asyncio.get_event_loop()
        except RuntimeError:
            loop = asyncio.new_event_loop()
        if loop.is_closed():
            loop = asyncio.new_event_loop()
        asyncio.set_event_loop(loop)
    return loop


async def _value_of(awaitable: Awaitable[Any]) -> Any:
    return await awaitable
