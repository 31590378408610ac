"""Which names make functions, and which of them are allowed."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from polyfn.discover.names import EVENTS, function_name, is_skipped, name_problem

# What a directory entry can be called: any text without a slash or NUL, undecodable bytes included.
ENTRIES = st.text(min_size=1).filter(
    lambda name: name not in {".", ".."} and not set(name) & {"/", "\0"}
)


@pytest.mark.parametrize(
    ("entry", "name"),
    [
        ("hello.js", "hello"),
        ("hello", "hello"),
        ("v1.2", "v1"),
        ("four.js", "four"),
        ("four.js.js", "four.js"),
        ("hello.test.ts", "hello.test"),
        ("Hello.js", "Hello"),
        ("a.", "a"),
    ],
)
def test_name_is_what_stands_before_the_last_dot(entry: str, name: str) -> None:
    assert function_name(entry) == name


@given(ENTRIES)
def test_name_is_never_empty_and_begins_the_entry(entry: str) -> None:
    name = function_name(entry)
    assert name
    assert entry.startswith(name)
    assert entry == name or entry[len(name)] == "."


@given(st.text() | st.from_regex(r"[A-Za-z0-9_-]+", fullmatch=True))
def test_name_is_allowed_when_it_is_letters_digits_dash_and_underscore(name: str) -> None:
    allowed = re.fullmatch(r"[A-Za-z0-9_\-]+", name) is not None
    assert (name_problem(name) is None) == allowed


@pytest.mark.parametrize("name", ["a b", "ä", "a.b", "a\n", "", "a/b", "٣"])
def test_name_that_is_not_allowed_says_so(name: str) -> None:
    assert "is no name for a function" in (name_problem(name) or "")


def test_name_of_netlifys_entry_point_is_refused() -> None:
    assert "Netlify keeps" in (name_problem("___netlify-entry-point") or "")
    assert name_problem("__netlify-entry-point") is None


@pytest.mark.parametrize(
    "entry", [".hidden.js", "node_modules", "types.d.ts", "types.d.mts", "types.d.cts", ".netlify"]
)
def test_entry_is_skipped(entry: str) -> None:
    assert is_skipped(entry)


@pytest.mark.parametrize("entry", ["d.ts", "node_modules.js", "a.d.tsx", "a.ts", "_a.js"])
def test_entry_is_looked_at(entry: str) -> None:
    assert not is_skipped(entry)


def test_every_reserved_name_is_an_allowed_name() -> None:
    assert len(EVENTS) == 13
    assert all(name_problem(name) is None for name in EVENTS)
