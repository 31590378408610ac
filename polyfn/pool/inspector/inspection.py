"""One function that debuggers may attach to: its port, and the instance that is behind it now."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Final

from polyfn.errors import Unavailable
from polyfn.pool.inspector.news import Attached, Detached, Waiting
from polyfn.pool.inspector.target import Target

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from polyfn.model import JSON
    from polyfn.pool.inspector.news import Listener

# An instance that starts, as somebody has called it, opens its inspector within a boot's time.
_LISTENS_WITHIN_S: Final = 15.0


class Inspection:
    """What lasts of a function's debugging while its instances come and go.

    Args:
        url: Where debuggers attach.
        breaks: Whether its code waits for one before it runs.
        wake: Starts an instance of it, if there is none.
        tell: Is told what happens.

    Attributes:
        eager: Whether an instance of each new version is started before anybody calls it.
    """

    eager = False

    def __init__(
        self,
        function: str,
        url: str,
        *,
        breaks: bool,
        wake: Callable[[str], Awaitable[None]],
        tell: Listener,
    ) -> None:
        self.function = function
        self.url = url
        self.breaks = breaks
        self._wake = wake
        self._tell = tell
        self._targets: list[Target] = []  # of all instances that are there, the newest last
        self._listening = asyncio.Event()
        self._waking: set[asyncio.Future[None]] = set()
        self._closed = False
        self._expected = 0  # debuggers that wait for an instance

    @property
    def attached(self) -> bool:
        """Whether a debugger is attached to the instance that answers now."""
        target = self._target
        return target is not None and target.attached

    @property
    def patient(self) -> bool:
        """Whether calls may wait for any time."""
        return self.breaks or self.attached

    def state(self) -> JSON:
        """What there is to know of it: ``{"url", "attached", "breaks"}``."""
        return {"url": self.url, "attached": self.attached, "breaks": self.breaks}

    def target(self) -> Target:
        """For a new instance."""
        breaks = self.breaks and not self._closed
        return Target(breaks=breaks, on_listening=self._on_listening, on_change=self._on_change)

    def let_go(self) -> None:
        """Hang up on debuggers, and have nothing wait for one any more."""
        self._closed = True
        for each in self._targets:
            each.give_up()

    async def reach(self) -> Target:
        """The inspector of the newest instance; one is started if there is none.

        Raises:
            PolyfnError: It does not start.
        """
        self._expected += 1
        try:
            return self._target or await self._await_target()
        finally:
            self._expected -= 1

    @property
    def _target(self) -> Target | None:
        return next((each for each in reversed(self._targets) if each.address), None)

    async def _await_target(self) -> Target:
        self._listening.clear()
        # It returns when the instance is ready: with `breaks` long after a debugger has attached.
        waking = asyncio.ensure_future(self._wake(self.function))
        self._waking.add(waking)
        waking.add_done_callback(self._on_woken)
        try:
            async with asyncio.timeout(_LISTENS_WITHIN_S):
                await self._listening.wait()
        except TimeoutError:
            pass
        target = self._target
        if target is not None:
            return target
        if waking.done() and not waking.cancelled() and (error := waking.exception()):
            raise error
        raise Unavailable(f"Function {self.function!r} has no process that could be inspected.")

    def _on_woken(self, waking: asyncio.Future[None]) -> None:
        self._waking.discard(waking)
        if not waking.cancelled() and waking.exception() is not None:
            self._listening.set()  # nothing will listen: who waits is told why

    def _on_listening(self, target: Target) -> None:
        self._targets = [each for each in self._targets if each.address] + [target]
        self._listening.set()
        if self._closed:
            target.give_up()
        elif self.breaks and not self._expected:
            self._tell(Waiting(function=self.function, url=self.url))

    def _on_change(self, target: Target) -> None:
        kind = Attached if target.attached else Detached
        self._tell(kind(function=self.function))
