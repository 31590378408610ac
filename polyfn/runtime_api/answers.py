"""Takers of bodies: a whole answer, a streamed one, an error, and what is refused or ignored."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Protocol

from polyfn.runtime_api import failures
from polyfn.runtime_api.prelude import CONTENT_TYPE, Head, Prelude, WrongPrelude
from polyfn.runtime_api.replies import ACCEPTED
from polyfn.wire import messages as m
from polyfn.wire.frames import MAX_FRAME_BYTES

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from polyfn.runtime_api.connection import Connection

MODE_HEADER: Final = "lambda-runtime-function-response-mode"
_MAX_ERROR_BYTES: Final = 1024 * 1024


class Answered(Protocol):
    """Whose invocation it is that gets an answer."""

    def tell(self, message: m.FromRunner) -> None:
        """What came of it."""

    def whole(self, ending: m.FromRunner) -> None:
        """Its ending."""

    def broken(self, answer: object) -> None:
        """The connection broke in the middle of it."""


class Whole:
    """A buffered answer: any JSON value."""

    def __init__(self, owner: Answered, connection: Connection, number: int) -> None:
        self._owner, self._connection, self._number = owner, connection, number
        self._parts: list[bytes] = []
        self._size = 0

    def feed(self, data: bytes) -> None:
        """Keep it, as long as it is not too much."""
        self._size += len(data)
        if self._size <= MAX_FRAME_BYTES:
            self._parts.append(data)
        else:
            self._parts.clear()

    def end(self, trailers: Mapping[str, str]) -> None:
        """Answer, and hand it on."""
        if self._size > MAX_FRAME_BYTES:
            words = f"Exceeded maximum allowed payload size ({MAX_FRAME_BYTES} bytes)."
            self._connection.refuse(413, "RequestEntityTooLarge", words)
            told = f"the response has {self._size} bytes, and may have {MAX_FRAME_BYTES}"
            reason = failures.failure("Function.ResponseSizeTooLarge", told)
            self._owner.whole(m.Error(self._number, reason, fatal=False))
            return
        self._connection.reply(202, ACCEPTED)
        failed = failures.trailed(trailers)
        if failed is not None:
            self._owner.whole(m.Error(self._number, failed, fatal=False))
        else:
            self._owner.whole(m.Value(self._number, b"".join(self._parts) or b"null"))

    def lost(self) -> None:
        """It may be sent again."""
        self._owner.broken(self)


class Stream:
    """An answer that goes on while it comes."""

    def __init__(
        self, owner: Answered, connection: Connection, number: int, content_type: str
    ) -> None:
        self._owner, self._connection, self._number = owner, connection, number
        self._prelude: Prelude | None = None
        self._over = False
        self.cancelled = False
        if content_type == CONTENT_TYPE:
            self._prelude = Prelude()
        else:
            headers = ["content-type", content_type] if content_type else []
            owner.tell(m.Head(number, 200, headers))

    def feed(self, data: bytes) -> None:
        """Hand it on."""
        if self._over or self.cancelled:
            return
        if self._prelude is not None:
            try:
                found = self._prelude.feed(data)
            except WrongPrelude as wrong:
                self._end(self._wrong(wrong))
                return
            if found is None:
                return
            self._prelude = None
            head, data = found
            self._begin(head)
        if data:
            self._owner.tell(m.Chunk(self._number, data))

    def end(self, trailers: Mapping[str, str]) -> None:
        """It is whole, or its trailers say that it is not."""
        if self.cancelled:
            self.leave()
            return
        self._connection.reply(202, ACCEPTED)
        if self._over:
            return
        failed = failures.trailed(trailers)
        if failed is not None:
            self._end(m.Error(self._number, failed, fatal=False))
        elif self._prelude is not None:
            self._end(self._wrong(self._prelude.end()))
        else:
            self._end(m.End(self._number))

    def lost(self) -> None:
        """The caller must not take what came for a whole answer."""
        if self.cancelled:
            self.leave()
        elif not self._over:
            self._owner.broken(self)

    def cancel(self) -> None:
        """Nobody reads it: have the program stop writing, and wait for its handler to return."""
        if not self._over:
            self.cancelled = True
            self._connection.reply_early(202, ACCEPTED)

    def leave(self) -> None:
        """The program is done with what was cancelled."""
        if not self._over:
            self._end(m.End(self._number))

    def cut(self, reason: bytes) -> None:
        """It broke off in the middle."""
        if not self._over:
            self._end(m.Error(self._number, reason, fatal=False))

    def pause(self) -> None:
        """Take no more for now."""
        if not self._over:
            self._connection.pause()

    def resume(self) -> None:
        """Go on."""
        self._connection.resume()

    def _begin(self, head: Head) -> None:
        self._owner.tell(m.Head(self._number, head.status, head.headers))

    def _wrong(self, wrong: WrongPrelude) -> m.Error:
        reason = failures.failure("Function.InvalidResponse", str(wrong))
        return m.Error(self._number, reason, fatal=False)

    def _end(self, ending: m.FromRunner) -> None:
        self._over = True
        self._owner.whole(ending)


class Report:
    """An error in JSON; what is over the limit of its size is dropped."""

    def __init__(
        self,
        connection: Connection,
        headers: Mapping[str, str],
        done: Callable[[failures.Reported], None],
        lost: Callable[[object], None],
    ) -> None:
        self._connection, self._headers = connection, headers
        self._done, self._lost = done, lost
        self._body = bytearray()

    def feed(self, data: bytes) -> None:
        """Keep it."""
        self._body += data[: _MAX_ERROR_BYTES - len(self._body)]

    def end(self, trailers: Mapping[str, str]) -> None:
        """Hand it on."""
        del trailers  # an error has none
        self._connection.reply(202, ACCEPTED)
        self._done(failures.reported(bytes(self._body), self._headers))

    def lost(self) -> None:
        """It may be sent again."""
        self._lost(self)


class Body:
    """A body that is kept for whoever answers, or that nobody needs."""

    def __init__(self, done: Callable[[bytes], None]) -> None:
        self._done = done
        self._body = bytearray()

    def feed(self, data: bytes) -> None:
        """Keep it, as long as it is not too much."""
        self._body += data[: _MAX_ERROR_BYTES - len(self._body)]

    def end(self, trailers: Mapping[str, str]) -> None:
        """Now the request may be answered."""
        del trailers  # such requests have none
        self._done(bytes(self._body))

    def lost(self) -> None:
        """Nobody waits for an answer."""
