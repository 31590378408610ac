"""Messages: the typed meaning of a frame's payload (PROTOCOL.md §3).

Each class lists its fields in the order in which they stand in the array, after type and id.
"""

from __future__ import annotations

from enum import IntEnum
from itertools import product
from typing import TYPE_CHECKING, Any, Final, NamedTuple, TypeAlias

import msgpack  # type: ignore[import-untyped] # the wheel has no stubs

from polyfn.errors import ProtocolViolation
from polyfn.wire import frames

if TYPE_CHECKING:
    from collections.abc import Callable

    from polyfn.wire.frames import Payload

PROTOCOL_VERSION = 1
MAX_REQUEST_ID_BYTES = 128
MAX_LOG_TEXT_BYTES = 262_144
MAX_LIST = 4096
"""Strings in a list. Without a limit, arrays nested in each other could claim all memory."""
MAX_UINT = 2**32 - 1
LOG_LEVELS: Final = frozenset({"", "trace", "debug", "info", "warn", "error", "fatal"})
_LONG_BODY = 65_536


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
    LOADED = 25
    HOLD = 26
    RELEASE = 27


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
    """A whole HTTP response; ``headers`` is flat: a name, its value, a name, its value."""

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


class Loaded(NamedTuple):
    """Files that the function was loaded from, as far as they were not named before."""

    id: int
    files: list[str]


class Hold(NamedTuple):
    """The runner goes on with this invocation after its ending."""

    id: int


class Release(NamedTuple):
    """It is done with what it held."""

    id: int


ToRunner: TypeAlias = Load | Invoke | Cancel | Drain
FromRunner: TypeAlias = (
    Hello | Ready | Result | Value | Head | Chunk | End | Error | Log | Loaded | Hold | Release
)
Message: TypeAlias = ToRunner | FromRunner


def _headers(fields: list[Any]) -> str | None:
    headers = fields[3]
    return "headers" if len(headers) % 2 or not _are_strings(headers) else None


def _chunk(fields: list[Any]) -> str | None:
    return None if fields[2] else "data"


def _log(fields: list[Any]) -> str | None:
    if fields[2] not in (1, 2):
        return "stream"
    return None if fields[3] in LOG_LEVELS else "level"


def _loaded(fields: list[Any]) -> str | None:
    return None if _are_strings(fields[2]) else "files"


def _are_strings(items: list[Any]) -> bool:
    try:
        "".join(items)  # the quickest way to see that all of them are str
    except TypeError:
        return False
    return True


class _Kind:
    """What a message's array must look like.

    Attributes:
        fields: Which types each field may have, type and id included.
        shapes: All right rows of types: one look-up judges them together, quicker than a call for
            each field would.
        uints: Positions of the numbers after the type.
        check: Names the field whose value is wrong, if one is.
    """

    __slots__ = ("check", "fields", "message", "shapes", "uints")

    def __init__(
        self,
        message: type[Any],
        *fields: tuple[type, ...],
        check: Callable[[list[Any]], str | None] | None = None,
    ) -> None:
        self.message = message
        self.fields = (_UINT, _UINT, *fields)
        self.shapes = frozenset(product(*self.fields))
        self.uints = tuple(at for at, types in enumerate(self.fields) if types == _UINT and at)
        self.check = check


_UINT, _STR, _BIN, _BOOL, _LIST = (int,), (str,), (bytes,), (bool,), (list,)
_MAYBE_BIN = (bytes, type(None))

_KINDS: Final[dict[int, _Kind]] = {
    Type.LOAD: _Kind(Load, _BIN),
    Type.INVOKE: _Kind(Invoke, _STR, _UINT, _UINT, _BIN, _UINT, _MAYBE_BIN, _MAYBE_BIN),
    Type.CANCEL: _Kind(Cancel),
    Type.DRAIN: _Kind(Drain),
    Type.HELLO: _Kind(Hello, _BIN),
    Type.READY: _Kind(Ready, _BIN),
    Type.RESULT: _Kind(Result, _UINT, _LIST, _MAYBE_BIN, _BOOL, check=_headers),
    Type.VALUE: _Kind(Value, _BIN),
    Type.HEAD: _Kind(Head, _UINT, _LIST, check=_headers),
    Type.CHUNK: _Kind(Chunk, _BIN, check=_chunk),
    Type.END: _Kind(End),
    Type.ERROR: _Kind(Error, _BIN, _BOOL),
    Type.LOG: _Kind(Log, _UINT, _STR, _STR, check=_log),
    Type.LOADED: _Kind(Loaded, _LIST, check=_loaded),
    Type.HOLD: _Kind(Hold),
    Type.RELEASE: _Kind(Release),
}
_TYPES: Final[dict[type[Any], int]] = {kind.message: int(number) for number, kind in _KINDS.items()}

_INVOKE: Final = int(Type.INVOKE)

_pack: Final[Callable[[object], bytes]] = msgpack.Packer(use_bin_type=True, autoreset=True).pack


def encode(message: Message) -> bytes:
    """Turn a message into a frame's payload."""
    return _pack([_TYPES[type(message)], *message])


def frame(message: Message) -> bytes:
    """Turn a message into a whole frame.

    Raises:
        ProtocolViolation: It is over `frames.MAX_FRAME_BYTES`.
    """
    if type(message) is Invoke:
        return invoke_frame(*message)
    return frames.encode(encode(message))


def invoke_frame(
    number: int,
    request_id: str,
    remaining_ms: int,
    want: int,
    event: bytes,
    body_kind: int,
    body: bytes | None,
    extras: bytes | None,
) -> bytes:
    """The whole frame of an `Invoke`, which need not be made for it.

    Raises:
        ProtocolViolation: It is over `frames.MAX_FRAME_BYTES`.
    """
    fields = (number, request_id, remaining_ms, want, event, body_kind, body, extras)
    if body is not None and len(body) > _LONG_BODY:
        return _frame_of_long_invoke(Invoke(*fields))
    return frames.encode(_pack((_INVOKE, *fields)))


def decode(payload: Payload) -> Message:
    """Turn a frame's payload into a message, trusting nothing in it.

    Raises:
        ProtocolViolation: It is not one whole MessagePack array of a known type, or one of its
            fields has the wrong kind.
    """
    try:
        fields = msgpack.unpackb(
            payload, raw=False, max_array_len=MAX_LIST, max_map_len=0, max_ext_len=0
        )
    except (ValueError, msgpack.UnpackException, RecursionError, MemoryError) as error:
        raise ProtocolViolation(f"a frame is not MessagePack: {error!r:.200}") from error
    if type(fields) is not list or len(fields) < 2:
        raise ProtocolViolation("a message must be an array that begins with a type and an id")
    kind = _KINDS.get(fields[0]) if type(fields[0]) is int else None
    if kind is None:
        raise ProtocolViolation(f"unknown message type {fields[0]!r:.40}")
    if tuple(map(type, fields)) not in kind.shapes:
        raise ProtocolViolation(_wrong_shape(kind, fields))
    for position in kind.uints:
        if not 0 <= fields[position] <= MAX_UINT:
            raise ProtocolViolation(_wrong(kind, position))
    if kind.check is not None and (name := kind.check(fields)):
        raise ProtocolViolation(f"{_name(kind)} has a wrong {name!r}")
    message: Message = tuple.__new__(kind.message, fields[1:])
    return message


def _frame_of_long_invoke(message: Invoke) -> bytes:
    """INVOKE with its body copied once, where packing all of it together copies it three times."""
    body = message.body or b""
    before = b"".join(map(_pack, message[:6]))
    after = _pack(message.extras)
    # An array of nine that begins with INVOKE's number; and the head of a bin with a u32 length.
    parts = (b"\x99\x02", before, b"\xc6", len(body).to_bytes(4, "big"), body, after)
    return b"".join((frames.header(sum(map(len, parts))), *parts))


def _wrong_shape(kind: _Kind, fields: list[Any]) -> str:
    """Say what is wrong with a message whose types are."""
    if len(fields) != len(kind.fields):
        return (
            f"{_name(kind)} has {len(kind.fields) - 2} fields after its id, "
            f"but {len(fields) - 2} came"
        )
    rows = enumerate(zip(fields, kind.fields, strict=True))
    return _wrong(kind, next(at for at, (field, types) in rows if type(field) not in types))


def _wrong(kind: _Kind, position: int) -> str:
    return f"{_name(kind)} has a wrong {kind.message._fields[position - 1]!r}"


def _name(kind: _Kind) -> str:
    return str(kind.message.__name__).upper()
