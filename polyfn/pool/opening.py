"""An instance's way to READY: it boots, then it loads the function, each within a time limit."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable

    from polyfn.errors import PolyfnError

_BOOT_TIMEOUT_S: Final = 10.0


class Opening:
    """What has come of it so far.

    Args:
        late: Given what it did not do, ``start`` or ``load``, and the seconds: the error.
        is_patient: Whether loading may take any time just now.
    """

    def __init__(
        self, *, late: Callable[[str, float], PolyfnError], is_patient: Callable[[], bool]
    ) -> None:
        loop = asyncio.get_running_loop()
        self._booted: asyncio.Future[None] = loop.create_future()
        self._ready: asyncio.Future[None] = loop.create_future()
        self._late = late
        self._is_patient = is_patient

    @property
    def is_over(self) -> bool:
        """Whether it is ready, or has failed."""
        return self._ready.done()

    def booted(self) -> None:
        """HELLO has come."""
        self._booted.set_result(None)

    def ready(self) -> None:
        """READY has come."""
        self._ready.set_result(None)

    def fail(self, error: PolyfnError) -> None:
        """It will not be ready; does nothing when it is over."""
        if not self._ready.done():
            self._ready.set_exception(error)
            self._ready.exception()  # seen: whoever started it may have gone

    async def wait(self, init_timeout_s: float) -> None:
        """Return when it is ready.

        Raises:
            PolyfnError: It has failed, or takes too long.
        """
        await self._settles({self._booted, self._ready}, _BOOT_TIMEOUT_S, "start")
        await self._settles({self._ready}, init_timeout_s, "load")
        self._ready.result()

    async def _settles(self, futures: set[asyncio.Future[None]], limit_s: float, what: str) -> None:
        done: set[asyncio.Future[None]] = set()
        while not done:
            done, _ = await asyncio.wait(
                futures, timeout=limit_s, return_when=asyncio.FIRST_COMPLETED
            )
            if not done and not (self._booted.done() and self._is_patient()):
                raise self._late(what, limit_s)
