"""Ends that nobody wished for: each leaves a clear word and no process."""

from __future__ import annotations

import os
import re
import shutil
import signal
import socket
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psutil
import pytest

from tests.acceptance.projects import write_project
from tests.acceptance.serving import POLYFN, Served, assert_gone, polyfn, served, started

WAITS = Path(__file__).resolve().parents[1] / "functions/waits"
QUICK = ("js-wait", "py-wait")
_RUNNER = re.compile(r"runner\.cjs|runner\.py|bootstrap$")


@pytest.fixture
def project(tmp_path: Path) -> Path:
    path = tmp_path / "project"
    shutil.copytree(WAITS, path, ignore=shutil.ignore_patterns(".polyfn"))
    return path


def runners(server: Served) -> list[psutil.Process]:
    """The processes that functions run in."""
    return [child for child in server.family() if _is_runner(child)]


def _is_runner(process: psutil.Process) -> bool:
    try:
        return bool(_RUNNER.search(" ".join(process.cmdline())))
    except psutil.NoSuchProcess:
        return False


@pytest.mark.parametrize("name", [*QUICK, "go-wait"])
def test_killed_runner_is_a_502_for_its_call_and_the_next_call_is_answered(
    project: Path, name: str
) -> None:
    with served(project, "--spares", "0") as server:
        assert server.get(name, "?n=1").status == 200
        (runner,) = runners(server)
        killer = threading.Timer(0.3, runner.kill)
        killer.start()
        answer = server.get(name, "?ms=20000&n=2")
        killer.join()
        assert answer.status == 502
        assert b"was killed by SIGKILL" in answer.body
        assert server.get(name, "?n=3").body == b"waited 3"


def test_killed_idle_runner_is_not_noticed_by_the_next_call(project: Path) -> None:
    with served(project, "--spares", "0") as server:
        server.get("js-wait", "?n=1")
        (runner,) = runners(server)
        runner.kill()
        runner.wait(5)
        assert server.get("js-wait", "?n=2").body == b"waited 2"


def test_killed_supervisor_leaves_no_process_behind(project: Path) -> None:
    with started(project) as server, calling(server, *QUICK):
        family = server.family()
        server.process.kill()
        server.process.wait(5)
    assert_gone(family)
    done = polyfn("invoke", "js-wait", "--query", "n=9", "--cwd", str(project))
    assert done.stdout == b"waited 9"  # the file of the dead server misleads nobody


@contextmanager
def calling(server: Served, *names: str) -> Iterator[None]:
    """Have a call of 20 s run in an instance of each function."""
    callers = [threading.Thread(target=_call_and_fail, args=(server, name)) for name in names]
    for caller in callers:
        caller.start()
    deadline = time.monotonic() + 20
    while len(runners(server)) < len(names):
        assert time.monotonic() < deadline
        time.sleep(0.01)
    yield
    for caller in callers:
        caller.join(5)


def _call_and_fail(server: Served, name: str) -> None:
    try:
        server.get(name, "?ms=20000&n=1")
    except OSError:
        return


def test_port_that_is_taken_is_named_with_its_owner(project: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        done = polyfn("serve", "--cwd", str(project), "--port", str(port))
    assert done.returncode == 6
    words = done.stderr.decode()
    assert f"127.0.0.1:{port} is taken" in words
    assert f"pid {os.getpid()}" in words
    assert "--port 0" in words
    assert "Traceback" not in words


@pytest.mark.parametrize(
    ("command", "status"), [(["build"], 130), (["serve", "--port", "0"], 0)], ids=["build", "serve"]
)
def test_ctrl_c_during_a_build_ends_clean(tmp_path: Path, command: list[str], status: int) -> None:
    function = tmp_path / "netlify/functions/slow/main.go"
    function.parent.mkdir(parents=True)
    # A program that takes seconds to compile, whatever is in Go's cache.
    function.write_text(_slow_to_compile())
    (tmp_path / "go.mod").write_text("module example.com/slow\n\ngo 1.21\n")
    process = subprocess.Popen(
        [*POLYFN, *command, "--cwd", str(tmp_path)],
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, start_new_session=True,
    )  # fmt: skip
    with process:
        family = _until_compiling(process)
        os.killpg(process.pid, signal.SIGINT)  # as a terminal does: to the whole foreground group
        out, _ = process.communicate(timeout=20)
    assert process.returncode == status, out
    assert "Traceback" not in out
    assert_gone(family)
    assert not list((tmp_path / ".polyfn").rglob("bootstrap"))


def test_supervisor_killed_during_a_build_leaves_no_compiler_behind(tmp_path: Path) -> None:
    function = tmp_path / "netlify/functions/slow/main.go"
    function.parent.mkdir(parents=True)
    function.write_text(_slow_to_compile())
    (tmp_path / "go.mod").write_text("module example.com/slow\n\ngo 1.21\n")
    command = [*POLYFN, "build", "--cwd", str(tmp_path)]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        family = _until_compiling(process)
        process.kill()
    assert_gone(family)


def test_killed_supervisor_leaves_no_compiler_that_stays(tmp_path: Path) -> None:
    source = "export const handler = async () => ({ statusCode: 200, body: 'x' as string });\n"
    project = write_project(tmp_path, {"a.ts": source})
    with started(project) as server:
        assert server.get("a").status == 200
        deadline = time.monotonic() + 20
        while not any(_name(each) == "esbuild" for each in server.family()):
            assert time.monotonic() < deadline, server.output
            time.sleep(0.02)
        family = server.family()
        server.process.kill()
        server.process.wait(5)
    assert_gone(family)


def _slow_to_compile() -> str:
    """A Go program of many cases, different every time."""
    factor = time.time_ns() % 997
    functions = [f"func f{n}(x int) int {{ return x * {n + factor} }}" for n in range(50)]
    cases = [f"\tcase {n}: return f{n % 50}(x + {n})" for n in range(3000)]
    return "\n".join(
        [
            "package main",
            *functions,
            "func g(n, x int) int {\n\tswitch n {",
            *cases,
            "\t}\n\treturn 0\n}",
            'func main() { g(len("x"), 2) }',
        ]
    )


def _until_compiling(process: subprocess.Popen[Any]) -> list[psutil.Process]:
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        family = psutil.Process(process.pid).children(recursive=True)
        if any(_name(child) == "compile" for child in family):
            return family
        time.sleep(0.002)
    raise AssertionError("the compiler was never started")


def _name(process: psutil.Process) -> str:
    try:
        return process.name()
    except psutil.NoSuchProcess:
        return ""


def test_second_ctrl_c_ends_it_at_once(project: Path) -> None:
    with started(project) as server, calling(server, "py-wait"):
        family = server.family()
        server.process.send_signal(signal.SIGINT)
        server.wait_for_output("Stopping")
        server.process.send_signal(signal.SIGINT)
        assert server.process.wait(3) == 130
    assert_gone(family)


def test_sigterm_lets_running_calls_finish(tmp_path: Path) -> None:
    slow = """
        exports.handler = async () => {
          console.log("begun");
          await new Promise((resolve) => setTimeout(resolve, 1000));
          return { statusCode: 200, body: "finished" };
        };
        """
    answers = []
    with served(write_project(tmp_path, {"slow.js": slow}), stop=signal.SIGTERM) as server:
        caller = threading.Thread(target=lambda: answers.append(server.get("slow")))
        caller.start()
        server.wait_for_output("begun")
    caller.join(10)
    assert [answer.body for answer in answers] == [b"finished"]
