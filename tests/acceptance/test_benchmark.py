"""The benchmark, run for real: one measurement, its table, and its end."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil

from tests.waiting import eventually

RUN = Path(__file__).resolve().parents[2] / "bench/run"
LAUNCH = [sys.executable, str(RUN), "--quick", "--only", "launch"]


def test_a_run_prints_one_table_and_writes_the_same_as_json(tmp_path: Path) -> None:
    written, scratch = tmp_path / "run.json", tmp_path / "scratch"
    scratch.mkdir()
    done = subprocess.run(
        [*LAUNCH, "--json", str(written)],
        capture_output=True,
        text=True,
        env={**os.environ, "TMPDIR": str(scratch)},
        timeout=110,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    content = json.loads(written.read_text(encoding="utf-8"))
    assert [row["key"] for row in content["rows"]] == ["launch.1", "launch.51"]
    lines = done.stdout.splitlines()
    assert lines[0].split()[:6] == ["what", "polyfn", "spread", "must", "aim", "reached"]
    for row, line in zip(content["rows"], lines[1:], strict=False):
        assert 0 < row["ours"]["low"] <= row["ours"]["value"] <= row["ours"]["high"] < 60
        assert row["goal"]["must"] > 0
        assert row["reached"] in {"yes", "no"}
        assert line.startswith(row["title"])
        assert f"≤ {row['goal']['must']:g} s" in line
    assert "of 2 goals reached" in lines[-1]
    assert content["failed"] == {}
    assert list(scratch.iterdir()) == []


async def test_a_run_that_is_killed_leaves_no_process_behind(tmp_path: Path) -> None:
    started: list[psutil.Process] = []
    with _killed_at_the_end(tmp_path) as run:

        def an_instance_runs() -> bool:
            started[:] = run.children(recursive=True)
            return any("runner.cjs" in " ".join(_words(child)) for child in started)

        await eventually(an_instance_runs, within_s=60)
    await eventually(lambda: not any(child.is_running() for child in started), within_s=10)


@contextmanager
def _killed_at_the_end(scratch: Path) -> Iterator[psutil.Process]:
    env = {**os.environ, "TMPDIR": str(scratch)}
    with subprocess.Popen(
        LAUNCH, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=env
    ) as process:
        try:
            yield psutil.Process(process.pid)
        finally:
            process.kill()


def _words(process: psutil.Process) -> list[str]:
    try:
        return process.cmdline()
    except psutil.Error:
        return []
