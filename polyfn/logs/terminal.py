"""Lines on their way to a terminal or a file, written by a thread of their own.

A terminal can stand still (Ctrl-S, a pager, a slow ssh): the event loop must not stand still with
it. Lines wait in a bounded queue; what does not fit is counted, and the count is shown.
"""

from __future__ import annotations

import contextlib
import threading
from collections import deque
from typing import TYPE_CHECKING, Final, Self, TextIO

if TYPE_CHECKING:
    from collections.abc import Callable

    from polyfn.model import LogLine

_MAX_WAITING: Final = 10_000
# A line may have 256 KiB: what they hold together is limited as well.
_MAX_WAITING_CHARS: Final = 4_000_000
# After a write, lines are gathered for so long: no person sees it. Each turn of this thread takes
# the interpreter from the event loop, and on a busy machine does not give it back at once.
_GATHER_S: Final = 0.05
# How long leaving waits for a terminal that stands still.
_LAST_LINES_S: Final = 1.0


class LineWriter:
    """Writes lines to a text file without ever blocking the caller; a context manager."""

    def __init__(self, out: TextIO) -> None:
        self._out = out
        self._lines: deque[str] = deque()
        self._dropped = 0
        self._taken_chars = 0  # by the caller; given out by the thread
        self._given_chars = 0
        self._wake = threading.Event()
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._work, name="polyfn-terminal", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *exc_info: object) -> None:
        self._closing.set()
        self._wake.set()
        self._thread.join(_LAST_LINES_S)

    def write(self, line: str) -> None:
        """Take one line, without its end; never blocks, never raises."""
        waiting_chars = self._taken_chars - self._given_chars
        if len(self._lines) >= _MAX_WAITING or waiting_chars >= _MAX_WAITING_CHARS:
            self._dropped += 1
            return
        self._taken_chars += len(line)
        self._lines.append(line)
        if not self._wake.is_set():
            self._wake.set()

    def _work(self) -> None:
        while not self._closing.is_set():
            self._wake.wait()
            self._wake.clear()
            self._flush()
            self._closing.wait(_GATHER_S)
        self._flush()

    def _flush(self) -> None:
        lines = [self._lines.popleft() for _ in range(len(self._lines))]
        chars = sum(map(len, lines))
        if self._dropped:
            dropped, self._dropped = self._dropped, 0
            lines.append(f"[{dropped} lines were not shown: they came faster than they could be]")
        if lines:
            with contextlib.suppress(OSError, ValueError):  # nobody reads any more
                self._out.write("\n".join(lines) + "\n")
                self._out.flush()
        self._given_chars += chars


class TerminalLog:
    """Log lines as text: a `polyfn.ports.LogSink`.

    Args:
        style: Puts colour around a line's mark; given the function's name and the level.
    """

    def __init__(self, writer: LineWriter, style: Callable[[str, str, str], str]) -> None:
        self._writer = writer
        self._style = style

    def write(self, line: LogLine) -> None:
        """Show one line behind its function's name."""
        mark = self._style(f"{line.function:<12} |", line.function, line.level)
        self._writer.write(f"{mark} {line.text}")
