"""A function's call: what is delivered, what comes back, what it logs."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from datetime import datetime


class BodyKind(IntEnum):
    """What an event's body is, and how the runner puts it into the event."""

    RAW = 0
    """There is none beside the event: the event is handed over as it is."""
    TEXT = 1
    """UTF-8 bytes: ``body`` becomes a string, ``isBase64Encoded`` false."""
    BINARY = 2
    """Any bytes: ``body`` becomes base64, ``isBase64Encoded`` true."""


class Want(IntEnum):
    """The form in which a caller wants the result."""

    VALUE = 0
    """The handler's value as JSON."""
    HTTP = 1
    """A structured HTTP response where the value is one."""


class Invocation(NamedTuple):
    """One delivery of one event; a tuple, because one is made for every request.

    Attributes:
        event: JSON bytes; without ``body`` and ``isBase64Encoded`` unless ``body_kind`` is RAW.
        body: The raw body, beside the event.
        client_context: JSON bytes of Lambda's client context, or ``None``.
    """

    function: str
    request_id: str
    event: bytes
    timeout_s: float
    body: bytes = b""
    body_kind: BodyKind = BodyKind.RAW
    want: Want = Want.HTTP
    client_context: bytes | None = None
    trace_id: str | None = None


class Buffered(NamedTuple):
    """A whole HTTP response; ``body`` is base64 text when ``is_base64`` says so."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes
    is_base64: bool = False


class Value(NamedTuple):
    """A handler's value as JSON bytes, not yet judged."""

    json: bytes


@dataclass(frozen=True, slots=True)
class Streamed:
    """The head of a streamed response; iterating yields its chunks as they come.

    The iterator raises a `FunctionError` when the stream is cut, and must be closed
    (``aclose``) by whoever stops reading early.
    """

    status: int
    headers: tuple[tuple[str, str], ...]
    chunks: AsyncIterator[bytes]


Result: TypeAlias = Buffered | Value | Streamed


@dataclass(slots=True)
class Timing:
    """Where an invocation's time went, in seconds; filled in while it runs.

    Attributes:
        cold: Whether an instance was started for it; ``None`` until one takes it.
        stale: Whether a version older than what was saved last answers.
    """

    queue_s: float = 0.0
    init_s: float = 0.0
    run_s: float = 0.0
    cold: bool | None = None
    stale: bool = False


@dataclass(frozen=True, slots=True)
class LogLine:
    """One line a function, or a build, wrote.

    Attributes:
        time: When it arrived, UTC.
        stream: ``stdout`` or ``stderr``.
        level: ``trace``, ``debug``, ``info``, ``warn``, ``error``, ``fatal``, or empty: unknown.
        request_id: Empty outside an invocation.
    """

    time: datetime
    function: str
    instance: str
    request_id: str
    stream: str
    level: str
    text: str
