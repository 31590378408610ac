from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from polyfn.errors import InvalidFunction, MalformedRequest, MethodNotAllowed, UnknownFunction
from polyfn.gateway.router import Match, Router, nearest
from tests.unit.gateway.support import FixedFleet, function, replace

HELLO = function("hello")
USERS = function("users", routes=("/api/users/:id", "/api/users"), methods=("GET", "PUT"))
POST_USERS = function("users-post", routes=("/api/users",), methods=("POST",))
FILES = function("files", routes=("/files/*",), excluded_routes=("/files/secret/*",))
BROKEN = function("broken", problem="`path` must begin with a slash")
GETTER = function("getter", methods=("GET", "HEAD"))
FLEET = FixedFleet([HELLO, USERS, POST_USERS, FILES, BROKEN, GETTER])


def match(path: str, method: str = "GET") -> Match:
    return Router(FLEET).match(method, path)


def test_name_finds_the_function() -> None:
    found = match("/.netlify/functions/hello")
    assert (found.function, found.route, found.parameters) == (HELLO, None, {})
    assert found.resource == "/.netlify/functions/hello"


@pytest.mark.parametrize(
    ("rest", "proxy"),
    [("/", ""), ("/a/b", "a/b"), ("/a%2Fb%20c/", "a%2Fb%20c/"), ("/../x", "../x")],
)
def test_what_follows_the_name_belongs_to_the_function(rest: str, proxy: str) -> None:
    found = match("/.netlify/functions/hello" + rest)
    assert found.function is HELLO
    assert found.resource == "/.netlify/functions/hello/{proxy+}"
    assert found.parameters == {"proxy": proxy}


def test_name_is_decoded_once() -> None:
    assert match("/.netlify/functions/%68ello").function is HELLO
    with pytest.raises(UnknownFunction):
        match("/.netlify/functions/%2568ello")


def test_name_that_is_no_utf8_is_malformed() -> None:
    with pytest.raises(MalformedRequest, match="UTF-8"):
        match("/.netlify/functions/%ff")


def test_names_are_case_sensitive_and_a_near_one_is_named() -> None:
    with pytest.raises(UnknownFunction, match="Did you mean 'hello'"):
        match("/.netlify/functions/Hello")


def test_near_names_are_those_that_can_be_called() -> None:
    with pytest.raises(UnknownFunction) as caught:
        match("/.netlify/functions/brokem")
    assert "'broken'" not in caught.value.message


def test_unknown_name_like_no_other_tells_where_the_list_is() -> None:
    with pytest.raises(UnknownFunction, match=re.escape("GET /.netlify/functions/ lists")):
        match("/.netlify/functions/zzzzzz")


def test_empty_fleet_says_that_nothing_was_found() -> None:
    with pytest.raises(UnknownFunction, match="No function was found"):
        Router(FixedFleet([])).match("GET", "/.netlify/functions/x")


def test_missing_name_is_asked_for() -> None:
    with pytest.raises(UnknownFunction, match="NAME"):
        match("/.netlify/functions//x")


def test_very_long_name_is_neither_compared_nor_repeated_whole() -> None:
    with pytest.raises(UnknownFunction) as caught:
        match("/.netlify/functions/" + "hello" * 3000)
    assert len(caught.value.message) < 300


def test_invalid_function_answers_with_its_problem() -> None:
    with pytest.raises(InvalidFunction, match=r"'broken'.*begin with a slash"):
        match("/.netlify/functions/broken")


def test_function_with_a_path_answers_only_there() -> None:
    with pytest.raises(UnknownFunction, match="only there: /api/users/:id, /api/users"):
        match("/.netlify/functions/users")


def test_route_finds_the_function_and_its_parameters() -> None:
    found = match("/api/users/42")
    assert (found.function, found.route) == (USERS, "/api/users/:id")
    assert found.parameters == {"id": "42"}
    assert found.resource == "/api/users/:id"


def test_two_functions_share_a_path_by_their_methods() -> None:
    assert match("/api/users", "PUT").function is USERS
    assert match("/api/users", "POST").function is POST_USERS
    with pytest.raises(MethodNotAllowed) as caught:
        match("/api/users", "DELETE")
    assert caught.value.allow == ("GET", "PUT", "POST")


def test_excluded_path_is_no_match() -> None:
    assert match("/files/a").function is FILES
    with pytest.raises(UnknownFunction):
        match("/files/secret/a")


def test_excluded_path_cannot_be_reached_by_a_detour() -> None:
    for path in ("/files/./secret/a", "/files/x/../secret/a", "/files/%2E/SECRET/a"):
        with pytest.raises(UnknownFunction):
            match(path)


def test_parameters_are_those_that_were_sent() -> None:
    assert match("/api/users/J%C3%BCrgen%2F").parameters == {"id": "J%C3%BCrgen%2F"}
    assert match("/api/users/J\u00c3\u00bcrgen").parameters == {"id": "J%C3%BCrgen"}


def test_path_without_parameters_comes_before_one_with_them() -> None:
    pattern, me = function("all", routes=("/users/:id",)), function("me", routes=("/users/me",))
    router = Router(FixedFleet([pattern, me]))
    assert router.match("GET", "/users/me").function is me
    assert router.match("GET", "/users/you").function is pattern


def test_function_of_an_author_comes_before_a_generated_one() -> None:
    page = function("a-page", routes=("/api/hello",))
    file = page.project_root / ".netlify/functions-internal/a-page.js"
    generated = replace(page, main_file=file)
    mine = function("mine", routes=("/api/*",))
    assert Router(FixedFleet([generated, mine])).match("GET", "/api/hello").function is mine


def test_of_two_patterns_the_one_of_the_first_name_answers() -> None:
    two, one = function("two", routes=("/a/*",)), function("one", routes=("/a/:b",))
    assert Router(FixedFleet([two, one])).match("GET", "/a/b").function is one


def test_route_of_a_function_that_cannot_be_served_says_why() -> None:
    broken = function("broken", routes=("/a",), problem="`schedule` must be a cron expression")
    router = Router(FixedFleet([broken]))
    with pytest.raises(InvalidFunction, match=r"'broken' cannot be served: `schedule` must"):
        router.match("GET", "/a")
    other = function("other", routes=("/:any",))
    assert Router(FixedFleet([broken, other])).match("GET", "/a").function is other


def test_route_that_cannot_be_read_leaves_the_others_alone() -> None:
    broken = function("broken", routes=("/{",), problem="`path` must be a URLPattern path")
    router = Router(FixedFleet([broken, USERS]))
    assert router.match("GET", "/api/users").function is USERS


def test_path_of_nobody_names_those_that_look_like_it() -> None:
    with pytest.raises(UnknownFunction) as caught:
        match("/api/user/42")
    assert caught.value.message.startswith(
        "No function answers /api/user/42. Did you mean /api/users or /api/users/:id?"
    )
    with pytest.raises(UnknownFunction, match=r"/zzz\. Functions answer below"):
        match("/zzz")


def test_builders_have_a_place_of_their_own() -> None:
    found = match("/.netlify/builders/hello")
    assert (found.function, found.resource) == (HELLO, "/.netlify/builders/hello")
    assert match("/.netlify/functions/hello").resource == "/.netlify/functions/hello"
    assert match("/.netlify/builders/hello/a").resource == "/.netlify/builders/hello/{proxy+}"


def test_method_that_a_function_does_not_list_is_refused_at_its_endpoint() -> None:
    assert match("/.netlify/functions/getter", "HEAD").function is GETTER
    with pytest.raises(MethodNotAllowed) as caught:
        match("/.netlify/functions/getter", "POST")
    assert caught.value.allow == ("GET", "HEAD")


@pytest.mark.parametrize("path", ["/", "/other", "/.netlify/functionsX", "*", "/.netlify/"])
def test_path_that_is_nobodys_is_unknown(path: str) -> None:
    with pytest.raises(UnknownFunction):
        match(path)


def test_routes_follow_the_fleet_when_it_changes() -> None:
    fleet = FixedFleet([USERS])
    router = Router(fleet)
    assert router.match("GET", "/api/users").function is USERS
    moved = replace(USERS, config=replace(USERS.config, routes=("/v2/users",)))
    fleet.all = [moved]
    assert router.match("GET", "/v2/users").function is moved
    with pytest.raises(UnknownFunction):
        router.match("GET", "/api/users")


def test_names_are_those_that_can_be_called() -> None:
    assert Router(FLEET).names() == ["files", "getter", "hello", "users", "users-post"]


def test_nearest_comes_first_and_there_are_at_most_three() -> None:
    assert nearest("helo", ["hello", "world", "help", "held", "hell"])[0] == "hello"
    assert len(nearest("helo", ["hello", "help", "held", "hell", "heli"])) == 3


@given(st.from_regex(r"[A-Za-z0-9_-]{1,30}", fullmatch=True))
def test_every_valid_name_finds_its_function(name: str) -> None:
    only = function(name)
    found = Router(FixedFleet([only])).match("DELETE", f"/.netlify/functions/{name}/rest")
    assert found.function is only


_segments = st.text("abc%2F.:/*-", max_size=20).filter(
    lambda text: not re.search("%(?![0-9A-Fa-f]{2})", text)
)


@given(_segments)
def test_any_path_finds_a_function_or_is_refused_with_a_request_error(path: str) -> None:
    for prefix in ("/", "/.netlify/functions/"):
        try:
            found = match(prefix + path)
        except (UnknownFunction, MalformedRequest, InvalidFunction):
            continue
        assert found.function in FLEET.all
