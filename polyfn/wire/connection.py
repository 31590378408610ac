"""What is legal when, on the supervisor's side of one runner (PROTOCOL.md §4).

::

    BOOTING ──HELLO──▶ BOOTED ──send LOAD──▶ LOADING ──READY──▶ READY ⟲ invocations
       any ──violation, or ERROR with id 0 while LOADING──▶ FAILED

Inside READY each invocation is ``open``, then perhaps ``streaming``, until its one ending.
"""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING, Final, TypeAlias

import orjson

from polyfn.errors import ProtocolViolation
from polyfn.wire import frames
from polyfn.wire import messages as m

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from polyfn.model import JSON


class Phase(Enum):
    """How far the conversation has come."""

    BOOTING = "booting"
    BOOTED = "booted"
    LOADING = "loading"
    READY = "ready"
    FAILED = "failed"


FromRunner: TypeAlias = (
    m.Hello | m.Ready | m.Result | m.Value | m.Head | m.Chunk | m.End | m.Error | m.Log
)
_FROM_RUNNER: Final = (
    m.Hello, m.Ready, m.Result, m.Value, m.Head, m.Chunk, m.End, m.Error, m.Log,
)  # fmt: skip
_STREAM_ONLY: Final = (m.Chunk, m.End)
_OPEN, _STREAMING = 1, 2


class Connection:
    """Feeds on bytes from a runner, yields its messages, and makes the bytes to send."""

    __slots__ = ("_invocations", "_last_id", "_reader", "hello", "phase")

    def __init__(self) -> None:
        self._reader = frames.FrameReader()
        self._invocations: dict[int, int] = {}
        self._last_id = 0
        self.phase = Phase.BOOTING
        self.hello: Mapping[str, JSON] = {}

    @property
    def open_ids(self) -> frozenset[int]:
        """The invocations that have no ending yet."""
        return frozenset(self._invocations)

    def receive(self, data: bytes) -> Iterator[FromRunner]:
        """Take bytes as they came; yield each message that is whole and legal.

        Raises:
            ProtocolViolation: What came is no frame, no message, or not legal now. The
                connection is then FAILED, and must be given up.
        """
        try:
            for payload in self._reader.feed(data):
                yield self._judge(m.decode(payload))
        except ProtocolViolation:
            self.phase = Phase.FAILED
            raise

    def load(self, spec: Mapping[str, JSON]) -> bytes:
        """The bytes of LOAD."""
        self._expect(Phase.BOOTED, "LOAD")
        self.phase = Phase.LOADING
        body = orjson.dumps({"protocol": m.PROTOCOL_VERSION, **spec})
        return _frame(m.Load(0, body))

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
    ) -> tuple[int, bytes]:
        """Open an invocation; its id and the bytes of INVOKE."""
        self._expect(Phase.READY, "INVOKE")
        number = self._last_id = self._last_id % (2**32 - 1) + 1
        message = m.Invoke(
            number, request_id, remaining_ms, want, event, body_kind, body, extras
        )
        encoded = _frame(message)
        self._invocations[number] = _OPEN
        return number, encoded

    def cancel(self, number: int) -> bytes:
        """The bytes of CANCEL; none when the invocation has ended."""
        return _frame(m.Cancel(number)) if number in self._invocations else b""

    def drain(self) -> bytes:
        """The bytes of DRAIN."""
        return _frame(m.Drain(0))

    def _judge(self, message: m.Message) -> FromRunner:
        if not isinstance(message, _FROM_RUNNER):
            raise ProtocolViolation(f"a runner may not send {type(message).__name__.upper()}")
        if isinstance(message, m.Log):
            return self._judge_log(message)
        if message.id == 0:
            self._judge_lifecycle(message)
        else:
            self._judge_invocation(message)
        return message

    def _judge_log(self, message: m.Log) -> m.Log:
        if self.phase is Phase.BOOTING:
            raise ProtocolViolation("LOG came before HELLO")
        if message.stream not in (1, 2):
            raise ProtocolViolation("LOG has a wrong 'stream'")
        return message

    def _judge_lifecycle(self, message: FromRunner) -> None:
        match message, self.phase:
            case m.Hello(), Phase.BOOTING:
                self.hello = json_object(message.info, "HELLO")
                _check_version(self.hello)
                self.phase = Phase.BOOTED
            case m.Ready(), Phase.LOADING:
                self.phase = Phase.READY
            case m.Error(), Phase.LOADING:
                self.phase = Phase.FAILED
            case m.Error(), Phase.READY:
                pass
            case _:
                name = type(message).__name__.upper()
                raise ProtocolViolation(f"{name} with id 0 came while {self.phase.value}")

    def _judge_invocation(self, message: FromRunner) -> None:
        state = self._invocations.get(message.id)
        kind = type(message)
        if state is None or kind in (m.Hello, m.Ready):
            raise ProtocolViolation(
                f"{kind.__name__.upper()} came for invocation {message.id}, which is not open"
            )
        if kind is not m.Error and (kind in _STREAM_ONLY) != (state == _STREAMING):
            when = "in the middle of a stream" if state == _STREAMING else "before HEAD"
            raise ProtocolViolation(f"{kind.__name__.upper()} came {when}")
        if kind is m.Head:
            self._invocations[message.id] = _STREAMING
        elif kind is not m.Chunk:
            del self._invocations[message.id]

    def _expect(self, phase: Phase, what: str) -> None:
        if self.phase is not phase:
            raise RuntimeError(f"{what} is not to be sent while {self.phase.value}")


def json_object(data: bytes, what: str) -> Mapping[str, JSON]:
    """Decode a JSON object out of a message.

    Raises:
        ProtocolViolation: It is no JSON, or no object.
    """
    try:
        value = orjson.loads(data)
    except orjson.JSONDecodeError as error:
        raise ProtocolViolation(f"{what} does not hold JSON: {error}") from error
    if not isinstance(value, dict):
        raise ProtocolViolation(f"{what} does not hold a JSON object")
    return value


def _check_version(hello: Mapping[str, JSON]) -> None:
    version = hello.get("protocol")
    if version != m.PROTOCOL_VERSION:
        raise ProtocolViolation(
            f"the runner speaks protocol {version!r}, polyfn speaks {m.PROTOCOL_VERSION}: "
            "install a runner and a polyfn of the same release"
        )


def _frame(message: m.Message) -> bytes:
    return frames.encode(m.encode(message))
