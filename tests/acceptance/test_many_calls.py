"""Many calls at once, in every runtime: each gets its own answer, and the processes stay few."""

from __future__ import annotations

import shutil
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from tests.acceptance.load import get_all
from tests.acceptance.serving import Served, served

NAMES = ("js-wait", "ts-wait", "py-wait", "go-wait")
WAITS = Path(__file__).resolve().parents[1] / "functions/waits"
# As many as one function may have; polyfn's guard is a process as well.
MOST_INSTANCES = 100


@pytest.fixture(scope="module")
def waits(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    project = tmp_path_factory.mktemp("waits") / "project"
    shutil.copytree(WAITS, project, ignore=shutil.ignore_patterns(".polyfn"))
    with served(project) as server:
        yield server


def instances(server: Served) -> int:
    return len(psutil.Process(server.process.pid).children()) - 1


@pytest.mark.parametrize("name", NAMES)
async def test_64_calls_that_wait_a_second_wait_together(waits: Served, name: str) -> None:
    targets = [f"/.netlify/functions/{name}?ms=1000&n={n}" for n in range(64)]
    await get_all(waits.port, iter([f"/.netlify/functions/{name}?n=0"]), 1)  # it is built now
    began = time.monotonic()
    answers = await get_all(waits.port, iter(targets), 64)
    assert answers == {(200, f"waited {n}".encode()): 1 for n in range(64)}
    assert time.monotonic() - began < 20  # one after the other they take 64 s


@pytest.mark.parametrize("name", NAMES)
async def test_10_000_quick_calls_over_64_connections_all_succeed(waits: Served, name: str) -> None:
    before = instances(waits)
    targets = (f"/.netlify/functions/{name}?n={n % 100}" for n in range(10_000))
    answers = await get_all(waits.port, targets, 64)
    assert answers == {(200, f"waited {n}".encode()): 100 for n in range(100)}
    assert instances(waits) <= before + MOST_INSTANCES
