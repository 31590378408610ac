"""Frames: a little-endian u32 length, then that many bytes (PROTOCOL.md §2)."""

from __future__ import annotations

from struct import Struct
from typing import TYPE_CHECKING, TypeAlias

from polyfn.errors import ProtocolViolation

if TYPE_CHECKING:
    from collections.abc import Iterator

MAX_FRAME_BYTES = 64 * 1024 * 1024
_LENGTH = Struct("<I")
_HEADER = _LENGTH.size
_COPIED_BYTES = 4096

Payload: TypeAlias = bytes | bytearray | memoryview


def encode(payload: bytes) -> bytes:
    """Put the length before a payload.

    Raises:
        ProtocolViolation: The payload is empty or over `MAX_FRAME_BYTES`.
    """
    return header(len(payload)) + payload


def header(size: int) -> bytes:
    """The length as it stands before a payload of that size.

    Raises:
        ProtocolViolation: The payload is empty or over `MAX_FRAME_BYTES`.
    """
    _check(size)
    return _LENGTH.pack(size)


class FrameReader:
    """Cuts a stream of bytes into payloads; a length is judged before anything is kept for it.

    What came in one piece is yielded from that piece. An unfinished frame is kept in a buffer that
    grows with what comes, never ahead of it.
    """

    __slots__ = ("_held", "_needed")

    def __init__(self) -> None:
        self._held = bytearray()
        self._needed = _HEADER

    @property
    def pending(self) -> int:
        """How many bytes of an unfinished frame are held."""
        return len(self._held)

    def single(self, data: bytes) -> Payload | None:
        """The payload of bytes that are just one frame, as most are; else ``None``: to be fed."""
        size = len(data) - _HEADER
        if self._held or size <= 0 or _LENGTH.unpack_from(data)[0] != size:
            return None
        _check(size)
        return _part(data, _HEADER, len(data))

    @property
    def missing(self) -> int:
        """How many bytes are still to come of a frame whose length is known; 0 without one."""
        return self._needed - len(self._held) if len(self._held) > _HEADER else 0

    def peek(self, at: int) -> int:
        """A byte of the unfinished payload; -1 when it has not come."""
        return self._held[_HEADER + at] if len(self._held) > _HEADER + at else -1

    def feed(self, data: bytes) -> Iterator[Payload]:
        """Take bytes as they came; yield each payload that is now whole.

        Raises:
            ProtocolViolation: A length is 0 or over the limit.
        """
        whole: bytes | bytearray = data
        if self._held:
            self._held += data
            if len(self._held) < self._needed:
                return
            whole, self._held = self._held, bytearray()
        start, end = 0, len(whole)
        self._needed = _HEADER
        while end - start >= _HEADER:
            (size,) = _LENGTH.unpack_from(whole, start)
            _check(size)
            stop = start + _HEADER + size
            if stop > end:
                self._needed += size
                break
            yield _part(whole, start + _HEADER, stop)
            start = stop
        if start < end:
            self._held = whole[start:] if isinstance(whole, bytearray) else bytearray(whole[start:])


def _part(whole: bytes | bytearray, start: int, stop: int) -> Payload:
    """A slice; of megabytes only a view, for what is decoded from it is copied anyway."""
    if stop - start <= _COPIED_BYTES:
        return whole[start:stop]
    return memoryview(whole)[start:stop]


def _check(size: int) -> None:
    if not 0 < size <= MAX_FRAME_BYTES:
        raise ProtocolViolation(
            f"a frame of {size} bytes was announced; 1 to {MAX_FRAME_BYTES} are allowed"
        )
