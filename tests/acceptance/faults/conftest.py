"""The functions that fail, served once for the whole table: no fault may disturb another."""

from __future__ import annotations

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
def server(project: Path) -> Iterator[Served]:
    with served(project) as server:
        yield server


@pytest.fixture(scope="package")
def neighbour(server: Served) -> Neighbour:
    return Neighbour(server)
