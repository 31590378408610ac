"""Says what is being measured: one line that changes on a terminal, a line a section elsewhere."""

from __future__ import annotations

import contextlib
import time
from typing import TYPE_CHECKING

from rich.console import Console

if TYPE_CHECKING:
    from collections.abc import Iterator


# Rich's own 12 would take CPU time from what is measured.
_LOOKS_PER_S = 2


class Progress:
    """Writes to standard error, so that the table alone is on standard output."""

    def __init__(self) -> None:
        self._console = Console(stderr=True, highlight=False)
        self._status = self._console.status("", refresh_per_second=_LOOKS_PER_S)
        self._section = ""
        self._began = time.monotonic()

    @contextlib.contextmanager
    def shown(self) -> Iterator[None]:
        """Keep the changing line, on a terminal, as long as the context is open."""
        if not self._console.is_terminal:
            yield
            return
        with self._status:
            yield

    def section(self, name: str) -> None:
        """Another measurement begins."""
        self._section = name
        if not self._console.is_terminal:
            self._console.print(f"{self._elapsed()}  {name}")
        self.say("")

    def say(self, what: str) -> None:
        """What is done right now."""
        self._status.update(f"{self._elapsed()}  {self._section}  {what}", spinner=None)

    def _elapsed(self) -> str:
        minutes, seconds = divmod(int(time.monotonic() - self._began), 60)
        return f"{minutes}:{seconds:02}"
