"""Debuggers that attach to a process: `polyfn serve --debug` and dlv, and any tracer without it."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.acceptance.projects import write_project
from tests.acceptance.serving import Answer, Served, polyfn, served
from tests.process.go_support import USUAL, write_module

pytestmark = pytest.mark.timeout(300)  # the first build for a debugger compiles the library

_DLV = "github.com/go-delve/delve/cmd/dlv@v1.27.2"
_INSTALLED_WITHIN_S = 90.0
_TIMEOUT_S = 1.0

GREET = """\
package main

import (
	"context"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-lambda-go/lambda"
)

type request = events.APIGatewayProxyRequest
type response = events.APIGatewayProxyResponse

func handler(ctx context.Context, r request) (response, error) {
	greeting := "hello " + r.QueryStringParameters["name"]
	if err := ctx.Err(); err != nil {
		return response{}, err
	}
	return response{StatusCode: 200, Body: greeting}, nil
}

func main() { lambda.Start(handler) }
"""
_AFTER_GREETING = 15


@pytest.fixture(scope="session")
def dlv() -> str:
    """dlv: the machine's own, else installed once into the user's cache."""
    go = shutil.which("go")
    if go is None:
        pytest.skip("no go on the PATH")
    place = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "polyfn-tests/dlv"
    found = shutil.which("dlv") or shutil.which("dlv", path=place)
    if found is not None:
        return found
    env = {**os.environ, "GOBIN": str(place), "GOFLAGS": "", "CGO_ENABLED": "0"}
    try:
        done = subprocess.run(
            [go, "install", _DLV],
            env=env,
            capture_output=True,
            timeout=_INSTALLED_WITHIN_S,
            check=False,
        )
    except subprocess.TimeoutExpired:
        pytest.skip(f"dlv does not install within {_INSTALLED_WITHIN_S:g} s")
    if done.returncode:
        pytest.skip(f"dlv cannot be installed: {done.stderr.decode()[-300:]}")
    return str(place / "dlv")


class Delve:
    """A dlv that is attached to a process, and takes commands."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process
        self._printed: list[str] = []
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def say(self, command: str) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(f"{command}\n")
        self._process.stdin.flush()

    def prints(self, words: str, within_s: float = 30.0) -> None:
        """Return once it has printed that."""
        deadline = time.monotonic() + within_s
        while words not in (printed := "".join(self._printed)):
            if "could not attach" in printed or "operation not permitted" in printed:
                pytest.skip(f"processes may not be traced here: {printed[-200:]}")
            assert time.monotonic() < deadline, f"{words!r} was not printed: {printed}"
            time.sleep(0.01)

    def _read(self) -> None:
        assert self._process.stdout is not None
        while part := self._process.stdout.read(1):
            self._printed.append(part)


@contextmanager
def attached(dlv: str, pid: int) -> Iterator[Delve]:
    process = subprocess.Popen(
        [dlv, "attach", str(pid), "--allow-non-terminal-interactive", "--check-go-version=false"],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
    )  # fmt: skip
    try:
        yield Delve(process)
    finally:
        if process.poll() is None:
            process.kill()
        process.wait(10)
        for pipe in (process.stdin, process.stdout):
            if pipe is not None:
                pipe.close()


def pid_of(server: Served, name: str) -> int:
    """The process that was printed last for a function."""
    said = rf"debugger  {name} is process (\d+): dlv attach \1"
    found = [match[1] for line in list(server.output) if (match := re.search(said, line))]
    return int(found[-1])


def passes(seconds: float) -> None:
    """Let a time limit pass."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        time.sleep(0.05)


def test_dlv_stops_a_go_function_shows_a_variable_and_lets_it_answer(
    tmp_path: Path, dlv: str
) -> None:
    write_module(tmp_path, version=USUAL)
    write_project(tmp_path, {"netlify/functions/greet/main.go": GREET})
    with served(tmp_path, "--debug", "--timeout", str(_TIMEOUT_S)) as server:
        server.wait_for_output("debugger  greet is process", 200)
        pid = pid_of(server, "greet")
        assert f"pid:{pid}" in polyfn("list", "--cwd", str(tmp_path)).stdout.decode()
        with attached(dlv, pid) as debugger:
            debugger.say(f"break main.go:{_AFTER_GREETING}")
            debugger.prints("Breakpoint 1 set")
            debugger.say("continue")
            answers: list[Answer] = []
            caller = threading.Thread(
                target=lambda: answers.append(server.get("greet", "?name=ann"))
            )
            caller.start()
            debugger.prints("[Breakpoint 1] main.handler()")
            passes(2 * _TIMEOUT_S)
            debugger.say("print greeting")
            debugger.prints('"hello ann"')
            debugger.say("clearall")
            debugger.say("continue")
            caller.join(30)
            assert [(each.status, each.body) for each in answers] == [(200, b"hello ann")]
        # It is served from a new process after a save, which is printed, too.
        greet = tmp_path / "netlify/functions/greet/main.go"
        greet.write_text(GREET.replace("hello ", "goodbye "))
        server.wait_for_output("reloaded  greet", 60)
        assert server.get("greet", "?name=ann").body == b"goodbye ann"
        assert pid_of(server, "greet") != pid


TRACER = """\
import ctypes, sys
libc = ctypes.CDLL(None, use_errno=True)
seize = 0x4206  # PTRACE_SEIZE: it is traced, and goes on
libc.ptrace.argtypes = [ctypes.c_long] * 4
if libc.ptrace(seize, int(sys.argv[1]), 0, 0):
    print("errno", ctypes.get_errno(), flush=True)
else:
    print("seized", flush=True)
sys.stdin.read()
"""


def test_a_process_that_is_traced_has_no_time_limit_until_its_tracer_leaves(
    tmp_path: Path,
) -> None:
    slow = """\
        const until = (ms) => new Promise((done) => setTimeout(done, ms));
        exports.handler = async (event) => {
          await until(Number(event.queryStringParameters.ms || 0));
          return { statusCode: 200, body: String(process.pid) };
        };
        """
    write_project(tmp_path, {"slow.js": slow})
    with served(tmp_path, "--timeout", str(_TIMEOUT_S)) as server:
        pid = server.get("slow").body.decode()
        tracer = subprocess.Popen(
            [sys.executable, "-c", TRACER, pid],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )  # fmt: skip
        assert tracer.stdout is not None
        said = tracer.stdout.readline().strip()
        try:
            if said != "seized":
                pytest.skip(f"processes may not be traced here: {said}")
            answer = server.get("slow", f"?ms={2500 * _TIMEOUT_S:g}")
            assert (answer.status, answer.body.decode()) == (200, pid)
        finally:
            tracer.communicate("", timeout=10)
        assert server.get("slow", f"?ms={2500 * _TIMEOUT_S:g}").status == 504


def test_a_function_that_no_debugger_can_attach_to_is_refused_by_name(tmp_path: Path) -> None:
    write_project(tmp_path, {"hello.py": "def handler(event, context):\n    return None\n"})
    done = polyfn("serve", "--cwd", str(tmp_path), "--port", "0", "--debug=hello")
    assert done.returncode == 2
    assert b"polyfn knows no debugger for python" in done.stderr
    done = polyfn("serve", "--cwd", str(tmp_path), "--port", "0", "--debug=helo")
    assert done.returncode == 4
