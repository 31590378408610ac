"""Whatever a function prints, and however, is a log line of its request, in order, and no frame."""

from __future__ import annotations

import asyncio
import shutil
from pathlib import Path

import pytest

from polyfn.app.project import open_project
from polyfn.model import Buffered, Invocation, LogLine, Timing, Value
from polyfn.settings import Flags, load

PRINTS = Path(__file__).resolve().parents[1] / "functions/prints"
RAW = [f"raw {n}" for n in range(1, 5)]
SAID = [f"log {n}" for n in range(1, 5)]


class Remembering:
    """A sink that keeps what it gets."""

    def __init__(self) -> None:
        self.lines: list[LogLine] = []

    def write(self, line: LogLine) -> None:
        self.lines.append(line)

    def of(self, request_id: str, kind: str) -> list[str]:
        marked = f"{request_id} {kind}"
        texts = [line.text for line in self.lines if line.request_id == request_id]
        return [text.removeprefix(f"{request_id} ") for text in texts if text.startswith(marked)]


@pytest.fixture
def project(tmp_path: Path) -> Path:
    path = tmp_path / "prints"
    shutil.copytree(PRINTS, path, ignore=shutil.ignore_patterns(".polyfn"))
    return path


@pytest.mark.parametrize(
    ("name", "said"), [("js-prints", SAID), ("py-prints", SAID), ("go-prints", [])]
)
async def test_prints_are_lines_of_their_request_in_order(
    project: Path, name: str, said: list[str]
) -> None:
    sink = Remembering()
    settings = load(project, environ={"PATH": "/usr/bin:/bin"}, flags=Flags(cwd=project))
    async with open_project(settings, sink=sink) as opened:
        numbers = range(60)

        async def call(number: int) -> str:
            request_id = f"{name}-{number}"
            invocation = Invocation(
                function=name, request_id=request_id, event=b'{"a":1}', timeout_s=30
            )
            result = await opened.fleet.invoke(invocation, Timing())
            assert isinstance(result, Buffered | Value)
            return request_id

        # One after the other in the same instance, then several at a time.
        ids = [await call(number) for number in numbers[:30]]
        ids += await asyncio.gather(*(call(number) for number in numbers[30:]))
        for request_id in ids:
            assert sink.of(request_id, "raw") == RAW
            assert sink.of(request_id, "log") == said
    loading = [line for line in sink.lines if "loading" in line.text]
    assert {line.text for line in loading} == {"loading", "loading, to fd 1"}
    assert {line.request_id for line in loading} == {""}
