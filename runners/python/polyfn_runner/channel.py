"""The one place that writes frames, whichever thread, signal handler or finaliser wants it to.

Three things go wrong with a pipe that everybody may write to, and all are met here:

- Two threads' frames mix: a lock is held for a whole frame.
- A signal handler, or an object's ``__del__``, logs in the middle of a frame that the same thread
  is writing: the lock is re-entrant, and what comes late waits until that frame is out.
- A forked child has the same file descriptors: it loses them, and logs to plain fd 1 and 2.
"""

from __future__ import annotations

import _signal  # type: ignore[import-not-found] # `signal` takes 4 ms, for its enums
import errno
import os
from _thread import RLock

from polyfn_runner import messages

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

EXIT_LOST = 1
_EXIT_VIOLATION = 70
_CLOSED = (
    b"polyfn's Python runner stops: the function has closed the descriptor by which it answers, "
    b"%d. Close only what you have opened.\n"
)
_ATOMIC_BYTES = 4096
_ENDING = {_signal.SIGTERM, _signal.SIGINT, _signal.SIGQUIT}
_DEFERRED = {number for number in _signal.valid_signals() if number not in _ENDING}


class Channel:
    """Sends frames, and knows whose a log line is.

    Attributes:
        current: The invocation that runs, 0 when none does: log lines of any thread get its id.
        request_id: Its request id, for log records.
        cut_off: Whether this is a forked child, which may not speak to the supervisor.
    """

    def __init__(self, fd: int) -> None:
        self.fd = fd
        self.current = 0
        self.request_id = ""
        self.cut_off = False
        self._lock = RLock()
        self._busy = False
        self._late: list[bytes] = []

    def send(self, kind: int, number: int, *fields: Any) -> None:
        """Write one frame.

        Raises:
            TooLong: It would be longer than a frame may be.
        """
        frame = messages.frame(kind, number, *fields)
        with self._lock:
            self._write(frame)

    def begin(self, number: int, request_id: str) -> None:
        """Let what is logged from now on belong to an invocation."""
        self.request_id = request_id
        self.current = number

    def finish(self, frame: bytes) -> None:
        """Write the current invocation's ending; no log line gets its id after that."""
        if self.cut_off:
            # A child that the handler forked came back from it: only its parent may answer.
            os._exit(0)
        with self._lock:
            self.current = 0
            self.request_id = ""
            self._write(frame)

    def log(self, stream: int, level: str, text: str) -> None:
        """Write log lines of whatever invocation runs now; in a forked child to plain fd 1 or 2."""
        if self.cut_off:
            os.write(stream, text.encode("utf-8", "backslashreplace"))
            return
        for piece in pieces(text):
            with self._lock:
                self._write(messages.frame(messages.LOG, self.current, stream, level, piece))

    def cut_off_child(self, *fds: int) -> None:
        """Be a forked child from now on: close the frame pipes."""
        self.cut_off = True
        self._lock = RLock()  # the parent's other threads may have held it
        self._busy = False
        self._late = []
        for fd in (self.fd, *fds):
            os.close(fd)

    def _write(self, frame: bytes) -> None:
        if self._busy:
            self._late.append(frame)
            return
        try:
            self._busy = True
            write_all(self.fd, frame)
            while self._late:
                write_all(self.fd, self._late.pop(0))
        finally:
            self._busy = False


def write_all(fd: int, data: bytes) -> None:
    """Write every byte; without a reader there is nobody to work for, and the process ends.

    A pipe takes up to 4,096 bytes whole or not at all. A longer write that a signal interrupts may
    have got half a frame out when the author's signal handler raises; so it is not interrupted.
    """
    if len(data) <= _ATOMIC_BYTES:
        _write_all(fd, data)
        return
    before = _signal.pthread_sigmask(_signal.SIG_BLOCK, ())
    try:
        _signal.pthread_sigmask(_signal.SIG_BLOCK, _DEFERRED)
        _write_all(fd, data)
    finally:
        _signal.pthread_sigmask(_signal.SIG_SETMASK, before)


def _write_all(fd: int, data: bytes) -> None:
    rest = memoryview(data)
    try:
        while rest:
            rest = rest[os.write(fd, rest) :]
    except OSError as error:
        if error.errno == errno.EBADF:
            os.write(2, _CLOSED % fd)
            os._exit(_EXIT_VIOLATION)
        os._exit(EXIT_LOST)


def pieces(text: str) -> list[str]:
    """Cut a text that may be too long for one LOG, between characters, at line ends if it can."""
    limit = messages.MAX_LOG_TEXT_BYTES // 4  # of characters: each is 4 bytes at most
    parts = []
    while len(text) > limit:
        end = text.rfind("\n", 0, limit) + 1 or limit
        parts.append(text[:end])
        text = text[end:]
    parts.append(text)
    return parts
