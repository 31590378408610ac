from __future__ import annotations

from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from polyfn.gateway.query import parse


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("a=1&b=2", {"a": ["1"], "b": ["2"]}),
        ("a=1&a=2&b=3&a=4", {"a": ["1", "2", "4"], "b": ["3"]}),
        ("a+b=c%20d%2Be", {"a b": ["c d+e"]}),
        ("flag", {"flag": [""]}),
        ("flag=", {"flag": [""]}),
        ("=x", {"": ["x"]}),
        ("&&a=1&", {"a": ["1"]}),
        ("a=b=c", {"a": ["b=c"]}),
        ("a=1;b=2", {"a": ["1;b=2"]}),
        ("list[]=1&list[]=2", {"list[]": ["1", "2"]}),
        ("%E2%9C%93=%F0%9F%98%80", {"✓": ["😀"]}),
        ("bytes=%FF", {"bytes": ["\ufffd"]}),
    ],
)
def test_query_is_decoded_as_forms_encode_it(query: str, expected: dict[str, list[str]]) -> None:
    assert parse(query) == expected


_texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)


@given(st.lists(st.tuples(_texts, _texts), max_size=10))
def test_what_a_form_encoded_comes_back(pairs: list[tuple[str, str]]) -> None:
    expected: dict[str, list[str]] = {}
    for name, value in pairs:
        expected.setdefault(name, []).append(value)
    assert parse(urlencode(pairs)) == expected
