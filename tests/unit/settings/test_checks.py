"""Which single values settings take, and what each one becomes."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from polyfn.settings import checks
from polyfn.settings.checks import NotAllowed
from polyfn.settings.cron import schedule
from polyfn.settings.function_keys import IN_SOURCE, NETLIFY, POLYFN
from polyfn.settings.globs import MAX_ALTERNATIVES, matches, weight

if TYPE_CHECKING:
    from polyfn.model import JSON
    from polyfn.settings.checks import Reader

ANYTHING = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text()
    | st.just(10**400)
    | st.sampled_from(["6MB", "1e400", "-1", "0", "1.5GB", "90s", "*/5 * * * *", "\ud800"]),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=8,
)


@pytest.mark.parametrize(
    ("reader", "value", "read"),
    [
        (checks.text, " a ", " a "),
        (checks.boolean, False, False),
        (checks.texts, [], ()),
        (checks.texts, ["a", "b"], ("a", "b")),
        (checks.one_of("a", "b"), "b", "b"),
        (checks.count(0, 65_535), 9999, 9999),
        (checks.count(0, 65_535), "8080", 8080),
        (checks.count(0, 65_535), 80.0, 80),
        (checks.seconds, 30, 30.0),
        (checks.seconds, 0.5, 0.5),
        (checks.seconds, "90s", 90.0),
        (checks.seconds, "15m", 900.0),
        (checks.seconds, "1 h", 3600.0),
        (checks.seconds, "500MS", 0.5),
        (checks.seconds, "2", 2.0),
        (checks.seconds_or_none, 0, 0.0),
        (checks.seconds_or_none, "0", 0.0),
        (checks.seconds_or_none, 3, 3.0),
        (checks.size, 6_291_556, 6_291_556),
        (checks.size, "6MB", 6 * 1024 * 1024),
        (checks.size, "256 kb", 256 * 1024),
        (checks.size, "1.5MiB", 1024 * 1536),
        (checks.size_or_none, 0, 0),
        (checks.size_or_none, "1GB", 1 << 30),
        (checks.megabytes, 1024, 1024),
        (checks.megabytes, "2048", 2048),
        (checks.megabytes, "2gb", 2048),
        (checks.megabytes, "512MB", 512),
        (schedule, "*/15 * * * *", "*/15 * * * *"),
        (schedule, "  0  9-17/2 1,15 JAN-mar,dec mon-FRI ", "0 9-17/2 1,15 JAN-mar,dec mon-FRI"),
        (schedule, "@Hourly", "@hourly"),
        (schedule, "0 0 L * 5#3", "0 0 L * 5#3"),
        (schedule, "0 0 ? * 5L", "0 0 ? * 5L"),
    ],
)
def test_value_that_is_allowed_becomes(reader: Reader, value: JSON, read: JSON) -> None:
    assert reader(value) == read


@pytest.mark.parametrize(
    ("reader", "value", "words"),
    [
        (checks.text, "  ", "a text that is not empty"),
        (checks.text, "a\0b", "a text that is not empty"),
        (checks.text, 5, "a text"),
        (checks.boolean, "true", "true or false"),
        (checks.boolean, 1, "true or false"),
        (checks.texts, "a", "a list of texts"),
        (checks.texts, ["a", 1], "a list of texts"),
        (checks.one_of("a"), "b", 'must be "a"'),
        (checks.one_of("a", "b", "c"), "d", '"a", "b" or "c"'),
        (checks.one_of("a", "b"), ["a"], '"a" or "b"'),
        (checks.count(0, 65_535), 65_536, "a whole number from 0 to 65535"),
        (checks.count(1, 9), "-1", "a whole number"),
        (checks.count(1, 9), True, "a whole number"),
        (checks.count(1, 9), 1.5, "a whole number"),
        (checks.seconds, 0, "above 0"),
        (checks.seconds, -1, "above 0"),
        (checks.seconds, math.inf, "above 0"),
        (checks.seconds, math.nan, "above 0"),
        (checks.seconds, True, "a number of seconds"),
        (checks.seconds, "soon", 'such as "90s"'),
        (checks.seconds, 10**400, "a number of seconds"),
        (checks.seconds_or_none, False, "a number of seconds"),
        (checks.size, "6 apples", 'such as "256KB"'),
        (checks.size, 0, "above 0"),
        (checks.megabytes, 0, "above 0"),
        (checks.megabytes, 1.5, "a whole number of MB"),
        (checks.megabytes, "100KB", "a whole number of MB"),
        (checks.megabytes, None, "a whole number of MB"),
        (schedule, "* * * *", "five fields"),
        (schedule, "* * * * * *", "five fields"),
        (schedule, "60 * * * *", "five fields"),
        (schedule, "* 24 * * *", "five fields"),
        (schedule, "* * 0 * *", "five fields"),
        (schedule, "* * * foo *", "five fields"),
        (schedule, "* * * * 8", "five fields"),
        (schedule, "5-1 * * * *", "five fields"),
        (schedule, "*/0 * * * *", "five fields"),
        (schedule, "*/00 * * * *", "five fields"),
        (schedule, ", * * * *", "five fields"),
        (schedule, "@reboot", "@hourly"),
        (schedule, "", "five fields"),
        (schedule, None, "five fields"),
    ],
)
def test_value_that_is_not_allowed_says_what_is(reader: Reader, value: JSON, words: str) -> None:
    with pytest.raises(NotAllowed, match=words.replace("*", r"\*")):
        reader(value)


@given(
    value=ANYTHING, key=st.sampled_from([*IN_SOURCE.values(), *NETLIFY.values(), *POLYFN.values()])
)
def test_no_value_makes_a_reader_raise_anything_else(value: JSON, key: object) -> None:
    try:
        key.read(value)  # type: ignore[attr-defined]
    except NotAllowed as error:
        assert str(error).startswith("must be ")  # noqa: PT017 - it need not be raised


@pytest.mark.parametrize(
    ("pattern", "name", "does"),
    [
        ("*", "anything", True),
        ("hello", "hello", True),
        ("hello", "Hello", False),
        ("api-*", "api-users", True),
        ("api-*", "my-api-users", False),
        ("?-b", "a-b", True),
        ("[ab]x", "bx", True),
        ("[!ab]x", "bx", False),
        ("[^ab]x", "cx", True),
        ("{get,put}-user", "put-user", True),
        ("{get,put}-{user,order}", "get-order", True),
        ("{get,put}-user", "del-user", False),
        ("{alone}", "{alone}", True),
        ("!api-*", "hello", True),
        ("!api-*", "api-x", False),
        ("!!api-*", "api-x", True),
    ],
)
def test_pattern_matches_names_as_minimatch_does(pattern: str, name: str, does: bool) -> None:
    assert matches(name, pattern) is does


def test_braces_are_not_expanded_without_bound() -> None:
    assert not matches("x", "{a,b}" * 200)
    assert not matches("x", "{" + "a," * 10 * MAX_ALTERNATIVES + "b}")


def test_more_fixed_characters_make_a_pattern_more_specific() -> None:
    patterns = ["netlify", "*", "netlify*", "net*", "n*y*"]
    assert sorted(patterns, key=weight) == ["*", "n*y*", "net*", "netlify*", "netlify"]
