"""The last lines that a process has written, and the beginning of a crash report that is longer.

The report of a Go program begins with what happened and goes on with the stack of every goroutine
and, after a stack overflow, with a hundred frames of one of them: what counts would be pushed out.
"""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    import re

_LAST: Final = 200
# A stack that is as deep as Go prints it takes 203 lines, and what it says before that a few.
_FIRST: Final = 250
_CHARS: Final = 1000


class LastLines:
    """What a process said last.

    Args:
        report_head: Matches the line that a crash report begins with.
    """

    __slots__ = ("_last", "_report", "_report_head", "_since")

    def __init__(self, report_head: re.Pattern[str] | None = None) -> None:
        self._report_head = report_head
        self._last: deque[str] = deque(maxlen=_LAST)
        self._report: list[str] = []
        self._since = 0  # lines since the report began, itself among them

    def append(self, text: str) -> None:
        """Remember a line, or what of it is worth that."""
        text = text[:_CHARS]
        self._last.append(text)
        if self._report_head is not None and self._report_head.match(text):
            self._report, self._since = [text], 1
        elif self._report:
            self._since += 1
            if len(self._report) < _FIRST:
                self._report.append(text)

    def clear(self) -> None:
        """Forget them."""
        self._last.clear()
        self._report, self._since = [], 0

    def all(self) -> tuple[str, ...]:
        """The lines in order; before them, the beginning of a report that is longer than they."""
        if self._since <= len(self._last):
            return tuple(self._last)
        last = list(self._last)
        return (*self._report, *last[max(0, len(self._report) + len(last) - self._since) :])
