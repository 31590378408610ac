from __future__ import annotations

from string import ascii_letters, digits
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from polyfn.discover.routes import InvalidRouteError, compile_route, normal


@pytest.mark.parametrize(
    ("pattern", "path", "parameters"),
    [
        ("/", "/", {}),
        ("/users", "/users", {}),
        ("/users", "/users/", {}),
        ("/users", "/Users", {}),
        ("/users/", "/users/", {}),
        ("/users/", "/users", {}),
        ("/:a/", "/users", None),
        ("/users", "/users/1", None),
        ("/users", "/user", None),
        ("/a.b", "/aXb", None),
        ("/users/:id", "/users/42", {"id": "42"}),
        ("/users/:id", "/users/J%C3%BCrgen%2F", {"id": "J%C3%BCrgen%2F"}),
        ("/users/:id", "/users/Ann/", {"id": "Ann"}),
        ("/users/:id", "/users/Ann//", {"id": "Ann"}),
        ("/users/:id", "/users//Ann", None),
        ("/users/:id", "/users/", None),
        ("/users/:id", "/users/1/2", None),
        ("/:a/:b", "/x/y", {"a": "x", "b": "y"}),
        ("/:file.:ext", "/cat.png", {"file": "cat", "ext": "png"}),
        ("/users/:id?", "/users", {}),
        ("/users/:id?", "/users/7", {"id": "7"}),
        ("/files/:path+", "/files/a/b/c", {"path": "a/b/c"}),
        ("/files/:path+", "/files", None),
        ("/files/:path*", "/files", {}),
        ("/files/:path*", "/files/a/b", {"path": "a/b"}),
        ("/files/*", "/files/a/b", {"0": "a/b"}),
        ("/files/*", "/files/", {"0": ""}),
        ("/files/*", "/files", None),
        ("/files/*", "/files/a//b/", {"0": "a//b"}),
        ("/users/v1:all", "/users/v1:all", {}),
        ("/users/v1:all", "/users/v1x", None),
        ("/c++", "/C++", {}),
        ("/{a}/:b-:c", "/a/1-2-3", {"b": "1", "c": "2-3"}),
        ("/:a?", "/", {}),
        ("/a/../b", "/b", {}),
        ("/files/*?", "/files", {}),
        ("*", "/anything/at/all", {"0": "/anything/at/all"}),
        ("/*/x/*", "/a/x/b", {"0": "a", "1": "b"}),
        ("/:lang(en|de)/about", "/de/about", {"lang": "de"}),
        ("/:lang(en|de)/about", "/fr/about", None),
        ("/v(\\d+)/x", "/v12/x", {"0": "12"}),
        ("/v((?:1|2)+)/x", "/v121/x", {"0": "121"}),
        ("/books{/:id}?", "/books", {}),
        ("/books{/:id}?", "/books/9", {"id": "9"}),
        ("/a{b}+", "/abbb", {}),
        ("/a{b}", "/ab", {}),
        ("/a\\:b", "/a:b", {}),
        ("/a\\*", "/a*", {}),
        ("/café", "/caf%C3%A9", {}),
        ("/caf%C3%A9", "/caf%c3%a9", {}),
        ("/with space", "/with%20space", {}),
    ],
)
def test_pattern_matches(pattern: str, path: str, parameters: dict[str, str] | None) -> None:
    assert compile_route(pattern).match(normal(path)) == parameters


@pytest.mark.parametrize(
    ("pattern", "reason"),
    [
        ("/a{b", "never closed"),
        ("/a(b", "never closed"),
        ("/a{b{c}}", "do not nest"),
        ("/{:b:c}", "one parameter at most"),
        ("/*/a}", "no meaning"),
        ("/*/a+", "no meaning"),
        ("/a?", "a path has no query"),
        ("/a\\", "needs a character after it"),
        ("/:", "needs a name"),
        ("/:1", "needs a name"),
        ("/()", "must not be empty"),
        ("/(é)", "must be ASCII"),
        ("/(?:a)", "not begin with"),
        ("/(a**)", "cannot be read at '\\*'"),
        ("/(a{2,1})", "min repeat"),
        ("/([z-a])", "bad character range"),
        ("/([\\d-z])", "cannot be read"),
        ("/(\\p{L})", "cannot be read"),
        ("/((?<=/|b/)a)", "look-behind"),
        ("/:a/:a", "used twice"),
        ("/(a(b))", "must not capture"),
        ("/([)", "cannot be read"),
    ],
)
def test_pattern_that_cannot_be_read_says_why(pattern: str, reason: str) -> None:
    with pytest.raises(InvalidRouteError, match=reason):
        compile_route(pattern)


_words = st.text(ascii_letters + digits + "-_.~äß✓ ", min_size=1, max_size=8)


@given(st.lists(_words, min_size=1, max_size=5))
def test_plain_path_matches_itself(words: list[str]) -> None:
    pattern = "/" + "/".join(words)
    assert compile_route(pattern).match(normal(quote(pattern))) == {}


@given(st.lists(_words.filter(lambda word: word not in {".", ".."}), min_size=1, max_size=5))
def test_parameters_come_back_as_they_were_sent(words: list[str]) -> None:
    names = [f"p{number}" for number in range(len(words))]
    pattern = "".join(f"/:{name}" for name in names)
    sent = [quote(word, safe="") for word in words]
    path = normal("".join(f"/{word}" for word in sent))
    assert compile_route(pattern).match(path) == dict(zip(names, sent, strict=True))


@pytest.mark.parametrize(
    ("path", "form"),
    [
        ("/a/b", "/a/b"),
        ("/a/./b/../c", "/a/c"),
        ("/a/%2E%2e/c", "/c"),
        ("/../..", "/"),
        ("/a/..", "/"),
        ("/a/.b/...", "/a/.b/..."),
        ("//a//", "//a//"),
        ("/a\\b", "/a/b"),
        ('/a "<b>"^`{c}', "/a%20%22%3Cb%3E%22%5E%60%7Bc%7D"),
        ("/caf\u00c3\u00a9", "/caf%C3%A9"),
        ("/a%2fb%zz", "/a%2fb%zz"),
        ("*", "*"),
    ],
)
def test_path_is_brought_into_the_form_that_url_parsers_give_it(path: str, form: str) -> None:
    assert normal(path) == form
    assert normal(form) == form


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("/a", "/A/", True),
        ("/users/:id", "/Users/:name/", True),
        ("/users/:id", "/users/:id(\\d+)", False),
        ("/users/:id?", "/users{/:id}?", True),
        ("/files/*", "/files/(.*)", True),
        ("/files/*", "/files/:path*", False),
        ("/café", "/caf%c3%a9", True),
    ],
)
def test_routes_of_one_shape_are_those_that_match_the_same(
    one: str, other: str, *, same: bool
) -> None:
    assert (compile_route(one).shape == compile_route(other).shape) is same


@given(st.text(":*{}()?+\\/ab", max_size=12))
def test_any_text_compiles_or_is_refused(pattern: str) -> None:
    try:
        route = compile_route(pattern)
    except InvalidRouteError:
        return
    assert len(route.names) == route.regex.groups
