"""Deployments of the scripted runner, a sink that remembers, and calls in one line."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, TypeAlias

import orjson
import pytest

from polyfn.model import (
    Artifact,
    BodyKind,
    Function,
    Invocation,
    LaunchSpec,
    LogLine,
    Want,
)
from polyfn.pool.deployment import Deployment

RUNNER = Path(__file__).with_name("scripted_runner.py")
Deploy: TypeAlias = Callable[..., Deployment]
Ask: TypeAlias = Callable[..., Invocation]


def started_with(environment: Mapping[str, str]) -> dict[str, str]:
    """What a spare of the scripted runner must have been started with."""
    return {name: value for name, value in environment.items() if name.startswith("BOOT")}


class Remembering:
    """A sink that keeps what it gets."""

    def __init__(self) -> None:
        self.lines: list[LogLine] = []

    def write(self, line: LogLine) -> None:
        self.lines.append(line)

    def texts(self, request_id: str) -> list[str]:
        return [line.text for line in self.lines if line.request_id == request_id]


@pytest.fixture
def sink() -> Remembering:
    return Remembering()


@pytest.fixture
def deploy(tmp_path: Path) -> Deploy:
    def make(main_file: str = "fine", name: str = "scripted", **environment: str) -> Deployment:
        path = tmp_path / main_file
        path.touch()
        return Deployment(
            function=Function(
                name=name, runtime="python", main_file=path, source=path, project_root=tmp_path
            ),
            artifact=Artifact(function=name, path=path, version="1"),
            launch=LaunchSpec(argv=(sys.executable, str(RUNNER)), spare=started_with),
            environment={"PATH": os.environ["PATH"], **environment},
            memory_mb=128,
        )

    return make


@pytest.fixture
def ask() -> Ask:
    numbers = iter(range(1_000_000))

    def make(
        do: str, *, timeout_s: float = 20.0, body: bytes | None = None, **more: Any
    ) -> Invocation:
        return Invocation(
            function="scripted",
            request_id=f"r-{next(numbers)}",
            event=orjson.dumps({"do": do, **more}),
            timeout_s=timeout_s,
            body=body or b"",
            body_kind=BodyKind.RAW if body is None else BodyKind.TEXT,
            want=Want.HTTP,
        )

    return make
