"""Messages: the meaning of a frame's array, both ways (`runners/PROTOCOL.md` §3).

A message is the plain list ``[type, id, field …]``; this file knows which fields are right.
"""

from __future__ import annotations

from polyfn_runner import msgpack

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

MAX_FRAME_BYTES = 64 * 1024 * 1024
MAX_LOG_TEXT_BYTES = 262_144
MAX_LIST = 4096
HEADER = 4

LOAD, INVOKE, CANCEL, DRAIN = 1, 2, 3, 4
HELLO, READY, RESULT, VALUE, HEAD, CHUNK, END, ERROR, LOG = 16, 17, 18, 19, 20, 21, 22, 23, 24
LOADED, HOLD, RELEASE = 25, 26, 27

RAW, TEXT, BINARY = 0, 1, 2

_BINARY = (bytes, bytearray, memoryview)


class Violation(Exception):
    """The supervisor sent what the protocol does not allow."""


class TooLong(Exception):
    """What the function wants sent does not fit into a frame."""


def frame(kind: int, number: int, *fields: Any) -> bytes:
    """The bytes of one frame: the length, then the message.

    Raises:
        TooLong: It would be longer than a frame may be.
        UnicodeEncodeError: A text holds half a surrogate pair.
    """
    parts = msgpack.pack_parts([kind, number, *fields])
    size = sum(map(len, parts))
    if size > MAX_FRAME_BYTES:
        raise TooLong(f"{size} bytes do not fit into one frame, which holds {MAX_FRAME_BYTES}")
    return b"".join((size.to_bytes(HEADER, "little"), *parts))


def check_size(size: int) -> None:
    """Judge a frame's announced length before anything is kept for it.

    Raises:
        Violation: It is 0, or over the limit.
    """
    if not 0 < size <= MAX_FRAME_BYTES:
        raise Violation(f"a frame of {size} bytes was announced; 1 to {MAX_FRAME_BYTES} may come")


def decode(data: bytes | memoryview, start: int, end: int) -> list[Any]:
    """The message that fills ``data[start:end]``, its fields checked.

    Raises:
        Violation: It is no message that a runner may get.
    """
    try:
        message = msgpack.unpack(data, start, end)
    except msgpack.Malformed as error:
        raise Violation(f"a frame is not a MessagePack message: {error}") from None
    kind = message[0] if message else None
    check = _CHECKS.get(kind) if type(kind) is int else None
    if check is None:
        raise Violation(f"unknown message type {kind!r:.40}")
    if not check(message):
        raise Violation(f"{check.__name__.strip('_').upper()} has a wrong id, or wrong fields")
    return message


def _load(message: list[Any]) -> bool:
    return len(message) == 3 and _is_zero(message[1]) and type(message[2]) in _BINARY


def _invoke(message: list[Any]) -> bool:
    if len(message) != 9:
        return False
    _, number, request_id, remaining_ms, want, event, body_kind, body, extras = message
    return (
        type(number) is int
        and number > 0
        and type(request_id) is str
        and type(remaining_ms) is int
        and type(want) is int
        and want <= 1
        and type(event) in _BINARY
        and type(body_kind) is int
        and (body is None if body_kind == RAW else type(body) in _BINARY and body_kind <= BINARY)
        and (extras is None or type(extras) in _BINARY)
    )


def _cancel(message: list[Any]) -> bool:
    return len(message) == 2 and type(message[1]) is int and message[1] > 0


def _drain(message: list[Any]) -> bool:
    return len(message) == 2 and _is_zero(message[1])


def _is_zero(number: Any) -> bool:
    return type(number) is int and number == 0


_CHECKS = {LOAD: _load, INVOKE: _invoke, CANCEL: _cancel, DRAIN: _drain}
