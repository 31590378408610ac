"""esbuild's packets: bytes ↔ values; no I/O (esbuild, `lib/shared/stdio_protocol.ts`).

::

    stream = version packet …
    packet = u32 length, u32 id × 2 + is_response, value
    value  = 0 | 1 bool | 2 u32 | 3 length text | 4 length bytes | 5 count value …
           | 6 count (length text value) …

All numbers are little-endian. The version at the beginning is a length and a text.
"""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, Final, NamedTuple, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

Value: TypeAlias = "bool | int | str | bytes | list[Value] | dict[str, Value] | None"

MAX_BYTES: Final = 256 * 1024 * 1024
"""The longest packet that is taken; a list of what a bundle was built from comes in one."""

_U32: Final = struct.Struct("<I")
_NONE: Final = 0
_BOOL: Final = 1
_INT: Final = 2
_TEXT: Final = 3
_BYTES: Final = 4
_LIST: Final = 5
_DICT: Final = 6


class Packet(NamedTuple):
    """A request, or the response to the request of that number."""

    id: int
    is_response: bool
    value: Value


def encode(packet: Packet) -> bytes:
    """Write a packet, its length included."""
    body = bytearray(_U32.pack(packet.id << 1 | packet.is_response))
    _write(body, packet.value)
    return _U32.pack(len(body)) + body


def decode(body: bytes) -> Packet:
    """Read a packet, without its length.

    Raises:
        ValueError: It is none.
    """
    try:
        number, value, end = *_U32.unpack_from(body), *_read(body, _U32.size)
    except (struct.error, IndexError, RecursionError) as error:
        raise ValueError(f"a packet of {len(body)} bytes that makes no sense") from error
    if end != len(body):
        raise ValueError(f"{len(body) - end} bytes too many in a packet")
    return Packet(number >> 1, bool(number & 1), value)


class Splitter:
    """Cuts a stream into packets."""

    def __init__(self) -> None:
        self._rest = bytearray()

    def feed(self, data: bytes) -> Iterator[bytes]:
        """Take what has come; yield what is whole, without the lengths.

        Raises:
            ValueError: A packet would be too long.
        """
        self._rest += data
        while len(self._rest) >= _U32.size:
            (length,) = _U32.unpack_from(self._rest)
            if length > MAX_BYTES:
                raise ValueError(f"a packet of {length} bytes")
            end = _U32.size + length
            if len(self._rest) < end:
                return
            body = bytes(self._rest[_U32.size : end])
            del self._rest[:end]
            yield body


def _write(out: bytearray, value: Value) -> None:
    match value:
        case None:
            out.append(_NONE)
        case bool():
            out += bytes((_BOOL, value))
        case int():
            out.append(_INT)
            out += _U32.pack(value)
        case str():
            out.append(_TEXT)
            _write_bytes(out, value.encode())
        case bytes():
            out.append(_BYTES)
            _write_bytes(out, value)
        case dict():
            out.append(_DICT)
            out += _U32.pack(len(value))
            for name, each in value.items():
                _write_bytes(out, name.encode())
                _write(out, each)
        case _:
            out.append(_LIST)
            out += _U32.pack(len(value))
            for each in value:
                _write(out, each)


def _write_bytes(out: bytearray, data: bytes) -> None:
    out += _U32.pack(len(data))
    out += data


def _read(body: bytes, at: int) -> tuple[Value, int]:
    kind, at = body[at], at + 1
    if kind == _NONE:
        return None, at
    if kind == _BOOL:
        return bool(body[at]), at + 1
    if kind == _INT:
        return _U32.unpack_from(body, at)[0], at + _U32.size
    reader = _READERS.get(kind)
    if reader is None:
        raise ValueError(f"a value of kind {kind}")
    return reader(body, at)


def _read_text(body: bytes, at: int) -> tuple[str, int]:
    data, at = _read_bytes(body, at)
    return data.decode(), at


def _read_bytes(body: bytes, at: int) -> tuple[bytes, int]:
    (length,) = _U32.unpack_from(body, at)
    start = at + _U32.size
    if start + length > len(body):
        raise IndexError(length)
    return body[start : start + length], start + length


def _read_list(body: bytes, at: int) -> tuple[list[Value], int]:
    (count,) = _U32.unpack_from(body, at)
    at += _U32.size
    values = []
    for _ in range(count):
        value, at = _read(body, at)
        values.append(value)
    return values, at


def _read_dict(body: bytes, at: int) -> tuple[dict[str, Value], int]:
    (count,) = _U32.unpack_from(body, at)
    at += _U32.size
    values = {}
    for _ in range(count):
        name, at = _read_bytes(body, at)
        values[name.decode()], at = _read(body, at)
    return values, at


_READERS: Final[Mapping[int, Callable[[bytes, int], tuple[Value, int]]]] = {
    _TEXT: _read_text,
    _BYTES: _read_bytes,
    _LIST: _read_list,
    _DICT: _read_dict,
}
