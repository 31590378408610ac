"""The inspector of one instance, and who is attached to it."""

from __future__ import annotations

from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from polyfn.model import JSON
    from polyfn.pool.inspector.said import Address


def _nobody(*_: object) -> None:
    """Nobody is told."""


class Target:
    """What debuggers attach to while one instance lives.

    Args:
        breaks: Whether the process waits for a debugger before the author's code runs.
        on_listening: Told, with this, when debuggers may attach.
        on_change: Told, with this, when the first one has come, or the last one left.

    Attributes:
        address: Where its inspector listens, as soon as it does.
        on_left: Called when the last debugger has left.
        on_given_up: Called when no debugger will come that is waited for.
        pid: The process: to be set when there is one.
    """

    def __init__(
        self,
        *,
        breaks: bool,
        on_listening: Callable[[Target], None] = _nobody,
        on_change: Callable[[Target], None] = _nobody,
    ) -> None:
        self.address: Address | None = None
        self.on_left: Callable[[], None] = _nobody
        self.on_given_up: Callable[[], None] = _nobody
        self.pid = 0
        self._loaded = False
        self._breaks = breaks
        self._on_listening = on_listening
        self._on_change = on_change
        self._hang_ups: list[Callable[[], None]] = []

    @property
    def load(self) -> Mapping[str, JSON]:
        """What LOAD says of it (`runners/node/README.md`)."""
        return {"inspect": "wait" if self._breaks else "open"}

    @property
    def attached(self) -> bool:
        """Whether a debugger is: then no call runs out of time."""
        return bool(self._hang_ups)

    @property
    def patient(self) -> bool:
        """Whether loading may take any time."""
        return self._breaks or self.attached

    def reader(self, then: Callable[[str], None]) -> Callable[[str], None]:
        """What takes each line that the process prints; ``then`` gets the author's."""
        from polyfn.pool.inspector import said  # noqa: PLC0415 - few starts of polyfn need it

        def read(line: str) -> None:
            if not said.is_about_the_inspector(line):
                then(line)
            elif said.waits_for_the_end(line):
                self.gone()
            elif self.address is None:  # it says so again when a debugger has left
                self._listen(said.address_in(line))

        return read

    @contextmanager
    def attachment(self, hang_up: Callable[[], None]) -> Iterator[None]:
        """A debugger is attached while the context is open; ``hang_up`` ends that."""
        self._hang_ups.append(hang_up)
        if len(self._hang_ups) == 1:
            self._on_change(self)
        try:
            yield
        finally:
            self._hang_ups.remove(hang_up)
            if not self._hang_ups:
                self.on_left()
                self._on_change(self)

    def ready(self) -> None:
        """The author's code has been loaded."""
        self._loaded = True

    def give_up(self) -> None:
        """No debugger can attach any more: what was paused runs on, and nothing waits."""
        self._let_go()
        if self._breaks and not self._loaded:
            self.on_given_up()

    def gone(self) -> None:
        """The process has ended."""
        self.address = None
        self._let_go()

    def _listen(self, address: Address | None) -> None:
        if address is not None:
            self.address = address
            self._on_listening(self)

    def _let_go(self) -> None:
        for hang_up in tuple(self._hang_ups):
            hang_up()


class Uninspected(Target):
    """What no debugger attaches to by way of polyfn; one may by way of the system."""

    def __init__(self) -> None:
        super().__init__(breaks=False)

    @property
    def attached(self) -> bool:
        """Whether one is, or any other tracer."""
        return is_traced(self.pid)

    @property
    def load(self) -> Mapping[str, JSON]:
        """Nothing."""
        return {}

    def reader(self, then: Callable[[str], None]) -> Callable[[str], None]:
        """All lines are the author's."""
        return then


def is_traced(pid: int) -> bool:
    """Whether a debugger such as dlv or gdb is attached to a process, where the system says it."""
    try:
        status = Path(f"/proc/{pid}/status").read_bytes()
    except OSError:
        return False
    _, _, tracer = status.partition(b"\nTracerPid:")
    return tracer.partition(b"\n")[0].strip() not in (b"", b"0")
