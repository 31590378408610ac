"""Every mistake in one server: what is told of it, that others serve, and that mending helps."""

from __future__ import annotations

import json
import re
import urllib.parse
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.acceptance.mistakes.rows import Case
from tests.acceptance.mistakes.table import cases
from tests.acceptance.projects import HELLO, write_project
from tests.acceptance.serving import Served, served
from tests.waiting import eventually

SETTINGS = "[limits]\ninit_timeout = 4\n"
MANIFEST = '{"dependencies": {"stripe": "^1.0.0"}}'
_PLACE = re.compile(r"([^\s()]+:\d+(?::\d+)?)\)?$")


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("mistakes") / "project"
    write_project(root, {"hello.js": HELLO, "polyfn.toml": SETTINGS})
    write(root, {"package.json": MANIFEST})
    for case in cases():
        write(root, case.files)
    return root


def write(root: Path, files: Mapping[str, str]) -> None:
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text, encoding="utf-8")


@pytest.fixture(scope="module")
def server(project: Path) -> Iterator[Served]:
    with served(project) as server:
        yield server


@pytest.mark.parametrize("case", list(cases()), ids=lambda case: case.name)
async def test_mistake_is_told_its_neighbour_serves_and_mending_it_helps(
    server: Served, project: Path, case: Case
) -> None:
    target = f"/.netlify/functions/{urllib.parse.quote(case.name)}"
    answer = server.call("GET", target)
    error: dict[str, Any] = json.loads(answer.body)
    message = error["errorMessage"]
    assert (answer.status, error["errorType"]) == (case.told.status, case.told.type), error
    rest = message
    for word in map(case.filled, case.told.words):
        assert word in rest, message
        rest = rest.partition(word)[2]
    # What the author's own code throws is told as it is.
    assert str(project) not in message or "." not in case.told.type
    if case.told.place:
        assert first_place(error["trace"]) == case.filled(case.told.place)
    assert server.get("hello").body == b"hello"

    if not case.mends:
        return
    write(project, case.mended)
    await eventually(lambda: server.call("GET", target).status == 200, within_s=30)


def first_place(trace: list[str]) -> str:
    return next(match[1] for line in trace if (match := _PLACE.search(line)))
