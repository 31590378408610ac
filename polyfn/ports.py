"""The seams: what a room needs of another one, and no more."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from polyfn.errors import PolyfnError
    from polyfn.model import Function, Invocation, LogLine, Result, Timing


class Invoker(Protocol):
    """Delivers an event to a function and brings its result back."""

    async def invoke(self, invocation: Invocation, timing: Timing) -> Result:
        """Deliver one event.

        Args:
            invocation: What to deliver, and to whom.
            timing: Filled in on the way, also when the call fails.

        Raises:
            FunctionError: The user's code failed.
            PlatformError: There is no place, or no means, to run it.
            UnknownFunction: There is no such function.
        """
        ...


class Caller(Protocol):
    """Delivers an event and brings its result back by a callback: an `Invoker` in a hurry."""

    def call(
        self, invocation: Invocation, timing: Timing, done: Callable[[Result | PolyfnError], None]
    ) -> bool:
        """Deliver one event, unless that needs more than to hand it on.

        Args:
            done: Called once, after this has returned ``True``, with the result, or with what
                `Invoker.invoke` would raise; must not raise.

        Returns:
            Whether it was taken; if not, nothing has happened, and `Invoker.invoke` is the way.

        Raises:
            PolyfnError: It cannot be taken; nothing has happened either.
        """
        ...


class JobQueue(Protocol):
    """Takes invocations that nobody waits for."""

    async def enqueue(self, invocation: Invocation) -> None:
        """Accept a job; it runs after this has returned.

        Raises:
            Unavailable: It cannot be taken now.
        """
        ...


class Fleet(Protocol):
    """Knows what is served."""

    def functions(self) -> Sequence[Function]:
        """All functions found, the invalid ones included, sorted by name."""
        ...

    def find(self, name: str) -> Function | None:
        """The function of that exact name, or ``None``."""
        ...


class LogSink(Protocol):
    """Takes log lines; never blocks, never raises."""

    def write(self, line: LogLine) -> None:
        """Take one line."""
        ...
