"""Frames: a little-endian u32 length, then that many bytes (PROTOCOL.md §2)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from polyfn.errors import ProtocolViolation

if TYPE_CHECKING:
    from collections.abc import Iterator

MAX_FRAME_BYTES = 64 * 1024 * 1024
_HEADER = 4


def encode(payload: bytes) -> bytes:
    """Put the length before a payload.

    Raises:
        ProtocolViolation: The payload is empty or over `MAX_FRAME_BYTES`.
    """
    _check(len(payload))
    return len(payload).to_bytes(_HEADER, "little") + payload


class FrameReader:
    """Cuts a stream of bytes into payloads; a length is judged before anything is kept for it."""

    __slots__ = ("_have", "_parts")

    def __init__(self) -> None:
        self._parts: list[bytes] = []
        self._have = 0

    @property
    def pending(self) -> int:
        """How many bytes of an unfinished frame are held."""
        return self._have

    def feed(self, data: bytes) -> Iterator[bytes]:
        """Take bytes as they came; yield each payload that is now whole.

        Raises:
            ProtocolViolation: A length is 0 or over the limit.
        """
        if self._parts:
            data = self._join(data)
        start, end = 0, len(data)
        while end - start >= _HEADER:
            size = int.from_bytes(data[start : start + _HEADER], "little")
            _check(size)
            if end - start - _HEADER < size:
                break
            start += _HEADER + size
            yield data[start - size : start]
        if start < end:
            self._parts.append(data[start:])
            self._have = end - start

    def _join(self, data: bytes) -> bytes:
        """All bytes held, if they can hold a whole frame; else nothing, after keeping them.

        A frame of megabytes comes in pieces of 64 KiB: they are joined once, not at every piece.
        """
        self._parts.append(data)
        self._have += len(data)
        head = self._parts[0]
        if len(head) >= _HEADER and self._have < _HEADER + int.from_bytes(head[:_HEADER], "little"):
            return b""
        whole = b"".join(self._parts)
        self._parts.clear()
        self._have = 0
        return whole


def _check(size: int) -> None:
    if not 0 < size <= MAX_FRAME_BYTES:
        raise ProtocolViolation(
            f"a frame of {size} bytes was announced; 1 to {MAX_FRAME_BYTES} are allowed"
        )
