"""The wheel: everything a function needs is in it, and nothing that only tests need."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from tests.acceptance.projects import HELLO, write_project

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def unpacked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    command = [
        sys.executable,
        "-m",
        "pip",
        "wheel",
        "--no-deps",
        "-q",
        "-w",
        str(folder),
        str(ROOT),
    ]
    subprocess.run(command, check=True, timeout=110, stdin=subprocess.DEVNULL)
    (wheel,) = folder.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(folder / "site")
    return folder / "site"


def test_wheel_holds_the_runners_and_no_tests(unpacked: Path) -> None:
    files = {str(path.relative_to(unpacked)) for path in unpacked.rglob("*") if path.is_file()}
    for needed in (
        "polyfn/py.typed",
        "polyfn/_runners/PROTOCOL.md",
        "polyfn/_runners/node/runner.cjs",
        "polyfn/_runners/python/runner.py",
        "polyfn/_runners/go/bridge/bridge.go",
    ):
        assert needed in files
    assert not [name for name in files if "test" in name.lower()]


def test_wheel_runs_functions_without_the_checkout(unpacked: Path, tmp_path: Path) -> None:
    python = "def handler(event, context):\n    return {'statusCode': 200, 'body': 'py'}\n"
    write_project(tmp_path, {"hello.js": HELLO, "py.py": python})
    for name, body in (("hello", b"hello"), ("py", b"py")):
        done = subprocess.run(
            [sys.executable, "-m", "polyfn", "invoke", name, "--cwd", str(tmp_path)],
            env={**os.environ, "PYTHONPATH": str(unpacked)},
            cwd=tmp_path,
            capture_output=True,
            timeout=60,
            check=False,
        )
        assert done.stdout == body, done.stderr
