"""The runner's frames and messages: golden vectors, and hostile bytes."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

import msgpack as reference
import pytest
from hypothesis import given
from hypothesis import strategies as st

from polyfn_runner import messages, msgpack
from polyfn_runner.frames import FrameReader
from runner_process import INTERPRETER

_UINTS = st.integers(0, 2**32 - 1)
_SCALARS = st.none() | st.booleans() | _UINTS | st.text(max_size=300) | st.binary(max_size=300)
_ARRAYS = st.lists(_SCALARS | st.lists(_SCALARS, max_size=40), max_size=20)


def test_golden_frames_are_byte_exact_both_ways_and_invalid_ones_are_refused() -> None:
    script = str(Path(__file__).with_name("check_vectors.py"))
    done = subprocess.run([INTERPRETER, "-I", script], capture_output=True, check=True)
    told = json.loads(done.stdout)
    assert told["failed"] == []
    assert told["checked"] > 40


@given(_ARRAYS)
def test_packed_arrays_are_what_a_messagepack_library_makes_of_them(fields: list[object]) -> None:
    packed = msgpack.pack(fields)
    assert packed == reference.packb(fields, use_bin_type=True)
    assert msgpack.unpack(packed, 0, len(packed)) == fields
    assert msgpack.unpack(b"xx" + packed + b"y", 2, len(packed) + 2) == fields


@pytest.mark.parametrize("size", [0, 31, 32, 255, 256, 65535, 65536])
def test_lengths_at_every_border_come_back(size: int) -> None:
    fields = [size, "x" * size, b"y" * size, ["z"] * size]
    packed = msgpack.pack(fields)
    assert packed == reference.packb(fields)
    assert msgpack.unpack(packed, 0, len(packed)) == fields


@pytest.mark.parametrize("head", ["cf0000000000000005", "d005", "d10005", "d200000005", "cd0005"])
def test_integers_in_longer_forms_are_taken(head: str) -> None:
    payload = bytes.fromhex("9203" + head)
    assert messages.decode(payload, 0, len(payload)) == [messages.CANCEL, 5]


@pytest.mark.parametrize(
    ("payload", "reason"),
    [
        ("9203cf0000000100000000", "out of range"),
        ("9203d0ff", "out of range"),
        ("91919104", "nest too deeply"),
        ("920300", "CANCEL has a wrong id"),
        ("920401", "DRAIN has a wrong id"),
        ("930101c4027b7d", "LOAD has a wrong id"),
        ("990200a1720101c4027b7d00c0c0", "INVOKE has a wrong id"),
        ("990201a1720102c4027b7d00c0c0", "INVOKE has a wrong id, or wrong fields"),
        ("990201a1720101c4027b7d03c400c0", "wrong fields"),
        ("990201a1720101c4027b7d01c0c0", "wrong fields"),
        ("990201a1720101c4027b7d00c400c0", "wrong fields"),
        ("dd00000002", "in the middle"),
    ],
)
def test_message_that_is_not_legal_is_refused_with_the_reason(payload: str, reason: str) -> None:
    data = bytes.fromhex(payload)
    with pytest.raises(messages.Violation, match=reason):
        messages.decode(data, 0, len(data))


@given(st.binary(max_size=200))
def test_hostile_bytes_are_a_message_or_a_violation_and_nothing_else(data: bytes) -> None:
    try:
        message = messages.decode(data, 0, len(data))
    except messages.Violation:
        return
    assert message[0] in (messages.LOAD, messages.INVOKE, messages.CANCEL, messages.DRAIN)


@given(st.lists(st.integers(1, 2**32 - 1), min_size=1, max_size=30), st.data())
def test_frames_are_found_however_the_pipe_cuts_them(ids: list[int], data: st.DataObject) -> None:
    stream = b"".join(messages.frame(messages.CANCEL, each) for each in ids)
    cuts = sorted(data.draw(st.lists(st.integers(0, len(stream)), max_size=10)))
    reader, write_fd = _piped()
    found = []
    for start, end in zip([0, *cuts], [*cuts, len(stream)], strict=True):
        os.write(write_fd, stream[start:end])
        while reader.waiting() and reader.pump():
            while (message := reader.pop()) is not None:
                found.append(message[1])
    os.close(write_fd)
    assert reader.next() is None
    os.close(reader.fd)
    assert found == ids


@pytest.mark.parametrize("size", [65_000, 65_536, 70_000, 1_000_000])
def test_long_frame_comes_whole_and_the_next_one_too(size: int) -> None:
    long = messages.frame(messages.LOAD, 0, b"x" * size)
    stream = messages.frame(messages.CANCEL, 7) + long + messages.frame(messages.DRAIN, 0)
    reader, write_fd = _piped()
    writer = os.fork()
    if writer == 0:
        os.write(write_fd, stream)
        os._exit(0)
    os.close(write_fd)
    assert reader.next() == [messages.CANCEL, 7]
    load = reader.next()
    assert load is not None
    assert load[2] == b"x" * size
    assert reader.next() == [messages.DRAIN, 0]
    assert reader.next() is None
    os.waitpid(writer, 0)
    os.close(reader.fd)


@pytest.mark.parametrize("size", [0, messages.MAX_FRAME_BYTES + 1, 2**32 - 1])
def test_length_out_of_bounds_is_refused_before_anything_is_kept(size: int) -> None:
    reader, write_fd = _piped()
    os.write(write_fd, size.to_bytes(4, "little"))
    with pytest.raises(messages.Violation, match=f"a frame of {size} bytes"):
        reader.next()
    os.close(write_fd)
    os.close(reader.fd)


def test_message_that_does_not_fit_into_a_frame_is_not_made() -> None:
    with pytest.raises(messages.TooLong):
        messages.frame(messages.VALUE, 1, bytes(messages.MAX_FRAME_BYTES))


def _piped() -> tuple[FrameReader, int]:
    read_fd, write_fd = os.pipe()
    return FrameReader(read_fd), write_fd
