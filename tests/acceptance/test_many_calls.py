"""Many calls at once: each gets its own answer, and the processes are as many as help."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
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
SPIN = "import time\nend = time.monotonic() + 90\nwhile time.monotonic() < end: pass"


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


@pytest.fixture
def busy_machine() -> Iterator[None]:
    """Two programs that compute beside, for as long as the test takes and 90 s at most."""
    spinning = [subprocess.Popen([sys.executable, "-c", SPIN]) for _ in range(2)]
    yield
    for each in spinning:
        each.kill()
        each.wait()


@pytest.fixture
def own(tmp_path: Path) -> Iterator[Served]:
    """A server that nobody has called, and that boots nothing ahead."""
    shutil.copytree(WAITS, tmp_path / "waits", ignore=shutil.ignore_patterns(".polyfn"))
    with served(tmp_path / "waits", "--spares", "0") as server:
        yield server


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux says who computes")
@pytest.mark.usefixtures("busy_machine")
async def test_quick_calls_on_a_busy_machine_get_a_handful_of_instances(own: Served) -> None:
    end = time.monotonic() + 6
    targets = iter(lambda: "/.netlify/functions/js-wait?n=1" if time.monotonic() < end else "", "")
    answers = await get_all(own.port, targets, 64)
    assert set(answers) == {(200, b"waited 1")}
    assert instances(own) <= len(os.sched_getaffinity(0)) + 3


@pytest.mark.usefixtures("busy_machine")
async def test_64_calls_that_wait_get_an_instance_each_on_a_busy_machine(own: Served) -> None:
    targets = [f"/.netlify/functions/js-wait?ms=1000&n={n}" for n in range(64)]
    # Starts take their time here, and what is idle for 10 s ends: so it may take a few rounds.
    for _ in range(6):
        began = time.monotonic()
        answers = await get_all(own.port, iter(targets), 64)
        assert answers == {(200, f"waited {n}".encode()): 1 for n in range(64)}
        if time.monotonic() - began < 5:
            return
    pytest.fail("64 calls of a second never ran side by side")
