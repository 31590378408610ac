"""The frame pipes of one child, on the event loop's transports."""

from __future__ import annotations

import asyncio
import fcntl
import os
import sys
import termios
from typing import TYPE_CHECKING, Any, Final, cast

from polyfn.errors import ProtocolViolation
from polyfn.pool.longframes import (
    LONG_BYTES,
    READ_BYTES,
    STREAM_BYTES,
    USUAL_BYTES,
    LongFrames,
    resize,
)
from polyfn.wire.connection import Connection

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from io import FileIO

    from polyfn.pool.process import Pipes
    from polyfn.wire.connection import FromRunner


# No piece of a long frame is shorter, but for its last.
_PAGE_BYTES: Final = 4096


class Channel(asyncio.Protocol):
    """Speaks frames with one child; see `polyfn.pool.conversation.Conversation`.

    Args:
        pipes: The supervisor's ends; those of frames are closed with the channel.
    """

    def __init__(self, pipes: Pipes) -> None:
        self._connection = Connection()
        self._pipes = pipes
        self._on_message: Callable[[FromRunner], None]
        self._on_end: Callable[[ProtocolViolation | None], None]
        self._reader: asyncio.ReadTransport | None = None
        self._writer: asyncio.WriteTransport | None = None
        self._ended = False
        self._lost = False
        self._input: _Input | None = None
        self._from_child: FileIO | None = None
        self._long = LongFrames()

    def listen(
        self,
        on_message: Callable[[FromRunner], None],
        on_end: Callable[[ProtocolViolation | None], None],
    ) -> None:
        """Tell somebody else from now on: the child has a new owner."""
        self._on_message = on_message
        self._on_end = on_end

    async def open(self) -> None:
        """Begin to read and write."""
        loop = asyncio.get_running_loop()
        to_child = os.fdopen(self._pipes.to_child, "wb", buffering=0)
        from_child = os.fdopen(self._pipes.from_child, "rb", buffering=0)
        kept = self._input = _Input(to_child)
        self._from_child = from_child
        self._writer, _ = await loop.connect_write_pipe(lambda: kept, to_child)
        reader, _ = await loop.connect_read_pipe(lambda: self, from_child)
        self._reader = reader

    def load(self, spec: Mapping[str, Any]) -> None:
        """Send LOAD."""
        self._send(self._connection.load(spec))

    def invoke(
        self,
        *,
        request_id: str,
        remaining_ms: int,
        want: int,
        event: bytes,
        body_kind: int,
        body: bytes | None,
        extras: bytes | None,
    ) -> int:
        """Send INVOKE; its number in messages."""
        number, frame = self._connection.invoke(
            request_id=request_id,
            remaining_ms=remaining_ms,
            want=want,
            event=event,
            body_kind=body_kind,
            body=body,
            extras=extras,
        )
        self._send(frame)
        return number

    def cancel(self, number: int) -> None:
        """Send CANCEL, if that invocation has no ending yet."""
        self._send(self._connection.cancel(number))

    def drain(self) -> None:
        """Send DRAIN."""
        self._send(self._connection.drain())

    def exited(self) -> None:
        """Its pipes tell as much: they end."""

    def _send(self, data: bytes) -> None:
        """Write a frame; to a child that is gone it does nothing."""
        if self._writer is not None and not self._writer.is_closing():
            if len(data) > LONG_BYTES and self._input is not None:
                self._long.begin(self._input.pipe)
            self._writer.write(data)
        else:
            self._lost = True

    def has_lost(self) -> bool:
        """Whether something was sent when the child had closed its end, or was gone, already."""
        return self._lost or (self._input is not None and self._input.broken)

    def pause(self) -> None:
        """Stop reading: the child's writes will block."""
        if self._reader is not None and not self._ended:
            self._reader.pause_reading()

    def resume(self) -> None:
        """Go on reading."""
        if self._reader is not None and not self._ended:
            self._reader.resume_reading()

    def widen(self) -> None:
        """Have the pipe from the child hold more, for a stream that flows."""
        if self._from_child is not None:
            resize(self._from_child, STREAM_BYTES)

    def narrow(self) -> None:
        """Have it hold what pipes do."""
        if self._from_child is not None:
            resize(self._from_child, USUAL_BYTES)

    def has_unread(self) -> bool:
        """Whether the child has not read all that was sent; of one that has died: never will."""
        if self._input is None or self._writer is None:
            return False
        if self._writer.is_closing():
            return self._input.left > 0
        return self._writer.get_write_buffer_size() > 0 or self._input.size() > 0

    def close_input(self) -> None:
        """End the child's frame input: it must exit."""
        if self._writer is not None and not self._writer.is_closing():
            self._long.forget()
            self._writer.abort()

    def close(self) -> None:
        """Let go of both pipes."""
        self.close_input()
        self._forget()
        if self._reader is not None:
            self._reader.close()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the transport early: data may come before `open` returns."""
        self._reader = cast("asyncio.ReadTransport", transport)

    def data_received(self, data: bytes) -> None:
        """Hand on each message; a violation ends the channel."""
        if self._ended:
            return
        try:
            for message in self._connection.receive(data):
                self._on_message(message)
            if len(data) >= _PAGE_BYTES or self._long.wide:
                self._read_on()
        except ProtocolViolation as violation:
            self._end(violation)

    def _read_on(self) -> None:
        """Read what has come meanwhile of a long answer, without a turn of the loop a piece.

        Never past its end: what follows it is the transport's to read.
        """
        while (missing := self._connection.missing) and self._from_child is not None:
            if missing > LONG_BYTES:
                self._long.begin(self._from_child)
            data = self._from_child.read(min(missing, READ_BYTES))
            if not data:  # nothing is there now, or ever: the transport will see
                return
            for message in self._connection.receive(data):
                self._on_message(message)
        self._long.end()

    def connection_lost(self, exc: Exception | None) -> None:
        """The child closed its end, or has exited."""
        del exc  # a pipe that breaks has ended, however it broke
        self._forget()
        self._end(None)

    def _forget(self) -> None:
        """Touch no pipe any more: its number may soon be another's."""
        self._from_child = None
        self._long.forget()

    def _end(self, violation: ProtocolViolation | None) -> None:
        if not self._ended:
            self._ended = True
            self._on_end(violation)


class _Input(asyncio.BaseProtocol):
    """The child's frame input: how much of it the child has not read, also once it is lost."""

    def __init__(self, pipe: FileIO) -> None:
        self.pipe = pipe
        self.left = 0
        self.broken = False

    def size(self) -> int:
        """How many bytes are in the pipe."""
        if self.pipe.closed:
            return 0
        size = fcntl.ioctl(self.pipe.fileno(), termios.FIONREAD, bytes(4))
        return int.from_bytes(size, sys.byteorder)

    def connection_lost(self, exc: Exception | None) -> None:
        """The child closed its end, or has exited; the pipe is still open here."""
        self.broken = exc is not None  # by a write that found nobody
        self.left = self.size()
