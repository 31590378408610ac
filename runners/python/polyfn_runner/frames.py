"""Frames on a file descriptor, read: a little-endian u32 length, then that many bytes."""

from __future__ import annotations

import io
import select

from polyfn_runner import messages

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    Message = list[Any]

_PIECE = 65_536


class FrameReader:
    """Cuts what comes from a pipe into messages.

    A message that came in one piece is decoded where it lies. A longer one gets a buffer of its
    size, once its length is judged, and is read straight into it.
    """

    def __init__(self, fd: int) -> None:
        self.fd = fd
        self._raw = io.FileIO(fd, "rb", closefd=False)
        self._data = b""
        self._start = 0
        self._long: bytearray | None = None
        self._have = 0
        self._poller = select.poll()
        self._poller.register(fd, select.POLLIN)

    def next(self) -> Message | None:
        """Wait for the next message; ``None`` at the end of the pipe.

        Raises:
            Violation: What came is no message.
        """
        while True:
            message = self.pop() if self._data or self._long is not None else None
            if message is not None:
                return message
            if not self.pump():
                return None

    def pop(self) -> Message | None:
        """The next message, if all of it is here.

        Raises:
            Violation: What came is no message.
        """
        if self._long is not None:
            return self._pop_long(self._long)
        data, start = self._data, self._start
        have = len(data) - start - messages.HEADER
        if have < 0:
            return None
        size = int.from_bytes(data[start : start + messages.HEADER], "little")
        messages.check_size(size)
        if have < size:
            if size > _PIECE:
                self._begin_long(size)
            return None
        start += messages.HEADER
        end = start + size
        self._data, self._start = (b"", 0) if end == len(data) else (data, end)
        return messages.decode(data, start, end)

    def pump(self) -> bool:
        """Read once, waiting if nothing is there; ``False`` at the end of the pipe."""
        if self._long is not None:
            count = self._raw.readinto(memoryview(self._long)[self._have :])
            self._have += count or 0
            return bool(count)
        piece = self._raw.read(_PIECE)
        if not piece:
            return False
        self._data = self._data[self._start :] + piece if self._data else piece
        self._start = 0
        return True

    def waiting(self, timeout_ms: int = 0) -> bool:
        """Whether something can be read now, or at the latest after ``timeout_ms``."""
        return bool(self._poller.poll(timeout_ms))

    def _begin_long(self, size: int) -> None:
        here = self._data[self._start + messages.HEADER :]
        self._long = bytearray(size)
        self._long[: len(here)] = here
        self._have = len(here)
        self._data, self._start = b"", 0

    def _pop_long(self, buffer: bytearray) -> Message | None:
        if self._have < len(buffer):
            return None
        self._long = None
        return messages.decode(memoryview(buffer), 0, len(buffer))  # its bin fields are not copied
