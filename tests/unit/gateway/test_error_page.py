"""The page of an error: whose frames are whose, what is quoted, and that all of it is escaped."""

from __future__ import annotations

import html
import re
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest

from polyfn.errors import BuildFailed, HandlerFailed, PolyfnError
from polyfn.gateway import page
from polyfn.gateway.page.advice import advice
from polyfn.gateway.page.excerpt import excerpt
from polyfn.gateway.page.trace import Kind, Place, in_text, read
from polyfn.model import Function
from tests.unit.gateway.support import function
from tests.unit.gateway.test_error_replies import every_class, of

NODE = (
    "TypeError: no",
    "    at each (node_modules/each/index.js:2:28)",
    "    at async priceOf (lib/price.ts:6:25)",
    "    at netlify/functions/a.js:4:38",
    "    at away (/elsewhere/b.js:1:1)",
)
PYTHON = (
    "Traceback (most recent call last):",
    '  File "netlify/functions/a.py", line 10, in handler',
    "    stock.take()",
    '  File "shop/stock.py", line 2, in take',
    '  File "/usr/lib/python3/json/decoder.py", line 355, in raw_decode',
    '  File ".venv/lib/python3/site-packages/lib.py", line 1, in f',
    "KeyError: 'tea'",
)
GROUP = (
    "  + Exception Group Traceback (most recent call last):",
    '  |   File "a.py", line 9, in handler',
    "    | Traceback (most recent call last):",
    '    |   File "a.py", line 5, in fail',
)
GO = (
    "github.com/other/lib@v1.2.0/thing.go:7 Do",
    "stock/stock.go:9 Put",
    "netlify/functions/a/main.go:10 created by handler",
)


@pytest.mark.parametrize(
    ("trace", "kinds", "top"),
    [
        (NODE, [None, Kind.FAR, Kind.OWN, Kind.OWN, Kind.FAR], Place("lib/price.ts", 6, 25)),
        (
            PYTHON,
            [None, Kind.OWN, None, Kind.OWN, Kind.FAR, Kind.FAR, None],
            Place("shop/stock.py", 2),
        ),
        (GROUP, [None, Kind.OWN, None, Kind.OWN], Place("a.py", 5)),
        (GO, [Kind.FAR, Kind.OWN, Kind.OWN], Place("stock/stock.go", 9)),
        (
            ("a/b.js:3", "  return {{;", "SyntaxError: x"),
            [Kind.OWN, None, None],
            Place("a/b.js", 3),
        ),
        (("what it printed", "at noon: 12:30"), [None, None], None),
        ((), [], None),
    ],
)
def test_frames_of_every_runner_are_told_apart(
    trace: tuple[str, ...], kinds: list[Kind | None], top: Place | None
) -> None:
    lines, found = read(trace)
    assert [line.kind for line in lines] == kinds
    assert tuple(line.text for line in lines) == trace
    assert found == top


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("# pkg\nfn/main.go:10:15: undefined: x", Place("fn/main.go", 10, 15)),
        ("✘ [ERROR] no\n\n    fn/a.ts:3:10:\n      3 │ x", Place("fn/a.ts", 3, 10)),
        ("never closed (fn/a.py:4)", Place("fn/a.py", 4)),
        ("fn/a.js:3: Unexpected token", Place("fn/a.js", 3)),
        ("call http://localhost:3000 at 10:30", None),
    ],
)
def test_place_in_a_compilers_words_is_found(text: str, place: Place | None) -> None:
    assert in_text(text) == place


@pytest.fixture
def project(tmp_path: Path) -> Function:
    root = tmp_path / "project"
    (root / "lib").mkdir(parents=True)
    (root / "lib/a.js").write_text("".join(f"line {n} <b>\n" for n in range(1, 21)))
    (root / ".env").write_text("SECRET=hidden\n")
    (root / "big.js").write_text("x\n" * 600_000)
    (tmp_path / "outside.js").write_text("hidden\n")
    (root / "link.js").symlink_to(tmp_path / "outside.js")
    (root / "dir.js").mkdir()
    return replace(function("hello"), project_root=root)


def test_lines_around_the_place_are_quoted(project: Function) -> None:
    quoted = excerpt(Place("lib/a.js", 10, 3), project.project_root)
    assert quoted is not None
    assert (quoted.place, quoted.line) == ("lib/a.js:10:3", 10)
    assert [number for number, _ in quoted.rows] == list(range(6, 15))
    assert quoted.rows[4] == (10, "line 10 <b>")
    first = excerpt(Place("lib/a.js", 1), project.project_root)
    assert first is not None
    assert [number for number, _ in first.rows] == [1, 2, 3, 4, 5]


@pytest.mark.parametrize(
    "file",
    [".env", "big.js", "link.js", "dir.js", "../outside.js", "/etc/hostname", "a\0.js", "none.js"],
)
def test_what_is_no_source_of_the_project_is_not_quoted(project: Function, file: str) -> None:
    assert excerpt(Place(file, 1), project.project_root) is None


def test_place_beyond_the_end_is_not_quoted(project: Function) -> None:
    for line in (0, 21):
        assert excerpt(Place("lib/a.js", line), project.project_root) is None
    assert excerpt(None, project.project_root) is None


def rendered(error: PolyfnError, project: Function | None) -> str:
    return page.render(error, 502, "R1", project)


def test_page_shows_the_line_its_neighbours_and_whose_frames_they_are(project: Function) -> None:
    trace = ("Error: no", "    at f (lib/a.js:10:3)", "    at g (node_modules/p/i.js:1:1)")
    text = rendered(HandlerFailed("no", trace=trace, type_="Error"), project)
    assert "function hello" in text
    assert '<span class="hit"><i>10</i>line 10 &lt;b&gt;</span>' in text
    assert "<span><i>9</i>" in text
    assert '<span class="own">    at f (lib/a.js:10:3)</span>' in text
    assert '<span class="far">    at g (node_modules/p/i.js:1:1)</span>' in text
    assert "Mend it and save" in text


def test_page_of_a_build_error_quotes_what_the_compiler_names(project: Function) -> None:
    text = rendered(BuildFailed("it does not build:\nlib/a.js:3:1: no"), project)
    assert "<h2>lib/a.js:3:1</h2>" in text
    assert "until a version builds" in text


def test_page_without_a_function_quotes_nothing(project: Function) -> None:
    trace = ("    at f (lib/a.js:10:3)",)
    text = rendered(HandlerFailed("no", trace=trace), None)
    assert '<span class="hit">' not in text


class Elements(HTMLParser):
    """The elements and attributes of a page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.seen: set[str] = set()
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen |= {tag, *(name for name, _ in attrs)}


def test_nothing_that_a_function_says_becomes_markup(project: Function) -> None:
    evil = "</pre></style></title><script>alert(1)</script><img src=x onerror=alert(1)>\"'&"
    source = project.project_root / "lib/a.js"
    source.write_text(f"{evil}\n{evil}\n")
    trace = (evil, f"    at {evil} (lib/a.js:1:1)", f"    at f (node_modules/{evil}:1:1)")
    plain = Elements(rendered(HandlerFailed("x", trace=("    at f (lib/a.js:1:1)",)), project))
    text = page.render(HandlerFailed(evil, trace=trace, type_=evil), 502, evil, project)
    assert Elements(text).seen == plain.seen
    assert not plain.seen & {"script", "img", "src", "href", "onerror"}
    assert not re.search(r"https?://|url\(|@import", text)


@pytest.mark.parametrize("kind", every_class())
def test_advice_is_whole_sentences_or_nothing(kind: type[PolyfnError]) -> None:
    told = advice(of(kind))
    assert told == "" or (told.endswith(".") and not told[0].islower())
    assert html.escape(told) in rendered(of(kind), None)
