"""What a pipe gets while a frame of megabytes goes through it: room, and memory that is kept."""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
from typing import TYPE_CHECKING, Final

from polyfn.pool import pages

if TYPE_CHECKING:
    from io import FileIO

LONG_BYTES: Final = 256 * 1024
# The most that an unprivileged process may ask for, unless the system says otherwise.
_WIDE_BYTES: Final = 1024 * 1024
# At once: what a wide pipe holds.
READ_BYTES: Final = _WIDE_BYTES
# What a pipe holds for a fast stream, whose client may stop reading; and what it does on its own.
STREAM_BYTES: Final = 256 * 1024
USUAL_BYTES: Final = 64 * 1024
# Where the system can tell: Linux.
_SET_SIZE: Final[int | None] = getattr(fcntl, "F_SETPIPE_SZ", None)
_GET_SIZE: Final[int | None] = getattr(fcntl, "F_GETPIPE_SZ", None)
_KEPT_FOR_S: Final = 5.0


class LongFrames:
    """The long frames of one child.

    A pipe is wide only for as long as it takes: what a user's pipes may hold together is limited,
    and a stream's back-pressure is what its pipe holds.
    """

    __slots__ = ("_sizes", "_timer")

    def __init__(self) -> None:
        self._sizes: dict[FileIO, int] = {}
        self._timer: asyncio.TimerHandle | None = None

    @property
    def wide(self) -> bool:
        """Whether a pipe is."""
        return bool(self._sizes)

    def begin(self, pipe: FileIO) -> None:
        """A long frame goes through that pipe, ours at one end."""
        if pipe in self._sizes or _SET_SIZE is None or _GET_SIZE is None:
            return
        pages.keep()
        if self._timer is not None:
            self._timer.cancel()
        self._timer = asyncio.get_running_loop().call_later(_KEPT_FOR_S, pages.give_back)
        with contextlib.suppress(
            OSError, ValueError
        ):  # the user's pipes have all they may have, or no pipe
            self._sizes[pipe] = fcntl.fcntl(pipe, _GET_SIZE)
            fcntl.fcntl(pipe, _SET_SIZE, _WIDE_BYTES)

    def end(self) -> None:
        """It is through: the pipes become what they were, unless they hold more than that."""
        for pipe, size in list(self._sizes.items()):
            with contextlib.suppress(OSError, ValueError):
                fcntl.fcntl(pipe, _SET_SIZE or 0, size)
                del self._sizes[pipe]

    def forget(self) -> None:
        """The pipes are about to be closed."""
        self._sizes.clear()


def resize(pipe: FileIO, size: int) -> None:
    """Have a pipe hold so much, if it may, and holds no more already."""
    if _SET_SIZE is not None:
        with contextlib.suppress(OSError, ValueError):
            fcntl.fcntl(pipe, _SET_SIZE, size)
