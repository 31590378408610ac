"""The part of MessagePack that frames use: arrays, unsigned integers, str, bin, nil, bool.

An array may hold arrays, these hold none: a message, with a list of strings in it.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

MAX_UINT = 0xFFFFFFFF
_BYTE = [bytes([number]) for number in range(256)]
_DEPTH = 2
_INT_SIZES = {0xCC: 1, 0xCD: 2, 0xCE: 4, 0xCF: 8, 0xD0: 1, 0xD1: 2, 0xD2: 4, 0xD3: 8}
_BLOB_SIZES = {0xC4: 1, 0xC5: 2, 0xC6: 4, 0xD9: 1, 0xDA: 2, 0xDB: 4}  # bin, then str
_ARRAY_SIZES = {0xDC: 2, 0xDD: 4}
_CONSTANTS = {0xC0: None, 0xC2: False, 0xC3: True}


class Malformed(ValueError):
    """The bytes are not one whole array of the allowed types."""


def pack(fields: list[Any]) -> bytes:
    """Encode an array, each part in its shortest form."""
    return b"".join(pack_parts(fields))


def pack_parts(fields: list[Any]) -> list[bytes]:
    """The same before its parts are joined."""
    parts: list[bytes] = []
    _pack_array(fields, parts)
    return parts


def unpack(data: bytes | memoryview, start: int, end: int) -> list[Any]:
    """Decode the array that fills ``data[start:end]``.

    A ``bin`` comes as the type of ``data``. Lengths need no check on the way: a slice beyond the
    end is short and moves the position past it, which the last comparison sees.

    Raises:
        Malformed: What is there is not one whole array of the allowed types.
    """
    try:
        count, position = _array_head(data, start)
        fields, position = _unpack_items(data, position, count, _DEPTH)
    except IndexError:
        raise Malformed("it ends in the middle") from None
    except UnicodeDecodeError as error:
        raise Malformed(f"a text is not UTF-8: {error}") from None
    if position != end:
        raise Malformed("it ends in the middle" if position > end else "bytes follow the array")
    return fields


def _pack_array(fields: list[Any], parts: list[bytes]) -> None:
    count = len(fields)
    parts.append(_BYTE[0x90 | count] if count < 16 else _head(count, 0xDC, 0xDD))
    for item in fields:
        kind = type(item)
        if kind is str:
            raw = item.encode()
            size = len(raw)
            parts.append(_BYTE[0xA0 | size] if size < 32 else _head(size, 0xDA, 0xDB, 0xD9))
            parts.append(raw)
        elif kind is int:
            parts.append(_BYTE[item] if item < 128 else _head(item, 0xCD, 0xCE, 0xCC))
        elif item is None:
            parts.append(b"\xc0")
        elif kind is bytes or kind is bytearray:
            parts.append(_head(len(item), 0xC5, 0xC6, 0xC4))
            parts.append(item)
        elif kind is bool:
            parts.append(b"\xc3" if item else b"\xc2")
        else:
            _pack_array(item, parts)


def _head(number: int, two: int, four: int, one: int | None = None) -> bytes:
    if one is not None and number < 0x100:
        return bytes((one, number))
    if number < 0x10000:
        return bytes((two, number >> 8, number & 0xFF))
    return bytes((four,)) + number.to_bytes(4, "big")


def _unpack_items(
    data: bytes | memoryview, position: int, count: int, depth: int
) -> tuple[list[Any], int]:
    items: list[Any] = []
    for _ in range(count):
        head = data[position]
        position += 1
        if head < 0x80:
            items.append(head)
        elif head in _BLOB_SIZES:
            start = position + _BLOB_SIZES[head]
            position = start + int.from_bytes(data[position:start], "big")
            blob = data[start:position]
            items.append(blob if head < 0xC7 else str(blob, "utf-8"))
        elif 0xA0 <= head <= 0xBF:
            start, position = position, position + (head & 0x1F)
            items.append(str(data[start:position], "utf-8"))
        elif head in _CONSTANTS:
            items.append(_CONSTANTS[head])
        elif head in _INT_SIZES:
            start, position = position, position + _INT_SIZES[head]
            items.append(_uint(int.from_bytes(data[start:position], "big", signed=head > 0xCF)))
        else:
            size, position = _array_head(data, position - 1)
            if depth == 1:
                raise Malformed("arrays nest too deeply")
            item, position = _unpack_items(data, position, size, depth - 1)
            items.append(item)
    return items, position


def _array_head(data: bytes | memoryview, start: int) -> tuple[int, int]:
    head = data[start]
    start += 1
    if 0x90 <= head <= 0x9F:
        return head & 0x0F, start
    size = _ARRAY_SIZES.get(head)
    if size is None:
        raise Malformed(f"byte 0x{head:02x} begins nothing that may stand there")
    return int.from_bytes(data[start : start + size], "big"), start + size


def _uint(number: int) -> int:
    if not 0 <= number <= MAX_UINT:
        raise Malformed(f"{number} is out of range")
    return number
