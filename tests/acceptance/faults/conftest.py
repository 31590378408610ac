"""The functions that fail, served once for the whole table: no fault may disturb another."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.acceptance.faults.neighbour import Neighbour
from tests.acceptance.serving import Served, served

FUNCTIONS = Path(__file__).resolve().parents[2] / "functions/faults"


@pytest.fixture(scope="package")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("faults") / "project"
    shutil.copytree(FUNCTIONS, path, ignore=shutil.ignore_patterns(".polyfn", "__pycache__"))
    return path


@pytest.fixture(scope="package")
def start_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Says what the programs that are asked for it do while they start."""
    return tmp_path_factory.mktemp("faults-start") / "start.txt"


@pytest.fixture(scope="package")
def sleep_s() -> str:
    """How long the children of these programs sleep: nobody else's do so."""
    return f"86400.{os.getpid()}"


@pytest.fixture(scope="package")
def server(project: Path, start_file: Path, sleep_s: str) -> Iterator[Served]:
    with served(project, env={"HARM_START": str(start_file), "HARM_SLEEP": sleep_s}) as server:
        yield server


@pytest.fixture(scope="package")
def neighbour(server: Served) -> Neighbour:
    return Neighbour(server)
