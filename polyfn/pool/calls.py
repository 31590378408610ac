"""One invocation under way in an instance, and the stream it may become."""

from __future__ import annotations

import asyncio
from collections import deque
from typing import TYPE_CHECKING, Protocol

from polyfn.errors import PolyfnError
from polyfn.model import Buffered, Streamed, Value

if TYPE_CHECKING:
    from collections.abc import Callable

    from polyfn.model import Invocation, Result, Timing
    from polyfn.wire import messages as m

# What a slow client may leave lying in the supervisor before the runner's pipe is not read on.
_HIGH_WATER = 256 * 1024
_LOW_WATER = 64 * 1024
# A stream that has brought so much is a fast one: its pipe gets room, so that writer and reader
# take turns less often. With four times the room 200 MB took a fifth less of the supervisor's
# processor time, and a quarter less of the runner's.
_FLOWS_AFTER = 1024 * 1024


class Pausable(Protocol):
    """A pipe that need not be read on, and may get room."""

    def pause(self) -> None:
        """Stop reading it."""

    def resume(self) -> None:
        """Go on reading."""

    def widen(self) -> None:
        """Have it hold more."""

    def narrow(self) -> None:
        """Have it hold what pipes do."""


class Call:
    """An invocation that has no ending yet; ``answer`` resolves to its result, or its head."""

    __slots__ = ("_stream", "answer", "began", "created", "invocation", "timing")

    def __init__(
        self, invocation: Invocation, timing: Timing, loop: asyncio.AbstractEventLoop
    ) -> None:
        self.invocation = invocation
        self.timing = timing
        self.created = self.began = loop.time()
        self._stream: Stream | None = None
        self._expect(loop)

    def _expect(self, loop: asyncio.AbstractEventLoop) -> None:
        self.answer: asyncio.Future[Result] = loop.create_future()

    def _settle(self, outcome: Result | PolyfnError) -> None:
        if isinstance(outcome, PolyfnError):
            self.answer.set_exception(outcome)
        else:
            self.answer.set_result(outcome)

    @property
    def abandoned(self) -> bool:
        """Whether nobody waits for it any more."""
        return self.answer.done()

    def begin(self, now: float) -> None:
        """It leaves the queue; ``now`` is the loop's time."""
        self.began = now
        self.timing.queue_s = now - self.created

    def end(self, now: float) -> None:
        """Its ending has come, whichever."""
        self.timing.run_s = now - self.began

    def finish(self, message: m.Result | m.Value | m.End) -> None:
        """Its ending has come."""
        if self._stream is not None:
            self._stream.end(None)
        elif not self.abandoned:
            self._settle(_result(message))

    def fail(self, error: PolyfnError) -> None:
        """It has failed: the waiter gets the error, or the stream is cut with it."""
        if self._stream is not None:
            self._stream.end(error)
        elif not self.abandoned:
            self._settle(error)

    def begin_stream(self, head: m.Head, stream: Stream) -> None:
        """Its head has come; chunks follow."""
        self._stream = stream
        if self.abandoned:  # nobody waits any more
            stream.abandon()
        else:
            self._settle(Streamed(head.status, _pairs(head.headers), stream))

    @property
    def streams(self) -> bool:
        """Whether its answer has begun, as a stream."""
        return self._stream is not None

    @property
    def unread(self) -> bool:
        """Whether it is a stream that nobody reads any more."""
        return self._stream is not None and self._stream.abandoned

    def chunk(self, data: bytes) -> None:
        """The next bytes of its stream."""
        if self._stream is not None:
            self._stream.put(data)


class PromptCall(Call):
    """A call whose caller is called back at once, in the same turn of the event loop.

    Args:
        done: Gets what ``answer`` resolves to elsewhere, or the error; must not raise.
    """

    __slots__ = ("_done", "_settled")

    def __init__(
        self,
        invocation: Invocation,
        timing: Timing,
        loop: asyncio.AbstractEventLoop,
        done: Callable[[Result | PolyfnError], None],
    ) -> None:
        super().__init__(invocation, timing, loop)
        self._done = done
        self._settled = False

    def _expect(self, loop: asyncio.AbstractEventLoop) -> None:
        """There is no future."""

    def _settle(self, outcome: Result | PolyfnError) -> None:
        self._settled = True
        self._done(outcome)

    @property
    def abandoned(self) -> bool:
        """Whether its caller has been answered: before that, it never leaves."""
        return self._settled


class Stream:
    """Chunks between a runner and a client, at most `_HIGH_WATER` bytes of them at rest.

    Args:
        pipe: The runner's.
        cancel: Tells the runner that nobody reads any more.

    Attributes:
        abandoned: Whether nobody reads any more.
    """

    def __init__(self, pipe: Pausable, cancel: Callable[[], None]) -> None:
        self._pipe, self._cancel = pipe, cancel
        self._chunks: deque[bytes] = deque()
        self._held = 0
        self._taken = 0
        self._flows = False
        self._paused = False
        self._ended = False
        self.abandoned = False
        self._error: PolyfnError | None = None
        self._wake = asyncio.Event()

    def put(self, data: bytes) -> None:
        """Take a chunk from the runner; dropped when nobody reads."""
        if self.abandoned:
            return
        self._chunks.append(data)
        self._held += len(data)
        self._wake.set()
        if self._held > _HIGH_WATER and not self._paused:
            self._paused = True
            self._pipe.pause()
        self._taken += len(data)
        if self._taken > _FLOWS_AFTER and not self._flows:
            self._flows = True
            self._pipe.widen()

    def end(self, error: PolyfnError | None) -> None:
        """No chunk follows; with an error the stream is cut, after what came before."""
        self._ended, self._error = True, error
        if self._flows:
            self._pipe.narrow()
        self._wake.set()

    def abandon(self) -> None:
        """Nobody reads any more: drop what is here, and tell the runner."""
        if self.abandoned:
            return
        self.abandoned = True
        self._chunks.clear()
        self._held = 0
        self._go_on()
        if not self._ended:
            self._cancel()

    def __aiter__(self) -> Stream:
        return self

    async def __anext__(self) -> bytes:
        while not self._chunks:
            if self._ended or self.abandoned:
                if self._error is not None:
                    raise self._error
                raise StopAsyncIteration
            self._wake.clear()
            await self._wake.wait()
        data = self._chunks.popleft()
        self._held -= len(data)
        if self._held < _LOW_WATER:
            self._go_on()
        return data

    async def aclose(self) -> None:
        """Stop reading early."""
        self.abandon()

    def _go_on(self) -> None:
        if self._paused:
            self._paused = False
            self._pipe.resume()


def _result(message: m.Result | m.Value | m.End) -> Result:
    if len(message) == 5:
        _, status, headers, body, is_base64 = message
        return Buffered(status, _pairs(headers), body or b"", is_base64)
    if len(message) == 2:
        return Value(message[1])
    raise AssertionError("END finishes a stream only")


def _pairs(flat: list[str]) -> tuple[tuple[str, str], ...]:
    each = iter(flat)
    return tuple(zip(each, each, strict=True))
