"""Routes and request paths that have something to do with each other, for Hypothesis."""

from __future__ import annotations

import re

from hypothesis import strategies as st

_TEXT = ["a", "b", "users", "A", "-", "_", "~", ".", "..", "é", "✓", "x y", "%C3%A9", "%2e", "%20"]
_TEXT += ["&", "|", "=", "@", "$1", "x:y", '"', "<", "!", "'", "+", "]", "}", ")"]
_TEXT += ["\\:", "\\*", "\\{", "\\é", "\\/", "\\."]
_MATCHERS = [":id", ":name", ":a", ":$x", ":é", ":_", "*", "(\\d+)", "(a|b)", ":x(\\d+)", "(.*)"]
_MATCHERS += [":lang(en|de)", "([^\\/]+?)", "(?:a)", "(x(?:y|z)+)", "([a-z]{2,})", "([^/]+)"]
_MATCHERS += ["(\\w+\\-\\d)", "((?!b).+)", "([])", "([^])", "(\\u0061)", "(\\x61b)", "([\\w-]+)"]
_MATCHERS += ["(a.c)", "(^a)", "(a$)", "([a-]x)", "(\\/b)", "(.+)", "([a&&b-z]+)", "([(?:)]+)"]
_REFUSED = ["(a{)", "(\\q)", "(a**)", "(?a)", "(a(b))", "(é)", "(a{2,1})", "(a{,2})", "(a}b)"]
_REFUSED += [
    "(a]b)",
    "([z-a])",
    "([\\d-z])",
    "((?=a)*)",
    "(\\-)",
    "{",
    "}",
    "(",
    ")",
    ":",
    "?",
    "+",
]
_REFUSED += ["{a{b}}", "{:a:b}", "()", "(a++)", "(?P<n>a)", "((?i)a)", "(\\Z)"]
_SEGMENTS = ["a", "b", "users", "A", "USERS", "1", "42", "en", "de", "", "x", "xy", "xyzz", "a-1"]
_SEGMENTS += [
    "é",
    "%C3%A9",
    "%c3%a9",
    "%20",
    "c d",
    "a.b",
    ".",
    "..",
    "%2e",
    "a+b",
    "a:b",
    "~",
    "|",
]
_SEGMENTS += ["b%2Fc", '"', "<"]

_segments = st.sampled_from(_SEGMENTS)
_modified = st.builds(
    str.__add__, st.sampled_from(_MATCHERS), st.sampled_from(["", "", "?", "+", "*"])
)
_grouped = st.builds(
    "{{{}{}{}}}{}".format,
    st.sampled_from(["/", "", "a", ".", "-"]),
    st.sampled_from([*_MATCHERS, "b", ""]),
    st.sampled_from(["", "c", "/"]),
    st.sampled_from(["", "?", "+", "*"]),
)
_piece = st.sampled_from(_TEXT) | _modified | _modified | _grouped
_joined = st.lists(st.tuples(st.sampled_from("/////-"), _piece), min_size=1, max_size=4)
_whole = _joined.map(lambda pieces: "".join(map("".join, pieces))).map(lambda text: f"/{text[1:]}")
_broken = st.builds(
    "{}/{}{}".format, _whole, st.sampled_from(_REFUSED), st.sampled_from(["", "/a"])
)

routes = _whole | _whole | _whole | _broken


@st.composite
def pairs(draw: st.DrawFn) -> tuple[str, str]:
    """A route, and a path that it may match."""
    route = draw(routes)
    if draw(st.booleans()):
        path = "/" + "/".join(draw(st.lists(_segments, max_size=4)))
    else:
        path = _filled(route, draw)
    return route, path + draw(st.sampled_from(["", "", "/"]))


def _filled(route: str, draw: st.DrawFn) -> str:
    """A route with something in the place of its parameters."""
    path = re.sub(r":[\w$]+(\([^)]*\))?[?+*]?", lambda _: draw(_segments), route)
    path = re.sub(r"\([^)]*\)+[?+*]?|\*", lambda _: draw(_segments), path)
    path = re.sub(r"\{([^}]*)\}[?+*]?", lambda group: group[1] * draw(st.integers(0, 2)), path)
    return "/" + re.sub(r"[\\?#{}]", "", path).lstrip("/")
