"""Messages: byte-exact with the golden frames, and nothing hostile gets through."""

from __future__ import annotations

import tracemalloc
from typing import Any

import msgpack  # type: ignore[import-untyped] # the wheel has no stubs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from polyfn.errors import ProtocolViolation
from polyfn.wire import frames
from polyfn.wire import messages as m
from tests.unit.wire.vectors import golden, invalid

UINTS = st.integers(0, m.MAX_UINT)
BYTES = st.binary(max_size=200)
HEADERS = st.lists(st.tuples(st.text(), st.text()), max_size=20).map(
    lambda pairs: [part for pair in pairs for part in pair]
)
MESSAGES = st.one_of(
    st.builds(m.Load, UINTS, BYTES),
    st.builds(
        m.Invoke, UINTS, st.text(), UINTS, UINTS, BYTES, UINTS, st.none() | BYTES, st.none() | BYTES
    ),
    st.builds(m.Cancel, UINTS),
    st.builds(m.Drain, UINTS),
    st.builds(m.Hello, UINTS, BYTES),
    st.builds(m.Ready, UINTS, BYTES),
    st.builds(m.Result, UINTS, UINTS, HEADERS, st.none() | BYTES, st.booleans()),
    st.builds(m.Value, UINTS, BYTES),
    st.builds(m.Head, UINTS, UINTS, HEADERS),
    st.builds(m.Chunk, UINTS, st.binary(min_size=1)),
    st.builds(m.End, UINTS),
    st.builds(m.Error, UINTS, BYTES, st.booleans()),
    st.builds(m.Log, UINTS, st.sampled_from([1, 2]), st.sampled_from([*m.LOG_LEVELS]), st.text()),
    st.builds(m.Loaded, UINTS, st.lists(st.text(), max_size=20)),
    st.builds(m.Hold, UINTS),
    st.builds(m.Release, UINTS),
)
JUNK: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**64 - 1) | st.floats() | st.text() | BYTES,
    lambda inner: st.lists(inner, max_size=9) | st.dictionaries(st.text(), inner, max_size=3),
)


@pytest.mark.parametrize("name", golden())
def test_golden_message_is_byte_exact_both_ways(name: str) -> None:
    message, frame = golden()[name]
    assert m.frame(message) == frame
    assert m.encode(message) == frame[4:]
    decoded = m.decode(frame[4:])
    assert decoded == message
    assert type(decoded) is type(message)
    assert m.decode(memoryview(frame)[4:]) == message


@pytest.mark.parametrize("name", invalid())
def test_invalid_payload_is_refused(name: str) -> None:
    with pytest.raises(ProtocolViolation):
        m.decode(invalid()[name])


@given(MESSAGES)
def test_message_comes_back_as_it_was(message: m.Message) -> None:
    decoded = m.decode(m.encode(message))
    assert decoded == message
    assert type(decoded) is type(message)
    assert m.frame(message) == frames.encode(m.encode(message))


@given(st.binary(max_size=300))
def test_hostile_bytes_are_a_message_or_a_violation_and_nothing_else(data: bytes) -> None:
    _decode_or_refuse(data)


@given(st.lists(JUNK, max_size=10) | JUNK)
def test_hostile_messagepack_is_a_message_or_a_violation_and_nothing_else(value: Any) -> None:
    _decode_or_refuse(msgpack.packb(value))


@given(MESSAGES, st.data())
def test_message_with_a_byte_changed_is_a_message_or_a_violation(
    message: m.Message, data: st.DataObject
) -> None:
    payload = bytearray(m.encode(message))
    at = data.draw(st.integers(0, len(payload) - 1))
    payload[at] = data.draw(st.integers(0, 255))
    _decode_or_refuse(bytes(payload))


def _decode_or_refuse(data: bytes) -> None:
    try:
        message = m.decode(data)
    except ProtocolViolation:
        return
    assert m.decode(m.encode(message)) == message


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ([], "an array that begins with a type and an id"),
        ([18], "an array that begins with a type and an id"),
        (18, "an array that begins with a type and an id"),
        (["18", 1], "unknown message type '18'"),
        ([True, 1], "unknown message type True"),
        ([99, 1], "unknown message type 99"),
        ([22, -1], "END has a wrong 'id'"),
        ([22, 2**32], "END has a wrong 'id'"),
        ([22, True], "END has a wrong 'id'"),
        ([22, 1, 1], "END has 0 fields after its id, but 1 came"),
        ([18, 1], "RESULT has 4 fields after its id, but 0 came"),
        ([18, 1, "200", [], None, False], "RESULT has a wrong 'status'"),
        ([18, 1, -200, [], None, False], "RESULT has a wrong 'status'"),
        ([18, 1, 200, ["a"], None, False], "RESULT has a wrong 'headers'"),
        ([18, 1, 200, ["a", 1], None, False], "RESULT has a wrong 'headers'"),
        ([18, 1, 200, ["a", ["b"]], None, False], "RESULT has a wrong 'headers'"),
        ([18, 1, 200, None, None, False], "RESULT has a wrong 'headers'"),
        ([18, 1, 200, [], "text", False], "RESULT has a wrong 'body'"),
        ([18, 1, 200, [], b"", 1], "RESULT has a wrong 'is_base64'"),
        ([18, 1, 200, [], b"", None], "RESULT has a wrong 'is_base64'"),
        ([20, 1, 200, ["a"]], "HEAD has a wrong 'headers'"),
        ([21, 1, b""], "CHUNK has a wrong 'data'"),
        ([24, 1, 3, "", "x"], "LOG has a wrong 'stream'"),
        ([24, 1, 1, "loud", "x"], "LOG has a wrong 'level'"),
        ([24, 1, 1, "", b"x"], "LOG has a wrong 'text'"),
        ([24, 1, 1, "", {}], "LOG has a wrong 'text'"),
        ([25, 0, "/srv/a.js"], "LOADED has a wrong 'files'"),
        ([25, 0, ["/srv/a.js", 1]], "LOADED has a wrong 'files'"),
        ([25, 0, [["/srv/a.js"]]], "LOADED has a wrong 'files'"),
        ([25, 0], "LOADED has 1 fields after its id, but 0 came"),
        ([23, 1, b"{}", 0], "ERROR has a wrong 'fatal'"),
        ([19, 1, "null"], "VALUE has a wrong 'value'"),
    ],
)
def test_violation_names_what_is_wrong(fields: Any, reason: str) -> None:
    with pytest.raises(ProtocolViolation, match=reason):
        m.decode(msgpack.packb(fields))


def test_list_may_be_as_long_as_the_limit_and_no_longer() -> None:
    longest = m.Head(1, 200, ["x"] * m.MAX_LIST)
    assert m.decode(m.encode(longest)) == longest
    with pytest.raises(ProtocolViolation):
        m.decode(m.encode(m.Head(1, 200, ["x"] * (m.MAX_LIST + 2))))


@pytest.mark.parametrize(
    "head", [b"\xdd\xff\xff\xff\xff", b"\xdd\x00\x10\x00\x00", b"\xdc\x10\x00"]
)
@pytest.mark.parametrize("payload_bytes", [5000, 1_000_000])
def test_arrays_that_announce_much_take_little_memory(head: bytes, payload_bytes: int) -> None:
    payload = head * (payload_bytes // len(head))
    tracemalloc.start()
    try:
        with pytest.raises(ProtocolViolation):
            m.decode(payload)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 64 * 1024 * 1024


@pytest.mark.parametrize("depth", [2, 500, 5000, 100_000])
def test_arrays_that_nest_deeply_are_refused(depth: int) -> None:
    with pytest.raises(ProtocolViolation):
        m.decode(b"\x91" * depth + b"\x01")


@pytest.mark.parametrize("size", [65_535, 65_536, 65_537, 1_000_000])
def test_long_body_is_encoded_like_any_other(size: int) -> None:
    invoke = m.Invoke(7, "r", 1000, 1, b"{}", 2, b"x" * size, b"{}")
    assert m.frame(invoke) == frames.encode(m.encode(invoke))


def test_body_that_no_frame_holds_is_refused() -> None:
    body = bytes(frames.MAX_FRAME_BYTES)
    with pytest.raises(ProtocolViolation, match="bytes was announced"):
        m.frame(m.Invoke(7, "r", 1000, 1, b"{}", 2, body, None))


def test_every_type_has_its_number() -> None:
    assert {kind.message.__name__.upper(): number for number, kind in m._KINDS.items()} == {
        each.name: each.value for each in m.Type
    }
