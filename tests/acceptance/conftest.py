"""The examples, set up once: npm packages in place, and a server that runs."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.acceptance.serving import Served, served
from tests.npm import npm

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"


@pytest.fixture(scope="session")
def mixed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of examples/mixed, as it is after `npm ci`."""
    project = tmp_path_factory.mktemp("examples") / "mixed"
    ignore = shutil.ignore_patterns("node_modules", ".polyfn")
    shutil.copytree(EXAMPLES / "mixed", project, ignore=ignore)
    command = [*npm(), "ci", "--no-audit", "--no-fund", "--prefix", str(project)]
    subprocess.run(command, check=True, timeout=120, capture_output=True)
    return project


@pytest.fixture(scope="session")
def mixed_alone(mixed: Path) -> Path:
    """The same in a place that no server serves."""
    project = mixed.with_name("alone")
    shutil.copytree(mixed, project, ignore=shutil.ignore_patterns(".polyfn"), symlinks=True)
    return project


@pytest.fixture(scope="module")
def mixed_server(mixed: Path) -> Iterator[Served]:
    """That example, served."""
    with served(mixed) as server:
        yield server
