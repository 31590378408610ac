"""What is legal when, on the supervisor's side of one runner (PROTOCOL.md §4).

::

    BOOTING ──HELLO──▶ BOOTED ──send LOAD──▶ LOADING ──READY──▶ READY ⟲ invocations
       any ──violation, or ERROR with id 0 while LOADING──▶ FAILED

Inside READY each invocation has a stage of its own, until its one ending::

    send INVOKE ──▶ OPEN ──────────── RESULT (when it is wanted), VALUE, ERROR ──▶ ended
                     └──HEAD──▶ STREAMING ⟲ CHUNK ──────────────── END, ERROR ──▶ ended

One for which HOLD came before its ending is held from then on, until RELEASE comes after it.
"""

from __future__ import annotations

import json
from enum import Enum, IntEnum
from typing import TYPE_CHECKING, Any, Final, TypeAlias

import orjson

from polyfn.errors import ProtocolViolation
from polyfn.wire import frames
from polyfn.wire import messages as m

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from polyfn.wire.frames import Payload

FromRunner: TypeAlias = m.FromRunner


class Phase(Enum):
    """How far the conversation has come."""

    BOOTING = "booting"
    BOOTED = "booted"
    LOADING = "loading"
    READY = "ready"
    FAILED = "failed"


class Stage(IntEnum):
    """How far an invocation has come; one that has ended is not kept."""

    OPEN = 1
    OPEN_FOR_VALUE = 2
    STREAMING = 3
    ENDED = 4


_LEGAL: Final[dict[tuple[type[Any], Stage], Stage]] = {
    (m.Result, Stage.OPEN): Stage.ENDED,
    (m.Value, Stage.OPEN): Stage.ENDED,
    (m.Value, Stage.OPEN_FOR_VALUE): Stage.ENDED,
    (m.Head, Stage.OPEN): Stage.STREAMING,
    (m.Head, Stage.OPEN_FOR_VALUE): Stage.STREAMING,
    (m.Chunk, Stage.STREAMING): Stage.STREAMING,
    (m.End, Stage.STREAMING): Stage.ENDED,
    (m.Error, Stage.OPEN): Stage.ENDED,
    (m.Error, Stage.OPEN_FOR_VALUE): Stage.ENDED,
    (m.Error, Stage.STREAMING): Stage.ENDED,
}
"""What may come in which stage, and the stage that follows."""

_WHOLE_ANSWERS: Final = (m.Type.RESULT, m.Type.VALUE)
_OF_INVOCATION: Final = frozenset(kind for kind, _ in _LEGAL)


class Connection:
    """Feeds on bytes from a runner, yields its messages, and makes the bytes to send.

    Attributes:
        hello: What HELLO said; empty before it.
    """

    __slots__ = ("_held", "_last_id", "_reader", "_stages", "hello", "phase")

    def __init__(self) -> None:
        self._reader = frames.FrameReader()
        self._stages: dict[int, Stage] = {}
        self._held: set[int] = set()
        self._last_id = 0
        self.phase = Phase.BOOTING
        self.hello: Mapping[str, Any] = {}

    @property
    def open_ids(self) -> frozenset[int]:
        """The invocations that have no ending yet."""
        return frozenset(self._stages)

    @property
    def missing(self) -> int:
        """How many bytes of a whole answer, RESULT or VALUE, are still to come; else 0."""
        # The type stands behind the array's head, which is one byte in a short array.
        return self._reader.missing if self._reader.peek(1) in _WHOLE_ANSWERS else 0

    def receive(self, data: bytes) -> Iterable[FromRunner]:
        """Take bytes as they came; yield each message that is whole and legal.

        Nothing may be received until all that it yields has been taken.

        Raises:
            ProtocolViolation: What came is no frame, no message, or not legal now. The
                connection is then FAILED, and must be given up.
        """
        payload = self._reader.single(data)
        return self._all(data) if payload is None else (self._judged(payload),)

    def _all(self, data: bytes) -> Iterator[FromRunner]:
        try:
            for payload in self._reader.feed(data):
                yield self._judge(m.decode(payload))
        except ProtocolViolation:
            self.phase = Phase.FAILED
            raise

    def _judged(self, payload: Payload) -> FromRunner:
        try:
            return self._judge(m.decode(payload))
        except ProtocolViolation:
            self.phase = Phase.FAILED
            raise

    def load(self, spec: Mapping[str, Any]) -> bytes:
        """The bytes of LOAD; in values that are not Unicode, ``?`` stands for what is not."""
        self._expect(Phase.BOOTED, "LOAD")
        self.phase = Phase.LOADING
        return m.frame(m.Load(0, _json({"protocol": m.PROTOCOL_VERSION, **spec})))

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
        """Open an invocation; its id and the bytes of INVOKE.

        Raises:
            ProtocolViolation: It does not fit into a frame.
        """
        self._expect(Phase.READY, "INVOKE")
        number = self._last_id % m.MAX_UINT + 1
        frame = m.invoke_frame(
            number, request_id, remaining_ms, want, event, body_kind, body, extras
        )
        self._last_id = number
        self._stages[number] = Stage.OPEN if want else Stage.OPEN_FOR_VALUE
        return number, frame

    def cancel(self, number: int) -> bytes:
        """The bytes of CANCEL; none when the invocation has ended."""
        return m.frame(m.Cancel(number)) if number in self._stages else b""

    def drain(self) -> bytes:
        """The bytes of DRAIN."""
        return m.frame(m.Drain(0))

    def _judge(self, message: m.Message) -> FromRunner:
        kind = type(message)
        if message.id and kind in _OF_INVOCATION:
            self._judge_invocation(message.id, kind)
        elif kind is m.Hold or kind is m.Release:
            self._judge_hold(message.id, kind)
        elif kind is m.Log:
            if self.phase is Phase.BOOTING:
                raise ProtocolViolation("LOG came before HELLO")
        else:
            self._judge_lifecycle(message)
        return message  # type: ignore[return-value] # nothing else gets here

    def _judge_invocation(self, number: int, kind: type[Any]) -> None:
        stage = self._stages.get(number)
        if stage is None:
            raise ProtocolViolation(
                f"{_name(kind)} came for invocation {number}, which is not open"
            )
        following = _LEGAL.get((kind, stage))
        if following is None:
            told = stage.name.lower().replace("_", " ")
            raise ProtocolViolation(f"{_name(kind)} came for invocation {number}, which is {told}")
        if following is Stage.ENDED:
            del self._stages[number]
        else:
            self._stages[number] = following

    def _judge_hold(self, number: int, kind: type[Any]) -> None:
        is_open, is_held = number in self._stages, number in self._held
        if kind is m.Hold and is_open and not is_held:
            self._held.add(number)
        elif kind is m.Release and is_held and not is_open:
            self._held.remove(number)
        else:
            told = "held" if is_held else "not held"
            state = "open" if is_open else "not open"
            raise ProtocolViolation(
                f"{_name(kind)} came for invocation {number}, which is {state} and {told}"
            )

    def _judge_lifecycle(self, message: m.Message) -> None:
        match message, self.phase:
            case m.Hello(id=0), Phase.BOOTING:
                self.hello = json_object(message.info, "HELLO")
                _check_version(self.hello)
                self.phase = Phase.BOOTED
            case m.Ready(id=0), Phase.LOADING:
                self.phase = Phase.READY
            case m.Error(fatal=True), Phase.LOADING:
                self.phase = Phase.FAILED
            case m.Error(), Phase.READY:
                pass
            case m.Loaded(id=0), Phase.LOADING | Phase.READY:
                pass
            case _:
                raise ProtocolViolation(
                    f"{_name(type(message))} with id {message.id} came while the runner was "
                    f"{self.phase.value}"
                )

    def _expect(self, phase: Phase, what: str) -> None:
        if self.phase is not phase:
            raise RuntimeError(f"{what} is not to be sent while {self.phase.value}")


def json_object(data: bytes, what: str) -> Mapping[str, Any]:
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


def _check_version(hello: Mapping[str, Any]) -> None:
    version = hello.get("protocol")
    if version != m.PROTOCOL_VERSION:
        raise ProtocolViolation(
            f"the runner speaks protocol {version!r:.40}, polyfn speaks {m.PROTOCOL_VERSION}: "
            "install a runner and a polyfn of the same release"
        )


def _json(spec: Mapping[str, Any]) -> bytes:
    try:
        return orjson.dumps(spec)
    except orjson.JSONEncodeError:
        # Variables that are no UTF-8 come out of `os.environ` with half surrogates in them.
        return json.dumps(spec, ensure_ascii=False).encode("utf-8", "replace")


def _name(kind: type[Any]) -> str:
    return kind.__name__.upper()
