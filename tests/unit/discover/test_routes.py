from __future__ import annotations

from string import ascii_letters, digits
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from polyfn.discover.routes import InvalidRouteError, compile_route


@pytest.mark.parametrize(
    ("pattern", "path", "parameters"),
    [
        ("/", "/", {}),
        ("/users", "/users", {}),
        ("/users", "/users/", {}),
        ("/users", "/Users", {}),
        ("/users/", "/users/", {}),
        ("/users", "/users/1", None),
        ("/users", "/user", None),
        ("/a.b", "/aXb", None),
        ("/users/:id", "/users/42", {"id": "42"}),
        ("/users/:id", "/users/J%C3%BCrgen%2F", {"id": "Jürgen/"}),
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
    assert compile_route(pattern).match(path) == parameters


@pytest.mark.parametrize(
    ("pattern", "reason"),
    [
        ("/a{b", "never closed"),
        ("/a(b", "never closed"),
        ("/a{b{c}}", "do not nest"),
        ("/a}", "no meaning"),
        ("/a)", "no meaning"),
        ("/a+", "no meaning"),
        ("/:", "needs a name"),
        ("/:1", "needs a name"),
        ("/:a/:a", "used twice"),
        ("/(a(b))", "must not capture"),
        ("/([)", "unterminated|never closed"),
    ],
)
def test_pattern_that_cannot_be_read_says_why(pattern: str, reason: str) -> None:
    with pytest.raises(InvalidRouteError, match=reason):
        compile_route(pattern)


_words = st.text(ascii_letters + digits + "-_.~äß✓ ", min_size=1, max_size=8)


@given(st.lists(_words, min_size=1, max_size=5))
def test_plain_path_matches_itself(words: list[str]) -> None:
    pattern = "/" + "/".join(words)
    assert compile_route(pattern).match(quote(pattern)) == {}


@given(st.lists(_words, min_size=1, max_size=5))
def test_parameters_come_back_decoded(words: list[str]) -> None:
    names = [f"p{number}" for number in range(len(words))]
    pattern = "".join(f"/:{name}" for name in names)
    path = "".join(f"/{quote(word, safe='')}" for word in words)
    assert compile_route(pattern).match(path) == dict(zip(names, words, strict=True))


@given(st.text(":*{}()?+\\/ab", max_size=12))
def test_any_text_compiles_or_is_refused(pattern: str) -> None:
    try:
        route = compile_route(pattern)
    except InvalidRouteError:
        return
    assert len(route.names) == route.regex.groups
