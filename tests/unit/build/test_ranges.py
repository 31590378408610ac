"""Which versions of Node.js a text means."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from polyfn.build.toolchains.ranges import parse


@pytest.mark.parametrize(
    ("text", "inside", "outside"),
    [
        ("20", ("20.0.0", "20.20.2"), ("19.9.9", "21.0.0")),
        ("v20", ("20.1.0",), ("22.1.0",)),
        ("20.x", ("20.1.0",), ("22.1.0",)),
        ("20.11", ("20.11.0", "20.11.9"), ("20.12.0", "20.10.9")),
        ("v20.11.1\n", ("20.11.1",), ("20.11.2",)),
        ("20.11.1-rc.1", ("20.11.1",), ("20.11.2",)),
        ("lts/iron", ("20.9.0",), ("22.1.0",)),
        ("lts/Jod", ("22.1.0",), ("20.9.0",)),
        ("lts/*", ("18.1.0", "24.1.0"), ("19.1.0", "23.1.0")),
        ("node", ("18.0.0", "99.0.0"), ()),
        ("nodejs22.x", ("22.3.4",), ("20.1.1",)),
        ("*", ("18.0.0",), ()),
        (">=18", ("18.0.0", "99.0.0"), ("17.9.9",)),
        (">= 18.17.0", ("18.17.0", "20.0.0"), ("18.16.9",)),
        (">18", ("19.0.0",), ("18.9.9",)),
        (">18.2.1", ("18.2.2",), ("18.2.1",)),
        ("<22", ("21.9.9",), ("22.0.0",)),
        ("<=22", ("22.9.9",), ("23.0.0",)),
        ("<=22.1.0", ("22.1.0",), ("22.1.1",)),
        ("=20.1.0", ("20.1.0",), ("20.1.1",)),
        ("^20.11.0", ("20.11.0", "20.99.0"), ("20.10.0", "21.0.0")),
        ("~20.11", ("20.11.7",), ("20.12.0",)),
        ("~20.11.2", ("20.11.2",), ("20.11.1", "20.12.0")),
        ("~20", ("20.99.0",), ("21.0.0",)),
        ("18 - 20", ("18.0.0", "20.9.9"), ("21.0.0", "17.9.9")),
        ("18.1.0 - 20.2.0", ("20.2.0",), ("20.2.1", "18.0.9")),
        (">=18.17 <19 || ^20.3 || 22.x", ("18.17.0", "20.3.0", "22.1.0"), ("19.0.0", "21.0.0")),
        (">=18.17.0<21", ("20.1.0",), ("21.0.0",)),
    ],
)
def test_text_means_these_versions(
    text: str, inside: tuple[str, ...], outside: tuple[str, ...]
) -> None:
    found = parse(text)
    assert found is not None
    assert [each for each in inside if not found.has(each)] == []
    assert [each for each in outside if found.has(each)] == []


@pytest.mark.parametrize(
    "text", ["twenty", "lts/unheard-of", "20;22", ">=", "^", "20 foo", "|| x y"]
)
def test_what_names_no_version_is_said_to(text: str) -> None:
    assert parse(text) is None


def test_another_version_of_the_line_is_nearly_the_one_that_is_named() -> None:
    exact = parse("20.11.1")
    assert exact is not None
    assert exact.nearly_has("20.9.0")
    assert not exact.nearly_has("22.9.0")
    at_least = parse(">=20.11.1")
    assert at_least is not None
    assert not at_least.nearly_has("20.9.0")


@pytest.mark.parametrize(
    ("text", "asked"),
    [
        ("v20", "20"),
        ("lts/iron", "20"),
        ("lts/*", "24"),
        ("^20 || 22", "^20 || 22"),
        ("20.x", "20.x"),
    ],
)
def test_npm_is_asked_for_what_it_understands(text: str, asked: str) -> None:
    found = parse(text)
    assert found is not None
    assert found.text == asked


@given(st.text())
def test_any_text_is_a_range_or_none(text: str) -> None:
    found = parse(text)
    assert found is None or found.has("20.0.0") in {True, False}
