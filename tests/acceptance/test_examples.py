"""The small examples answer as their comments say."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.acceptance.conftest import EXAMPLES
from tests.acceptance.serving import served

ANSWERS: dict[str, list[tuple[str, int, bytes]]] = {
    "go": [
        ("hello", 200, b"Hello from GET /.netlify/functions/hello\n"),
        ("weather?city=Lima", 200, "Lima: 19 °C\n".encode()),
        ("weather?city=Atlantis", 502, b'no weather for \\"Atlantis\\"'),
        ("site/greet/Ada", 200, b"Hello Ada, visit 1\n"),
        ("site/countdown/2", 200, b"data: 2\n\ndata: 1\n\ndata: Lift-off\n\n"),
        ("site/countdown/x", 400, b"Count down from a number"),
        ("site/nowhere", 404, b"404 page not found"),
    ],
    "node": [
        ("hello", 200, b"Hello from GET /.netlify/functions/hello\n"),
        ("callback", 200, b"You sent nothing\n"),
        ("pixel", 200, b"GIF89a"),
        ("typed?colour=blue", 200, b"#00f\n"),
        ("typed?colour=grey", 404, b"No such colour\n"),
        ("count-background", 202, b""),
        ("visits?name=Ada", 200, b"Hello Ada from GET /.netlify/functions/visits"),
        ("/countdown/2", 200, b"2\n1\nLift-off\n"),
        ("/countdown/x", 400, b"Count down from a number"),
    ],
    "python": [
        ("hello", 200, b"Hello from GET /.netlify/functions/hello\n"),
        ("fetch_all", 200, b"[0, 1, 4]\n"),
        ("report", 200, b"Report of report\nAll is well.\n"),
    ],
}


@pytest.mark.parametrize("example", ANSWERS)
def test_example_answers(tmp_path: Path, example: str) -> None:
    project = tmp_path / example
    shutil.copytree(EXAMPLES / example, project, ignore=shutil.ignore_patterns(".polyfn"))
    with served(project) as server:
        for target, status, words in ANSWERS[example]:
            path = target if target.startswith("/") else f"/.netlify/functions/{target}"
            answer = server.call("GET", path)
            assert (answer.status, words in answer.body) == (status, True), (target, answer)


def test_header_that_is_sent_twice_reaches_the_client_twice(tmp_path: Path) -> None:
    project = tmp_path / "node"
    shutil.copytree(EXAMPLES / "node", project, ignore=shutil.ignore_patterns(".polyfn"))
    with served(project) as server:
        answer = server.get("callback")
        cookies = [value for name, value in answer.headers if name.lower() == "set-cookie"]
        assert cookies == ["seen=yes", "lang=en"]
