"""esbuild's packets: what is written is read again, and nonsense is refused."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from polyfn.build.residents.packets import MAX_BYTES, Packet, Splitter, Value, decode, encode

_PLAIN: st.SearchStrategy[Value] = st.one_of(
    st.none(), st.booleans(), st.integers(0, 2**32 - 1), st.text(), st.binary()
)
_VALUES: st.SearchStrategy[Value] = st.recursive(
    _PLAIN, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=10
)
_PACKETS = st.builds(Packet, st.integers(0, 2**31 - 1), st.booleans(), _VALUES)


def test_a_request_has_these_bytes() -> None:
    packet = Packet(3, is_response=False, value={"a": [None, True, 258, "é", b"\x00"]})
    body = (
        b"\x06\x00\x00\x00"
        b"\x06\x01\x00\x00\x00" + b"\x01\x00\x00\x00a"
        b"\x05\x05\x00\x00\x00" + b"\x00" + b"\x01\x01" + b"\x02\x02\x01\x00\x00"
        b"\x03\x02\x00\x00\x00\xc3\xa9" + b"\x04\x01\x00\x00\x00\x00"
    )
    assert encode(packet) == len(body).to_bytes(4, "little") + body


@given(st.lists(_PACKETS, max_size=4), st.integers(1, 9))
def test_what_is_written_is_read_again_in_whatever_pieces_it_comes(
    packets: list[Packet], size: int
) -> None:
    stream = b"".join(map(encode, packets))
    splitter = Splitter()
    pieces = [stream[at : at + size] for at in range(0, len(stream), size)]
    bodies = [body for piece in pieces for body in splitter.feed(piece)]
    assert [decode(body) for body in bodies] == packets


@given(st.binary(max_size=64))
def test_nonsense_is_a_value_error_or_a_packet(body: bytes) -> None:
    try:
        packet = decode(body)
    except ValueError:
        return
    assert decode(encode(packet)[4:]) == packet


def test_a_list_within_a_list_within_a_list_is_refused_not_followed() -> None:
    with pytest.raises(ValueError, match="makes no sense"):
        decode(bytes(4) + b"\x05\x01\x00\x00\x00" * 100_000 + b"\x00")


def test_a_packet_that_is_too_long_is_refused_before_it_has_come() -> None:
    with pytest.raises(ValueError, match="bytes"):
        list(Splitter().feed((MAX_BYTES + 1).to_bytes(4, "little")))
