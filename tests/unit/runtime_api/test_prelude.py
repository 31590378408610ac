"""The head of a streamed response."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from polyfn.runtime_api.prelude import Head, Prelude, WrongPrelude

_HEAD = (
    b'{"statusCode":201,"headers":{"X-A":"1","x-n":2},"multiValueHeaders":{"x-a":["2",true]},'
    b'"cookies":["a=b"]}'
)
_WHOLE = _HEAD + bytes(8) + b"body\0\0"
_EXPECTED = Head(201, ["x-n", "2", "x-a", "2", "x-a", "true", "set-cookie", "a=b"])


@given(st.lists(st.integers(0, len(_WHOLE)), max_size=6))
def test_head_is_found_however_it_is_cut(cuts: list[int]) -> None:
    prelude, rest, head = Prelude(), b"", None
    edges = [0, *sorted(cuts), len(_WHOLE)]
    for start, end in pairwise(edges):
        piece = _WHOLE[start:end]
        if head is not None:
            rest += piece
        elif (found := prelude.feed(piece)) is not None:
            head, rest = found
    assert (head, rest) == (_EXPECTED, b"body\0\0")


def test_empty_head_is_a_plain_200() -> None:
    assert Prelude().feed(b"{}" + bytes(8)) == (Head(200, []), b"")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (b"no json", "prelude is wrong"),
        (b"[]", "prelude is wrong"),
        (b'{"headers":[1]}', "prelude is wrong"),
        (b'{"cookies":1}', "prelude is wrong"),
        (b'{"statusCode":"200"}', "statusCode is '200'"),
        (b'{"statusCode":1000}', "statusCode is 1000"),
        (b'{"statusCode":true}', "statusCode is True"),
    ],
)
def test_head_that_is_wrong_says_what(text: bytes, words: str) -> None:
    with pytest.raises(WrongPrelude, match=words):
        Prelude().feed(text + bytes(8))


def test_response_without_a_head_is_told_at_its_end_or_when_it_is_too_long() -> None:
    prelude = Prelude()
    assert prelude.feed(b"x" * 1000) is None
    assert "8 NUL bytes" in str(prelude.end())
    with pytest.raises(WrongPrelude, match="8 NUL bytes"):
        prelude.feed(b"x" * 2_000_000)
