"""Where it went wrong, in every language: JSON, log and page have the author's frames alone."""

from __future__ import annotations

import html
import json
import re
import shutil
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.acceptance.serving import Served, served

FUNCTIONS = Path(__file__).resolve().parents[1] / "functions/traces"
NOT_THE_AUTHORS = (
    "runners/", "polyfn_runner", "polyfnbridge", "node:", "importlib/", "<frozen", "asyncio/",
    ".polyfn", "aws-lambda-go", "runtime/", "<anonymous>)",
)  # fmt: skip
_PLACE = re.compile(r'File "([^"]+)", line (\d+)|([^\s()]+\.\w+):(\d+)(:\d+)?')

# Function → the places of its frames, in order; of a build's error, the place in its message.
FRAMES = {
    "ts-nested": ["lib/price.ts:6:25", "netlify/functions/ts-nested.ts:6:17"],
    "ts-cause": [
        "netlify/functions/ts-cause.ts:13:11",
        "netlify/functions/ts-cause.ts:2:9",
        "netlify/functions/ts-cause.ts:11:31",
        "netlify/functions/ts-cause.ts:6:9",
        "netlify/functions/ts-cause.ts:11:40",
    ],
    "js-package": [
        "netlify/functions/js-package.js:4:38",
        "node_modules/each-of/index.js:2:28",
        "netlify/functions/js-package.js:4:3",
    ],
    "js-xss": ["netlify/functions/js-xss.js:6:9"],
    "py-chain": [
        "netlify/functions/py-chain.py:10",
        "shop/stock.py:2",
        "netlify/functions/py-chain.py:12",
    ],
    "py-group": [
        "netlify/functions/py-group.py:9",
        "netlify/functions/py-group.py:5",
        "netlify/functions/py-group.py:5",
    ],
    "py-import": ["netlify/functions/py-import.py:5", "shop/broken.py:3", "shop/stock.py:2"],
    "py-syntax": ["netlify/functions/py-syntax.py:2"],
    "go-panic": ["stock/stock.go:9", "netlify/functions/go-panic/main.go:10"],
    "go-goroutine": ["stock/stock.go:9", "netlify/functions/go-goroutine/main.go:10"],
}
BUILDS = {
    "ts-build": "netlify/functions/ts-build.ts:1:24",
    "go-build": "netlify/functions/go-build/main.go:10:15",
}
# What the page quotes: the line where it went wrong.
LINES = {
    "ts-nested": "  return article.price!.amount;",
    "js-package": "  each(['a'], (text) => text.missing.length);",
    "py-chain": '        raise OutOfStock("no tea") from error',
    "py-syntax": '    return {"statusCode": 200',
    "go-panic": "\tCounts[name]++",
    "go-goroutine": "\tCounts[name]++",
    "ts-build": "import { nothing } from '../../lib/nowhere';",
    "go-build": '\treturn stock.Take("tea"), nil',
}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    project = tmp_path_factory.mktemp("traces") / "a project"
    shutil.copytree(FUNCTIONS, project, ignore=shutil.ignore_patterns("__pycache__", ".polyfn"))
    shutil.copytree(project / "packages", project / "node_modules")
    with served(project) as server:
        yield server


def failure(server: Served, name: str) -> dict[str, Any]:
    answer = server.get(name)
    assert answer.status == 502
    error: dict[str, Any] = json.loads(answer.body)
    return error


def places(lines: list[str]) -> list[str]:
    found = [match for line in lines for match in [_PLACE.search(line)] if match]
    return [f"{m[1]}:{m[2]}" if m[1] else f"{m[3]}:{m[4]}{m[5] or ''}" for m in found]


@pytest.mark.parametrize("name", FRAMES)
def test_trace_and_log_have_the_authors_frames_as_paths_of_the_project(
    server: Served, name: str
) -> None:
    before = len(server.output)
    trace = failure(server, name)["trace"]
    assert places(trace) == FRAMES[name]
    assert not [each for each in NOT_THE_AUTHORS if any(each in line for line in trace)]
    logged = log_of(server, before, name)
    assert places(logged) == FRAMES[name] or places(logged[1:]) == FRAMES[name], logged
    assert not [each for each in NOT_THE_AUTHORS if any(each in line for line in logged)], logged


def log_of(server: Served, start: int, name: str) -> list[str]:
    """What was logged of one call, when the line of its request and its frames are there.

    Both are printed a moment later, each by a writer of its own.
    """
    deadline = time.monotonic() + 10
    mark = re.compile(rf"{name} +\| ?")
    while True:
        printed = server.output[start:]
        lines = [mark.sub("", line, count=1) for line in printed if mark.match(line)]
        is_answered = any(re.match(rf"GET +{name} ", line) for line in printed)
        if is_answered and len(places(lines)) >= len(FRAMES[name]):
            return lines
        assert time.monotonic() < deadline, printed
        time.sleep(0.01)


@pytest.mark.parametrize("name", BUILDS)
def test_compilers_words_name_the_file_as_a_path_of_the_project(server: Served, name: str) -> None:
    error = failure(server, name)
    assert error["errorType"] == "Build.Failed"
    assert f" {BUILDS[name]}: " in f" {error['errorMessage']} ".replace("\n", " ")
    assert "/traces" not in error["errorMessage"].replace("example.com/traces", "")


@pytest.mark.parametrize("name", LINES)
def test_page_quotes_the_line_where_it_went_wrong(server: Served, name: str) -> None:
    text = browse(server, name)
    hit = re.search(r'<span class="hit"><i>\d+</i>(.*?)</span>', text)
    assert hit is not None
    assert html.unescape(hit[1]) == LINES[name]
    trace = re.sub(r"<[^>]+>", "", text.partition("<h2>Trace</h2>")[2])
    assert places(html.unescape(trace).split("\n")) == FRAMES.get(name, [])


def test_page_runs_nothing_of_what_a_function_says(server: Served) -> None:
    text = browse(server, "js-xss")
    assert "<script" not in text
    assert "<img" not in text
    assert "&lt;script&gt;alert(&quot;source&quot;)" in text


def browse(server: Served, name: str) -> str:
    headers = [("accept", "text/html,application/xhtml+xml,*/*;q=0.8")]
    answer = server.call("GET", f"/.netlify/functions/{name}", headers=headers)
    assert (answer.header("content-type") or "").startswith("text/html")
    return answer.body.decode()
