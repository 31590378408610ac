"""What the function prints and logs becomes LOG messages: whole lines, in order, with their owner.

``sys.stdout`` and ``sys.stderr`` are ordinary text streams over a `LineStream`. What bypasses them
(children, C code, ``os.write(1, …)``) goes to the log pipe on fds 1 and 2 without our doing.
"""

from __future__ import annotations

import atexit
import io
import sys
from _thread import get_ident

TYPE_CHECKING = False
if TYPE_CHECKING:
    from polyfn_runner.channel import Channel

STDOUT, STDERR = 1, 2
_LONGEST_LINE = 65_536


class LineStream(io.BufferedIOBase):
    """The binary side of ``sys.stdout`` or ``sys.stderr``: sends each line once it is whole.

    Each thread's unfinished line is kept apart, so that lines do not mix; it is sent at the
    invocation's end. `flush` leaves it, as what follows belongs to the same line.
    """

    def __init__(self, channel: Channel, stream: int) -> None:
        self._channel = channel
        self._stream = stream
        self._unfinished: dict[int, bytes] = {}

    @property
    def name(self) -> str:
        """What `sys.stdout` calls itself."""
        return "<stdout>" if self._stream == STDOUT else "<stderr>"

    def writable(self) -> bool:
        """Always: text streams ask."""
        return True

    def fileno(self) -> int:
        """Fd 1 or 2, which a child may be given: it leads to the log as well."""
        return self._stream

    def write(self, data: bytes) -> int:  # type: ignore[override]
        """Take bytes; send what is whole."""
        thread = get_ident()
        whole = self._unfinished.pop(thread, b"") + bytes(data)
        cut = whole.rfind(b"\n") + 1
        if len(whole) - cut > _LONGEST_LINE:
            cut = _within_long_line(whole, cut)
        rest = whole[cut:]
        if rest:
            # A signal handler may have left an unfinished line of its own meanwhile.
            self._unfinished[thread] = self._unfinished.get(thread, b"") + rest
        if cut:
            self._send(whole[:cut])
        return len(data)

    def flush(self) -> None:
        """Leave unfinished lines for later, unless this is a forked child, which just ends."""
        if self._channel.cut_off:
            self.finish()

    def finish(self) -> None:
        """Send the lines that have no end yet."""
        for thread in list(self._unfinished):
            self._send(self._unfinished.pop(thread, b""))

    def _send(self, data: bytes) -> None:
        self._channel.log(self._stream, "", data.decode("utf-8", "replace"))


def _within_long_line(data: bytes, start: int) -> int:
    """Where to cut a line that has no end yet, so that something is left for its end to follow."""
    cut = start + (len(data) - start - 1) // _LONGEST_LINE * _LONGEST_LINE
    for _ in range(3):
        if data[cut] & 0xC0 == 0x80:  # in the middle of a character
            cut -= 1
    return cut


class Logs:
    """The function's two text streams."""

    def __init__(self, channel: Channel) -> None:
        self._out = LineStream(channel, STDOUT)
        self._err = LineStream(channel, STDERR)

    def take_over(self) -> None:
        """Put both streams in the place of ``sys.stdout`` and ``sys.stderr``."""
        sys.stdout = _text(self._out)
        sys.stderr = _text(self._err)
        atexit.register(self.finish)

    def finish(self) -> None:
        """Send unfinished lines; for the end of an invocation."""
        self._out.finish()
        self._err.finish()


def _text(stream: LineStream) -> io.TextIOWrapper:
    return io.TextIOWrapper(
        stream,
        encoding="utf-8",
        errors="backslashreplace",
        newline="\n",
        write_through=True,
    )
