"""Functions that will not end: polyfn's own end does not wait for them."""

from __future__ import annotations

import shutil
import threading
import time
from pathlib import Path

from tests.acceptance.faults.conftest import FUNCTIONS
from tests.acceptance.faults.rows import RUNTIMES
from tests.acceptance.serving import Served, assert_gone, started

DRAIN_S = 0.5
# The drain limit, then end of file, SIGTERM and SIGKILL, half a second each; and a slow machine.
STOPPED_WITHIN_S = 8


def test_server_stops_though_every_function_ignores_sigterm(tmp_path: Path) -> None:
    for runtime in RUNTIMES:
        for found in (FUNCTIONS / "netlify/functions").glob(f"{runtime}-stubborn*"):
            target = tmp_path / "netlify/functions" / found.name
            (shutil.copytree if found.is_dir() else _copy)(found, target)
    for name in ("go.mod", "go.sum"):
        shutil.copy(FUNCTIONS / name, tmp_path)
    (tmp_path / "polyfn.toml").write_text(f"[limits]\ntimeout = 60\ndrain = {DRAIN_S}\n")
    with started(tmp_path) as server:
        callers = [threading.Thread(target=_call, args=(server, each)) for each in RUNTIMES]
        for caller in callers:
            caller.start()
        for runtime in RUNTIMES:
            server.wait_for_output(f"{runtime}-stubborn    | stubborn", within_s=30)
        family = server.family()
        began = time.monotonic()
        server.process.terminate()
        assert server.process.wait(30) == 0, server.output
        assert time.monotonic() - began < STOPPED_WITHIN_S
        for caller in callers:
            caller.join(5)
    assert_gone(family)


def _copy(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copy(source, target)


def _call(server: Served, runtime: str) -> None:
    try:
        server.get(f"{runtime}-stubborn")
    except OSError:
        return
