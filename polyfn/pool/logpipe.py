"""The pipe behind a child's fds 1 and 2, read line by line, never faster than is fair.

It is read with plain ``os.read`` rather than through a transport: when a response arrives, all that
is in the pipe at that moment belongs to its request, and must be read before the next one begins.
"""

from __future__ import annotations

import os
import time
from fcntl import ioctl
from termios import FIONREAD
from typing import TYPE_CHECKING

from polyfn.pool.lines import LineCutter

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Callable

_CHUNK = 64 * 1024
_WINDOW_S = 0.1
# A function that prints without end is read at 10 MB/s: its writes then block. Reading as
# fast as it writes cost its neighbours 40 % of their throughput.
_WINDOW_BYTES = 1_000_000
_NOTHING = bytes(4)


class LogPipe:
    """Reads a child's log pipe; each line goes to ``on_line``."""

    def __init__(
        self, fd: int, loop: asyncio.AbstractEventLoop, on_line: Callable[[str], None]
    ) -> None:
        self._fd = fd
        self._loop = loop
        self._on_line = on_line
        self._cutter = LineCutter()
        self._window_end = 0.0
        self._window_bytes = 0
        self._timer: asyncio.TimerHandle | None = None
        self._open = True
        os.set_blocking(fd, False)
        loop.add_reader(fd, self._readable)

    def listen(self, on_line: Callable[[str], None]) -> None:
        """Give lines to somebody else from now on: the child has a new owner."""
        self._on_line = on_line

    def drain(self) -> None:
        """Read what is in the pipe now: at most what it can hold."""
        # To ask costs a third of a read that fails.
        if self._open and ioctl(self._fd, FIONREAD, _NOTHING) != _NOTHING and self._read():
            while self._read():
                pass

    def end_of_request(self) -> None:
        """Read what is there, and give out a last line without an end."""
        self.drain()
        if self._cutter.holds_text:
            for line in self._cutter.flush():
                self._on_line(line)

    def close(self) -> None:
        """Give out what is left, and let go of the pipe."""
        if not self._open:
            return
        self.end_of_request()
        self._shut()

    def _readable(self) -> None:
        self._read()
        now = time.monotonic()
        if now >= self._window_end:
            self._window_end, self._window_bytes = now + _WINDOW_S, 0
        elif self._window_bytes > _WINDOW_BYTES and self._open:
            self._loop.remove_reader(self._fd)
            self._timer = self._loop.call_later(self._window_end - now, self._go_on)

    def _go_on(self) -> None:
        self._timer = None
        if self._open:
            self._loop.add_reader(self._fd, self._readable)

    def _read(self) -> bool:
        """Read once; whether there may be more now."""
        try:
            data = os.read(self._fd, _CHUNK)
        except BlockingIOError:
            return False
        except OSError:
            data = b""
        if not data:
            self._shut()
            return False
        self._window_bytes += len(data)
        for line in self._cutter.feed(data):
            self._on_line(line)
        return len(data) == _CHUNK

    def _shut(self) -> None:
        if self._open:
            self._open = False
            if self._timer is not None:
                self._timer.cancel()
            self._loop.remove_reader(self._fd)
            os.close(self._fd)
