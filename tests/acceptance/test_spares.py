"""`polyfn serve --spares`: processes that wait for a function, from outside."""

from __future__ import annotations

import time
from pathlib import Path

import psutil
import pytest

from tests.acceptance.serving import Served, served

FILES = {
    "a.js": "exports.handler = async () => ({ statusCode: 200, body: String(process.pid) })",
    "b.js": "exports.handler = async () => ({ statusCode: 200, body: String(process.pid) })",
    "c.py": "import os\ndef handler(e, c): return {'statusCode': 200, 'body': str(os.getpid())}",
}


@pytest.fixture
def project(tmp_path: Path) -> Path:
    functions = tmp_path / "netlify/functions"
    functions.mkdir(parents=True)
    for name, source in FILES.items():
        (functions / name).write_text(source)
    return tmp_path


def runners(server: Served) -> set[int]:
    """The processes of polyfn's that run a runner."""
    found = set()
    for process in server.family():
        try:
            if any("runner." in each for each in process.cmdline()):
                found.add(process.pid)
        except psutil.NoSuchProcess:
            continue
    return found


def wait_for(server: Served, count: int, within_s: float = 20.0) -> set[int]:
    deadline = time.monotonic() + within_s
    while len(runners(server)) != count:
        assert time.monotonic() < deadline, (runners(server), server.output)
        time.sleep(0.02)
    return runners(server)


def test_one_process_of_each_kind_waits_and_is_taken(project: Path) -> None:
    with served(project) as server:
        waiting = wait_for(server, 2)
        assert int(server.get("a").body) in waiting
        assert int(server.get("c").body) in waiting
        later = wait_for(server, 4)
        assert int(server.get("b").body) in later - waiting


def test_none_waits_when_none_is_wanted(project: Path) -> None:
    with served(project, "--spares", "0") as server:
        pids = {int(server.get(name).body) for name in ("a", "b", "c")}
        assert runners(server) == pids


def test_number_of_those_that_wait_can_be_set(project: Path) -> None:
    (project / "polyfn.toml").write_text("[serve]\nspares = 2\n")
    with served(project) as server:
        wait_for(server, 4)
    with served(project, env={"POLYFN_SPARES": "1"}) as server:
        wait_for(server, 2)
