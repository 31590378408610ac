"""Programs that ask for their invocations by themselves, and what they do wrong."""

from __future__ import annotations

import json
import shlex
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.acceptance.load import get_all
from tests.acceptance.serving import Answer, Served, served

PROGRAM = Path(__file__).resolve().parents[1] / "functions/bootstraps/program.py"
_SETTINGS = """\
[limits]
init_timeout = 5

[functions.late]
timeout = 2
"""


def bootstrap(root: Path, name: str, comment: str = "") -> Path:
    """A shell script that starts the program: it is a process of its own, and waits for it."""
    path = root / "netlify/functions" / name / "bootstrap"
    path.parent.mkdir(parents=True, exist_ok=True)
    command = shlex.join([sys.executable, str(PROGRAM)])
    path.write_text(f"#!/bin/sh\n# {comment}\ntrap 'kill $!; wait' TERM\n{command} &\nwait $!\n")
    path.chmod(0o755)
    return path


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    root = tmp_path_factory.mktemp("bootstraps")
    for name in ("one", "other", "late", "hangs", "once"):
        bootstrap(root, name)
    (root / "polyfn.toml").write_text(_SETTINGS)
    with served(root) as running:
        yield running


def failed(answer: Answer, status: int = 502) -> tuple[str, str]:
    assert answer.status == status, answer.body[:500]
    told = json.loads(answer.body)
    return told["errorType"], told["errorMessage"]


def hello(server: Served, name: str = "one") -> None:
    answer = server.get(name)
    assert (answer.status, answer.body) == (200, b"hello")


def test_bootstrap_starts_in_its_own_directory(server: Served) -> None:
    told = json.loads(server.get("one", "?do=place").body)
    assert told["cwd"] == told["root"]
    assert told["root"].endswith("netlify/functions/one")


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere it may take rights to tell")
def test_function_reads_no_event_of_another(server: Served) -> None:
    victim = server.get("other", "?do=address").body.decode()
    told = json.loads(server.get("one", f"?do=steal&from={victim}").body)
    assert told == [403, 403]
    server.wait_for_output("other          | Another process has asked")
    hello(server, "other")


def test_a_child_of_the_program_may_answer(server: Served) -> None:
    answer = server.get("one", "?do=child")
    assert (answer.status, answer.body) == (200, b"from a child")
    hello(server)


def test_program_that_ends_in_a_call_fails_it_with_its_last_words(server: Served) -> None:
    kind, message = failed(server.get("one", "?do=exit"))
    assert kind == "Runtime.ExitError"
    assert "exited with status 3 before it answered" in message
    server.wait_for_output("last words")
    hello(server)


def test_program_that_crashes_in_a_call_fails_it(server: Served) -> None:
    kind, message = failed(server.get("one", "?do=kill"))
    assert kind == "Runtime.ExitError"
    assert "139" in message  # as the shell says that what it waited for was killed by SIGSEGV
    hello(server)


@pytest.mark.parametrize("what", ["garbage", "nothing", "text"])
def test_answer_that_is_no_response_says_so(server: Served, what: str) -> None:
    assert failed(server.get("one", f"?do={what}"))[0] == "Function.InvalidResponse"
    hello(server)


@pytest.mark.parametrize(("what", "answered"), [("large", 202), ("huge", 413)])
def test_answer_that_is_too_large_says_so(server: Served, what: str, answered: int) -> None:
    assert failed(server.get("one", f"?do={what}"))[0] == "Function.ResponseSizeTooLarge"
    server.wait_for_output(f"answered {answered}")
    hello(server)


def test_second_answer_is_refused_and_the_first_holds(server: Served) -> None:
    answer = server.get("one", "?do=twice")
    assert (answer.status, answer.body) == (200, b"once")
    server.wait_for_output("answered 202 403")
    hello(server)


@pytest.mark.parametrize("query", ["?do=half", "?do=sleep&s=60"])
def test_answer_that_is_never_whole_runs_out_of_time(server: Served, query: str) -> None:
    assert failed(server.get("late", query), 504)[0] == "Sandbox.Timedout"
    hello(server, "late")


def test_program_that_never_asks_does_not_load_in_time(server: Served) -> None:
    kind, message = failed(server.get("hangs"))
    assert kind == "Sandbox.InitTimedout"
    assert "within 5 s" in message


async def test_program_that_ends_after_its_answer_costs_no_call(server: Served) -> None:
    targets = ["/.netlify/functions/once"] * 24
    assert await get_all(server.port, iter(targets), 8) == {(200, b"hello"): 24}


def test_call_that_runs_when_its_program_is_replaced_is_answered(tmp_path: Path) -> None:
    path = bootstrap(tmp_path, "one")
    with served(tmp_path) as server:
        first = server.get("one", "?do=address").body
        running: list[Answer] = []
        thread = threading.Thread(target=lambda: running.append(server.get("one", "?do=sleep&s=2")))
        thread.start()
        changed = bootstrap(tmp_path / "elsewhere", "one", "changed")
        changed.rename(path)
        while server.get("one", "?do=address").body == first:
            assert thread.is_alive(), "the new program did not come while the old one ran"
        thread.join(20)
        assert [(each.status, each.body) for each in running] == [(200, b"hello")]
        server.wait_for_output("told to stop")
    assert sum("told to stop" in line for line in server.output) >= 2
