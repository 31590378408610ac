"""What every test of the runner gets."""

from __future__ import annotations

import sys
import textwrap
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from polyfn.wire import messages as m
from runner_process import RunnerProcess

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

Write = Callable[..., Path]
Start = Callable[..., RunnerProcess]


@pytest.fixture
def start() -> Iterator[Start]:
    """Starts runners; they are gone after the test."""
    started: list[RunnerProcess] = []

    def start_one(**options: Any) -> RunnerProcess:
        started.append(RunnerProcess(**options))
        return started[-1]

    yield start_one
    for runner in started:
        runner.close()


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Writes a source file into the project; ``hello.py`` unless named otherwise."""

    def write_one(source: str, name: str = "hello.py") -> Path:
        file = tmp_path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(textwrap.dedent(source))
        return file

    return write_one


@pytest.fixture
def serve(start: Start, write: Write) -> Start:
    """Starts a runner with a function of that source loaded."""

    def serve_one(source: str, name: str = "hello.py", **spec: Any) -> RunnerProcess:
        runner = start()
        answer = runner.load(write(source, name), **spec)
        assert isinstance(answer, m.Ready), answer
        return runner

    return serve_one
