"""What an instance writes, turned into log lines with their request id."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from polyfn.model import LaunchSpec, LogLine
from polyfn.pool.json_fields import error_fields
from polyfn.pool.lastlines import LastLines

if TYPE_CHECKING:
    from polyfn.ports import LogSink
    from polyfn.wire import messages as m

# Code that an invocation left behind may still log: so many of the last ones are remembered.
_REMEMBERED: Final = 32
_STREAMS: Final = {1: "stdout", 2: "stderr"}
_PLAIN: Final = LaunchSpec(argv=())


class Journal:
    """The log of one instance.

    Args:
        launch: Says how to take raw lines: which to drop, how to show others, where a crash
            report begins.

    Attributes:
        request_id: Whose lines the log pipe carries now; empty outside an invocation.
    """

    __slots__ = (
        "_function", "_instance", "_last_words", "_launch", "_request_ids", "_sink", "request_id",
    )  # fmt: skip

    def __init__(
        self,
        sink: LogSink,
        function: str,
        instance: str,
        launch: LaunchSpec = _PLAIN,
    ) -> None:
        self._launch = launch
        self._sink = sink
        self._function = function
        self._instance = instance
        self._last_words = LastLines(launch.report_head)
        self._request_ids: dict[int, str] = {}
        self.request_id = ""

    def begin(self, number: int, request_id: str) -> None:
        """An invocation begins; what was said before is not its doing.

        Args:
            number: Its id in LOG messages.
        """
        self.request_id = request_id
        self._request_ids[number] = request_id
        self._request_ids.pop(number - _REMEMBERED, None)
        self._last_words.clear()

    def last_words(self) -> tuple[str, ...]:
        """The last lines since the invocation began: a panic's own report, for one."""
        return self._last_words.all()

    def raw(self, text: str) -> None:
        """A line that came through the log pipe; fds 1 and 2 share it."""
        own_lines = self._launch.own_lines
        if own_lines is not None and own_lines.match(text):
            return
        self._last_words.append(text)
        self._write(self.request_id, "stderr", "", self._launch.shown_line(text))

    def said(self, number: int, stream: int, level: str, text: str) -> None:
        """The text of a LOG message: one line or several."""
        name = _STREAMS[stream]
        request_id = self._request_ids.get(number, "")
        for line in text.removesuffix("\n").split("\n"):
            self._last_words.append(line)
            self._write(request_id, name, level, line)

    def failed(self, message: m.Error) -> tuple[str, str, tuple[str, ...]]:
        """Write down an ERROR; returns its type, message and trace."""
        name, text, trace = error_fields(message)
        told = any(text in line for line in trace)
        for line in trace if told else (f"{name}: {text}", *trace):
            self.note("error", line)
        return name, text, trace

    def note(self, level: str, text: str) -> None:
        """A line of polyfn's own about the instance."""
        self._write(self.request_id, "stderr", level, text)

    def _write(self, request_id: str, stream: str, level: str, text: str) -> None:
        self._sink.write(
            LogLine(
                datetime.now(UTC), self._function, self._instance, request_id, stream, level, text
            )
        )
