"""Routes match what they match on Netlify, whose build makes them with a URLPattern of npm's."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import assume, given, settings

from polyfn.discover.routes import InvalidRouteError, compile_route, normal
from tests.npm import install, node
from tests.process.routes.corpus import pairs

SCRIPT = Path(__file__).with_name("reference.mjs")
# What zip-it-and-ship-it 14 and 15 depend on.
PACKAGE = "urlpattern-polyfill@8.0.2"


class Reference:
    """Netlify's own code, in a process of its own."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process

    def ask(self, route: str, path: str) -> dict[str, dict[str, object] | None]:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps([route, path]) + "\n")
        self._process.stdin.flush()
        answer: dict[str, dict[str, object] | None] = json.loads(self._process.stdout.readline())
        return answer


@pytest.fixture(scope="module")
def reference(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Reference]:
    directory = tmp_path_factory.mktemp("urlpattern")
    install(directory, PACKAGE)
    module = directory / "node_modules/urlpattern-polyfill/index.js"
    with subprocess.Popen(
        [node(), str(SCRIPT), str(module)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        yield Reference(process)


def ours(route: str, path: str) -> dict[str, object]:
    try:
        found = compile_route(route).match(normal(path, encoding="utf-8"))
    except InvalidRouteError:
        return {"invalid": True}
    return {"groups": found if found is None else dict(found)}


@settings(max_examples=600)
@given(pair=pairs())
def test_route_matches_what_it_matches_on_netlify(
    reference: Reference, pair: tuple[str, str]
) -> None:
    route, path = pair
    # The package takes what follows two slashes for a host, as Node's own does not.
    form = normal(path, encoding="utf-8")
    assume(not form.startswith("//"))
    answer = reference.ask(route, path)
    assume(not (answer["literal"] and "?" in route))
    expected = answer["netlify"]
    assert expected is not None
    mine = ours(route, path)
    assert _without_empty(mine) == _without_empty(expected)
    # Node's own has the `v` flag, under which some regular expressions are others; and it has no
    # rule for a slash at the end.
    in_node = answer["node"]
    if in_node is not None and "(" not in route and not form.endswith("/"):
        assert _without_empty(mine) == _without_empty(in_node)


def _without_empty(answer: dict[str, object]) -> dict[str, object]:
    """Without parameters that are empty: an optional one that matched nothing is absent in
    JavaScript, and empty in Python."""
    groups = answer.get("groups")
    if not isinstance(groups, dict):
        return answer
    return {"groups": {name: value for name, value in groups.items() if value != ""}}


@pytest.mark.parametrize(
    ("route", "path", "netlify", "polyfn"),
    [
        # Regular expressions that polyfn refuses, with a message.
        (r"/:x((?<n>a))", "/a", {"x": "a"}, "invalid"),
        (r"/:x(\p{L}+)", "/a", {"x": "a"}, "invalid"),
        (r"/:x((?<=/|b/)a)", "/a", {"x": "a"}, "invalid"),
        # A bracket that only a later group closes.
        ("/([)/:a", "/b", None, "invalid"),
        # A backslash at the end.
        ("/\\", "/", {}, "invalid"),
        # A query or an optional letter: Netlify takes it as it stands, and it never matches.
        ("/a?", "/a", None, "invalid"),
        # Empty against absent.
        ("/{*}?", "/", {}, {"0": ""}),
    ],
)
def test_difference_is_the_one_that_is_written_down(
    reference: Reference, route: str, path: str, netlify: object, polyfn: object
) -> None:
    assert reference.ask(route, path)["netlify"] == {"groups": netlify}
    assert ours(route, path) == ({"invalid": True} if polyfn == "invalid" else {"groups": polyfn})
