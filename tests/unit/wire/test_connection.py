"""What is legal when: every message in every phase and stage."""

from __future__ import annotations

import contextlib
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from polyfn.errors import ProtocolViolation
from polyfn.wire import messages as m
from polyfn.wire.connection import Connection, Phase, json_object
from tests.unit.wire.vectors import golden

HELLO = m.frame(m.Hello(0, b'{"protocol":1,"runtime":"test"}'))
READY = m.frame(m.Ready(0, b"{}"))
SAMPLES: list[m.Message] = [
    m.Load(0, b"{}"),
    m.Invoke(1, "r", 1, 1, b"{}", 0, None, None),
    m.Cancel(1),
    m.Drain(0),
    m.Hello(0, b'{"protocol":1}'),
    m.Hello(1, b'{"protocol":1}'),
    m.Ready(0, b"{}"),
    m.Ready(1, b"{}"),
    *(m.Result(number, 200, [], None, False) for number in (0, 1, 2)),
    *(m.Value(number, b"null") for number in (0, 1, 2)),
    *(m.Head(number, 200, []) for number in (0, 1, 2)),
    *(m.Chunk(number, b"x") for number in (0, 1, 2)),
    *(m.End(number) for number in (0, 1, 2)),
    *(m.Error(number, b"{}", fatal) for number in (0, 1, 2) for fatal in (True, False)),
    *(m.Log(number, 1, "", "x") for number in (0, 1, 2)),
    *(m.Loaded(number, ["/srv/a.js"]) for number in (0, 1)),
    *(m.Hold(number) for number in (0, 1, 2)),
    *(m.Release(number) for number in (0, 1, 2)),
]


def in_phase(phase: str) -> Connection:
    """A connection that has come so far; from ``open`` on invocation 1 is under way."""
    connection = Connection()
    if phase == "booting":
        return connection
    list(connection.receive(HELLO))
    if phase == "booted":
        return connection
    connection.load({})
    if phase == "failed":
        list(connection.receive(m.frame(m.Error(0, b"{}", True))))
    if phase in ("loading", "failed"):
        return connection
    list(connection.receive(READY))
    if phase == "ready":
        return connection
    invoke(connection, want=0 if phase == "open for value" else 1)
    if phase == "streaming":
        list(connection.receive(m.frame(m.Head(1, 200, []))))
    if phase in ("open and held", "held"):
        list(connection.receive(m.frame(m.Hold(1))))
    if phase == "held":
        list(connection.receive(m.frame(m.Value(1, b"1"))))
    return connection


def invoke(connection: Connection, *, want: int = 1, **changes: Any) -> tuple[int, bytes]:
    fields: dict[str, Any] = {
        "request_id": "r",
        "remaining_ms": 1,
        "event": b"{}",
        "body_kind": 0,
        "body": None,
        "extras": None,
    }
    return connection.invoke(want=want, **{**fields, **changes})


# Which messages are legal in which phase: type name and id, fatal errors with an exclamation mark.
LOGS = {"LOG 0", "LOG 1", "LOG 2"}
ERRORS = {"ERROR 0", "ERROR 0!", "ERROR 1", "ERROR 1!"}
LEGAL = {
    "booting": {"HELLO 0"},
    "booted": LOGS,
    "loading": {"READY 0", "ERROR 0!", "LOADED 0"} | LOGS,
    "failed": LOGS,
    "ready": {"ERROR 0", "ERROR 0!", "LOADED 0"} | LOGS,
    "open": {"RESULT 1", "VALUE 1", "HEAD 1", "LOADED 0", "HOLD 1"} | ERRORS | LOGS,
    "open for value": {"VALUE 1", "HEAD 1", "LOADED 0", "HOLD 1"} | ERRORS | LOGS,
    "streaming": {"CHUNK 1", "END 1", "LOADED 0", "HOLD 1"} | ERRORS | LOGS,
    "open and held": {"RESULT 1", "VALUE 1", "HEAD 1", "LOADED 0"} | ERRORS | LOGS,
    "held": {"RELEASE 1", "LOADED 0", "ERROR 0", "ERROR 0!"} | LOGS,
}


@pytest.mark.parametrize("phase", LEGAL)
@pytest.mark.parametrize("message", SAMPLES, ids=str)
def test_message_is_taken_where_it_is_legal_and_a_violation_elsewhere(
    phase: str, message: m.Message
) -> None:
    connection = in_phase(phase)
    told = f"{type(message).__name__.upper()} {message.id}"
    told += "!" if isinstance(message, m.Error) and message.fatal else ""
    if told in LEGAL[phase]:
        assert list(connection.receive(m.frame(message))) == [message]
        return
    with pytest.raises(ProtocolViolation) as caught:
        list(connection.receive(m.frame(message)))
    assert type(message).__name__.upper() in str(caught.value)
    assert connection.phase is Phase.FAILED


@pytest.mark.parametrize("phase", ["open", "open for value"])
@pytest.mark.parametrize("ending", [m.Value(1, b"1"), m.Error(1, b"{}", False)])
def test_ending_closes_the_invocation(phase: str, ending: m.Message) -> None:
    connection = in_phase(phase)
    assert connection.open_ids == {1}
    list(connection.receive(m.frame(ending)))
    assert connection.open_ids == frozenset()
    with pytest.raises(ProtocolViolation, match="invocation 1, which is not open"):
        list(connection.receive(m.frame(ending)))


@pytest.mark.parametrize("ending", [m.End(1), m.Error(1, b"{}", False)])
def test_stream_goes_on_until_its_one_ending(ending: m.Message) -> None:
    connection = in_phase("streaming")
    chunk = m.Chunk(1, b"x")
    assert list(connection.receive(m.frame(chunk) * 3)) == [chunk] * 3
    assert connection.open_ids == {1}
    list(connection.receive(m.frame(ending)))
    assert connection.open_ids == frozenset()
    with pytest.raises(ProtocolViolation):
        list(connection.receive(m.frame(chunk)))


def test_invocation_is_held_until_its_release_and_no_longer() -> None:
    connection = in_phase("held")
    assert connection.open_ids == frozenset()
    assert list(connection.receive(m.frame(m.Release(1)))) == [m.Release(1)]
    with pytest.raises(ProtocolViolation, match="RELEASE came for invocation 1, which is not open"):
        list(connection.receive(m.frame(m.Release(1))))


def test_invocations_are_told_apart_by_their_ids() -> None:
    connection = in_phase("ready")
    first, frame = invoke(connection)
    second, _ = invoke(connection, want=0)
    assert (first, second) == (1, 2)
    assert frame == m.frame(m.Invoke(1, "r", 1, 1, b"{}", 0, None, None))
    list(connection.receive(m.frame(m.Head(1, 200, [])) + m.frame(m.Value(2, b"1"))))
    assert connection.open_ids == {1}
    with pytest.raises(ProtocolViolation, match="invocation 1, which is streaming"):
        list(connection.receive(m.frame(m.Result(1, 200, [], None, False))))


def test_result_that_was_not_asked_for_is_a_violation() -> None:
    connection = in_phase("open for value")
    with pytest.raises(ProtocolViolation, match="which is open for value"):
        list(connection.receive(m.frame(m.Result(1, 200, [], None, False))))


def test_ids_begin_again_after_the_last() -> None:
    connection = in_phase("ready")
    connection._last_id = m.MAX_UINT - 1
    assert [invoke(connection)[0] for _ in range(2)] == [m.MAX_UINT, 1]


def test_invocation_that_does_not_fit_into_a_frame_is_not_open() -> None:
    connection = in_phase("ready")
    with pytest.raises(ProtocolViolation):
        invoke(connection, event=bytes(64 * 1024 * 1024))
    assert connection.open_ids == frozenset()
    assert invoke(connection)[0] == 1


def test_cancel_is_sent_while_the_invocation_is_open() -> None:
    connection = in_phase("streaming")
    assert connection.cancel(1) == m.frame(m.Cancel(1))
    list(connection.receive(m.frame(m.End(1))))
    assert connection.cancel(1) == b""


def test_drain_is_drain() -> None:
    assert Connection().drain() == golden()["drain"][1]


@pytest.mark.parametrize("phase", ["booting", "loading", "ready", "failed"])
def test_load_is_sent_once_after_hello(phase: str) -> None:
    with pytest.raises(RuntimeError, match="LOAD is not to be sent while"):
        in_phase(phase).load({})


@pytest.mark.parametrize("phase", ["booting", "booted", "loading", "failed"])
def test_invoke_is_sent_to_a_runner_that_is_ready(phase: str) -> None:
    with pytest.raises(RuntimeError, match="INVOKE is not to be sent while"):
        invoke(in_phase(phase))


def test_load_says_the_protocol_and_the_spec() -> None:
    frame = in_phase("booted").load({"function": "hello", "env": {"A": "ü"}})
    load = m.decode(frame[4:])
    assert isinstance(load, m.Load)
    assert orjson.loads(load.spec) == {"protocol": 1, "function": "hello", "env": {"A": "ü"}}


def test_variable_that_is_not_utf8_does_not_stop_the_load() -> None:
    bad = b"x\xffy".decode("utf-8", "surrogateescape")  # as `os.environ` has it
    frame = in_phase("booted").load({"env": {"GOOD": "ü", "BAD": bad}})
    load = m.decode(frame[4:])
    assert isinstance(load, m.Load)
    assert orjson.loads(load.spec)["env"] == {"GOOD": "ü", "BAD": "x?y"}


def test_hello_is_kept() -> None:
    assert in_phase("booted").hello == {"protocol": 1, "runtime": "test"}
    assert in_phase("booting").hello == {}


@pytest.mark.parametrize(
    ("info", "reason"),
    [
        (b"", "HELLO does not hold JSON"),
        (b"[]", "HELLO does not hold a JSON object"),
        (b"{}", "the runner speaks protocol None, polyfn speaks 1"),
        (b'{"protocol":2}', "the runner speaks protocol 2, polyfn speaks 1"),
        (b'{"protocol":"1"}', "the runner speaks protocol '1', polyfn speaks 1"),
    ],
)
def test_hello_that_cannot_be_understood_is_a_violation(info: bytes, reason: str) -> None:
    with pytest.raises(ProtocolViolation, match=reason):
        list(Connection().receive(m.frame(m.Hello(0, info))))


def test_legal_messages_before_a_violation_are_yielded() -> None:
    connection = in_phase("open")
    log = m.Log(1, 1, "", "last words")
    received = iter(connection.receive(m.frame(log) + m.frame(m.End(1))))
    assert next(received) == log
    with pytest.raises(ProtocolViolation):
        next(received)
    assert connection.phase is Phase.FAILED


@pytest.mark.parametrize("phase", LEGAL)
@given(data=st.binary(max_size=100))
def test_hostile_bytes_are_a_violation_or_wait_for_more(phase: str, data: bytes) -> None:
    with contextlib.suppress(ProtocolViolation):
        list(in_phase(phase).receive(data))


@given(st.lists(st.sampled_from(SAMPLES), max_size=30), st.integers(1, 40))
def test_any_conversation_ends_in_a_violation_or_keeps_the_books(
    messages: list[m.Message], cut: int
) -> None:
    connection = in_phase("open")
    invoke(connection)
    stream = b"".join(map(m.frame, messages))
    open_ids = {1, 2}
    try:
        for start in range(0, len(stream), cut):
            for message in connection.receive(stream[start : start + cut]):
                if isinstance(message, m.Result | m.Value | m.End | m.Error):
                    open_ids -= {message.id}
    except ProtocolViolation:
        assert connection.phase is Phase.FAILED
    assert connection.open_ids <= open_ids


def test_json_that_a_message_holds_must_be_an_object() -> None:
    assert json_object(b'{"a": 1}', "READY") == {"a": 1}
    for wrong in (b"", b"1", b"\xff", b"[{}]"):
        with pytest.raises(ProtocolViolation, match="READY does not hold"):
            json_object(wrong, "READY")
