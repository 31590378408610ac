"""Cutting bytes into lines."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from polyfn.pool.lines import MAX_LINE_BYTES, LineCutter


@given(
    text=st.text(st.characters(codec="utf-8", exclude_characters="\n\r"), max_size=50).map(
        str.encode
    ),
    data=st.data(),
)
def test_lines_come_out_whole_however_their_bytes_came(text: bytes, data: st.DataObject) -> None:
    stream = b"\n".join([text] * 3) + b"\n"
    cutter = LineCutter()
    lines: list[str] = []
    while stream:
        size = data.draw(st.integers(1, len(stream)))
        lines += cutter.feed(stream[:size])
        stream = stream[size:]
    assert lines == [text.decode()] * 3
    assert list(cutter.flush()) == []


def test_last_line_without_an_end_comes_with_the_flush() -> None:
    cutter = LineCutter()
    assert list(cutter.feed(b"one\ntwo")) == ["one"]
    assert list(cutter.flush()) == ["two"]


def test_carriage_return_and_bad_utf8_do_no_harm() -> None:
    assert list(LineCutter().feed(b"win\r\n\xff\n")) == ["win", "�"]


def test_endless_line_is_cut_and_its_tail_dropped() -> None:
    cutter = LineCutter()
    lines: list[str] = []
    for _ in range(80):
        lines += cutter.feed(b"x" * 8192)
    lines += cutter.feed(b"tail\nnext\n")
    assert len(lines) == 2
    assert lines[0].startswith("x" * 100)
    assert lines[0].endswith("[line cut: over 256 KiB]")
    assert len(lines[0]) < MAX_LINE_BYTES + 100
    assert lines[1] == "next"


def test_memory_stays_bounded_while_a_line_has_no_end() -> None:
    cutter = LineCutter()
    for _ in range(200):
        list(cutter.feed(b"x" * 8192))
    assert len(cutter._rest) <= MAX_LINE_BYTES
