"""Frames: found in any cut of the stream, refused before anything is kept for them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from polyfn.errors import ProtocolViolation
from polyfn.wire.frames import MAX_FRAME_BYTES, FrameReader, encode, header
from tests.unit.wire.vectors import golden

PAYLOADS = st.lists(st.binary(min_size=1, max_size=60), max_size=12)


def feed(reader: FrameReader, data: bytes) -> list[bytes]:
    return [bytes(payload) for payload in reader.feed(data)]


@given(PAYLOADS, st.data())
def test_payloads_come_out_however_the_stream_is_cut(
    payloads: list[bytes], data: st.DataObject
) -> None:
    stream = b"".join(map(encode, payloads))
    cuts = sorted(data.draw(st.lists(st.integers(0, len(stream)), max_size=20)))
    reader = FrameReader()
    found = []
    for start, stop in zip([0, *cuts], [*cuts, len(stream)], strict=True):
        found += feed(reader, stream[start:stop])
    assert found == payloads
    assert reader.pending == 0


@given(PAYLOADS)
def test_payloads_come_out_byte_by_byte(payloads: list[bytes]) -> None:
    reader = FrameReader()
    stream = b"".join(map(encode, payloads))
    found = [each for at in range(len(stream)) for each in feed(reader, stream[at : at + 1])]
    assert found == payloads


@pytest.mark.parametrize("size", [4095, 4096, 4097, 65_536, 1_000_000])
@pytest.mark.parametrize("piece", [1000, 65_536, 2_000_000])
def test_long_frames_come_whole_between_short_ones(size: int, piece: int) -> None:
    payloads = [b"a", bytes(size), b"b", b"x" * size, b"c"]
    stream = b"".join(map(encode, payloads))
    reader = FrameReader()
    found = []
    for start in range(0, len(stream), piece):
        found += feed(reader, stream[start : start + piece])
    assert found == payloads


def test_payload_stays_what_it_was_when_more_comes() -> None:
    reader = FrameReader()
    long = encode(b"x" * 10_000)
    assert feed(reader, long[:5000]) == []
    (payload,) = list(reader.feed(long[5000:] + encode(b"next")[:3]))
    assert feed(reader, encode(b"next")[3:]) == [b"next"]
    assert bytes(payload) == b"x" * 10_000


def test_what_is_pending_is_what_came_and_no_more() -> None:
    reader = FrameReader()
    announced = header(MAX_FRAME_BYTES)
    assert feed(reader, announced[:3]) == []
    assert reader.pending == 3
    assert feed(reader, announced[3:] + b"x" * 100) == []
    assert reader.pending == 104
    assert reader._held.__sizeof__() < 1000


@pytest.mark.parametrize("size", [0, MAX_FRAME_BYTES + 1, 2**32 - 1])
@pytest.mark.parametrize("before", [b"", encode(b"first")])
def test_length_out_of_bounds_is_refused_before_its_bytes_come(size: int, before: bytes) -> None:
    found = []
    with pytest.raises(ProtocolViolation, match=f"a frame of {size} bytes was announced"):
        found += [bytes(each) for each in FrameReader().feed(before + size.to_bytes(4, "little"))]
    reader = FrameReader()
    with pytest.raises(ProtocolViolation):
        for at in range(len(before) + 4):
            feed(reader, (before + size.to_bytes(4, "little"))[at : at + 1])


def test_frames_before_a_wrong_length_are_yielded_first() -> None:
    reader = FrameReader().feed(encode(b"first") + bytes(4))
    assert next(reader) == b"first"
    with pytest.raises(ProtocolViolation):
        next(reader)


@pytest.mark.parametrize("size", [0, MAX_FRAME_BYTES + 1])
def test_payload_that_no_frame_holds_is_not_encoded(size: int) -> None:
    with pytest.raises(ProtocolViolation):
        encode(bytes(size))


def test_longest_frame_is_taken() -> None:
    (payload,) = FrameReader().feed(encode(bytes(MAX_FRAME_BYTES)))
    assert len(payload) == MAX_FRAME_BYTES


@given(st.lists(st.binary(max_size=50), max_size=10))
def test_hostile_bytes_are_frames_or_a_violation_and_nothing_else(pieces: list[bytes]) -> None:
    reader = FrameReader()
    sent = 0
    try:
        for piece in pieces:
            sent += len(piece)
            feed(reader, piece)
    except ProtocolViolation:
        return
    assert reader.pending <= sent


@pytest.mark.parametrize("name", golden())
def test_golden_frames_hold_their_length(name: str) -> None:
    _, frame = golden()[name]
    (payload,) = FrameReader().feed(frame)
    assert encode(bytes(payload)) == frame
