"""Messages: the typed meaning of a frame's payload (PROTOCOL.md §3).

Each class lists its fields in the order in which they stand in the array, after type and id.
"""

from __future__ import annotations

from enum import IntEnum
from typing import Any, Final, NamedTuple, TypeAlias

import msgpack

from polyfn.errors import ProtocolViolation

PROTOCOL_VERSION = 1
MAX_REQUEST_ID_BYTES = 128
MAX_LOG_TEXT_BYTES = 262_144
LOG_LEVELS: Final = frozenset({"", "trace", "debug", "info", "warn", "error", "fatal"})
_MAX_UINT = 2**32 - 1


class Type(IntEnum):
    """The number that stands first in every message."""

    LOAD = 1
    INVOKE = 2
    CANCEL = 3
    DRAIN = 4
    HELLO = 16
    READY = 17
    RESULT = 18
    VALUE = 19
    HEAD = 20
    CHUNK = 21
    END = 22
    ERROR = 23
    LOG = 24


class Load(NamedTuple):
    """Load this function; ``spec`` is a JSON object."""

    id: int
    spec: bytes


class Invoke(NamedTuple):
    """Call the handler."""

    id: int
    request_id: str
    remaining_ms: int
    want: int
    event: bytes
    body_kind: int
    body: bytes | None
    extras: bytes | None


class Cancel(NamedTuple):
    """Nobody reads this invocation's stream any more."""

    id: int


class Drain(NamedTuple):
    """Finish what runs, then exit."""

    id: int


class Hello(NamedTuple):
    """The runner has booted; ``info`` is a JSON object."""

    id: int
    info: bytes


class Ready(NamedTuple):
    """The function is loaded; ``info`` is a JSON object."""

    id: int
    info: bytes


class Result(NamedTuple):
    """A whole HTTP response; ``headers`` is flat: name, value, name, value …"""

    id: int
    status: int
    headers: list[str]
    body: bytes | None
    is_base64: bool


class Value(NamedTuple):
    """Any other value, as JSON."""

    id: int
    value: bytes


class Head(NamedTuple):
    """A streamed response begins."""

    id: int
    status: int
    headers: list[str]


class Chunk(NamedTuple):
    """The next bytes of a streamed response."""

    id: int
    data: bytes


class End(NamedTuple):
    """A streamed response is whole."""

    id: int


class Error(NamedTuple):
    """The invocation failed, or with id 0 the runner did; ``error`` is a JSON object."""

    id: int
    error: bytes
    fatal: bool


class Log(NamedTuple):
    """One log line, or several; ``stream`` is 1 or 2."""

    id: int
    stream: int
    level: str
    text: str


Message: TypeAlias = (
    Load | Invoke | Cancel | Drain | Hello | Ready | Result | Value | Head | Chunk | End | Error | Log
)


def _uint(value: object) -> bool:
    return type(value) is int and 0 <= value <= _MAX_UINT


def _str(value: object) -> bool:
    return type(value) is str


def _bin(value: object) -> bool:
    return type(value) is bytes


def _some_bin(value: object) -> bool:
    return type(value) is bytes and len(value) > 0


def _maybe_bin(value: object) -> bool:
    return value is None or type(value) is bytes


def _bool(value: object) -> bool:
    return type(value) is bool


def _headers(value: object) -> bool:
    return (
        type(value) is list and len(value) % 2 == 0 and all(type(each) is str for each in value)
    )


def _level(value: object) -> bool:
    return type(value) is str and value in LOG_LEVELS


_KINDS: Final[dict[int, tuple[type[Any], tuple[Any, ...]]]] = {
    Type.LOAD: (Load, (_bin,)),
    Type.INVOKE: (Invoke, (_str, _uint, _uint, _bin, _uint, _maybe_bin, _maybe_bin)),
    Type.CANCEL: (Cancel, ()),
    Type.DRAIN: (Drain, ()),
    Type.HELLO: (Hello, (_bin,)),
    Type.READY: (Ready, (_bin,)),
    Type.RESULT: (Result, (_uint, _headers, _maybe_bin, _bool)),
    Type.VALUE: (Value, (_bin,)),
    Type.HEAD: (Head, (_uint, _headers)),
    Type.CHUNK: (Chunk, (_some_bin,)),
    Type.END: (End, ()),
    Type.ERROR: (Error, (_bin, _bool)),
    Type.LOG: (Log, (_uint, _level, _str)),
}
_TYPES: Final[dict[type[Any], Type]] = {kind: Type(number) for number, (kind, _) in _KINDS.items()}

_pack = msgpack.Packer(use_bin_type=True, autoreset=True).pack


def encode(message: Message) -> bytes:
    """Turn a message into a frame's payload."""
    return _pack([_TYPES[type(message)], *message])


def decode(payload: bytes) -> Message:
    """Turn a frame's payload into a message, trusting nothing in it.

    Raises:
        ProtocolViolation: It is not one whole MessagePack array of a known type, or one of its
            fields has the wrong kind.
    """
    fields = _unpack(payload)
    if type(fields) is not list or len(fields) < 2:
        raise ProtocolViolation("a message must be an array that begins with a type and an id")
    number = fields[0]
    entry = _KINDS.get(number) if type(number) is int else None
    if entry is None:
        raise ProtocolViolation(f"unknown message type {number!r:.40}")
    kind, checks = entry
    if len(fields) != len(checks) + 2 or not _uint(fields[1]):
        raise ProtocolViolation(
            f"{Type(number).name} needs a numeric id and {len(checks)} more fields, "
            f"but {len(fields) - 2} came"
        )
    for position, check in enumerate(checks, start=2):
        if not check(fields[position]):
            name = kind._fields[position - 1]
            raise ProtocolViolation(f"{Type(number).name} has a wrong {name!r}")
    message: Message = kind._make(fields[1:])
    return message


def _unpack(payload: bytes) -> object:
    try:
        return msgpack.unpackb(
            payload, raw=False, strict_map_key=True, max_map_len=0, max_ext_len=0
        )
    except (ValueError, msgpack.UnpackException, RecursionError) as error:
        raise ProtocolViolation(f"a frame is not MessagePack: {error}") from error
