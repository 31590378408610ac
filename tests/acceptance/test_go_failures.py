"""Go programs that fail, served: the caller gets 502 with what happened, the log gets all of it."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from typing import Final

import pytest

from tests.acceptance.serving import Served, served
from tests.process.go_versions.library import Library

pytestmark = pytest.mark.timeout(300)  # the first build compiles the standard library

# Function → aws-lambda-go: net/rpc only, and the one that a function without a go.mod gets.
_VERSIONS: Final = {"old": "1.13.3", "new": "1.54.0"}
_DEEPER: Final = ["failing.go", "failing.go", "handle.go"]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    project = tmp_path_factory.mktemp("go-failures") / "site"
    for name, version in _VERSIONS.items():
        directory = project / "netlify/functions" / name
        directory.mkdir(parents=True)
        Library(version, directory).write(directory, directory)
    with served(project, env={"FEATURE": "Start", "GOFLAGS": ""}) as server:
        yield server


@pytest.mark.parametrize("name", _VERSIONS)
@pytest.mark.parametrize(
    ("do", "kind", "words", "files", "logged"),
    [
        ("error", "errorString", "it went wrong", [], ["errorString: it went wrong"]),
        ("error%20of%20a%20pointer", "outOfStock", "no tea", [], ["outOfStock: no tea"]),
        ("panic", "string", "it went wrong", _DEEPER, ["string: it went wrong", "failing.go:"]),
        (
            "goroutine%20panic",
            "Runtime.ExitError",
            "panicked before it answered: it went wrong\nA panic in a goroutine of its own",
            ["failing.go", "failing.go", "failing.go"],
            ["panic: it went wrong", "main.deeper", "\tnetlify/functions/", "created by main."],
        ),
        ("exit", "Runtime.ExitError", "exited with status 3 before it answered", None, []),
        (
            "log.Fatal",
            "Runtime.ExitError",
            "exited with status 1 before it answered",
            None,
            ["log: it cannot go on"],
        ),
    ],
)  # fmt: skip
def test_caller_and_log_are_told(
    server: Served,
    tmp_path_factory: pytest.TempPathFactory,
    name: str,
    do: str,
    kind: str,
    words: str,
    files: list[str] | None,
    logged: list[str],
) -> None:
    before = len(server.output)
    answer = server.get(name, f"?do={do}")
    error = json.loads(answer.body)
    assert answer.status == 502
    assert error["errorType"] == kind
    assert words in error["errorMessage"]
    if files is not None:
        assert [line.partition(":")[0] for line in error["trace"]] == [
            f"netlify/functions/{name}/{file}" for file in files
        ]
    for part in [*logged, " 502 "]:
        wait_for(server, before, name, part)
    assert str(tmp_path_factory.getbasetemp()) not in "\n".join(server.output[before:])
    assert server.get(name).status == 200


def wait_for(server: Served, start: int, name: str, words: str) -> None:
    """Return once a line of that function with those words was printed."""
    deadline = time.monotonic() + 10
    while not any(name in line and words in line for line in server.output[start:]):
        assert time.monotonic() < deadline, f"{words!r} is not in {server.output[start:]}"
        time.sleep(0.01)
