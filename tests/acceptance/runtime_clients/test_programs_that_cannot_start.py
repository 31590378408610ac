"""Prebuilt programs and bootstraps that this machine cannot start: said before anybody calls."""

from __future__ import annotations

import json
import platform
import sys
from pathlib import Path

import pytest

from tests.acceptance.serving import polyfn, served

# e_machine of the ELF header, for a processor that this machine does not have.
_OTHER = 183 if platform.machine() == "x86_64" else 62
_PLACES = ("hello", "hello/hello", "hello/bootstrap")


def project_with(root: Path, place: str, content: bytes, mode: int = 0o755) -> Path:
    path = root / "netlify/functions" / place
    path.parent.mkdir(parents=True)
    path.write_bytes(content)
    path.chmod(mode)
    return root


def foreign() -> bytes:
    """This Python, as if for another processor."""
    program = Path(sys.executable).resolve().read_bytes()
    return program[:18] + _OTHER.to_bytes(2, "little") + program[20:4096]


@pytest.mark.parametrize("place", _PLACES)
def test_program_for_another_processor_says_so(tmp_path: Path, place: str) -> None:
    project = project_with(tmp_path, place, foreign())
    listed = polyfn("list", "--json", "--cwd", str(project))
    (row,) = json.loads(listed.stdout)["functions"]
    assert row["valid"] is False
    assert "is a program for linux/a" in row["problem"]
    assert "build it again for linux/" in row["problem"]
    doctor = polyfn("doctor", "--cwd", str(project))
    assert b"is a program for linux/a" in doctor.stdout + doctor.stderr
    with served(project) as server:
        server.wait_for_output("is a program for linux/a")
        answer = server.get("hello")
    assert answer.status == 400
    assert row["problem"] in json.loads(answer.body)["errorMessage"]


@pytest.mark.parametrize("place", _PLACES[:2])
def test_script_in_the_place_of_a_program_says_so(tmp_path: Path, place: str) -> None:
    project = project_with(tmp_path, place, b"#!/bin/sh\n")
    for command in ("list", "doctor"):
        done = polyfn(command, "--cwd", str(project))
        assert b"is a script, which is no function" in done.stdout + done.stderr


def test_bootstrap_of_another_system_says_so(tmp_path: Path) -> None:
    project = project_with(tmp_path, "hello/bootstrap", b"#!/bin/sh\r\nexit\r\n")
    done = polyfn("invoke", "hello", "--cwd", str(project))
    assert b"lines that end with CR LF" in done.stderr
    assert done.returncode != 0


def test_bootstrap_that_ends_before_it_asks_says_with_which_status(tmp_path: Path) -> None:
    project = project_with(tmp_path, "hello/bootstrap", b"#!/bin/sh\necho no config >&2\nexit 4\n")
    done = polyfn("invoke", "hello", "--cwd", str(project))
    assert b"exited with status 4" in done.stderr
    assert b"no config" in done.stderr
