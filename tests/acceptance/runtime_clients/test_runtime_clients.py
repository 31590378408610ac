"""Real runtime clients, built or installed, behind polyfn's Runtime API: each does what it can."""

from __future__ import annotations

import http.client
import json
import time
from functools import partial
from pathlib import Path

import pytest

from tests.acceptance.runtime_clients.conftest import Running, at_once
from tests.acceptance.runtime_clients.features import tried
from tests.acceptance.serving import Answer, served
from tests.waiting import eventually

# A first build of all clients takes minutes.
pytestmark = pytest.mark.timeout(900)

# A busy machine starts a client in seconds.
_SOON_S = 60.0
_ARN = "arn:aws:lambda:us-east-1:"


def failed(answer: Answer, status: int = 502) -> dict[str, str]:
    """The error in an answer that must be one."""
    assert answer.status == status, answer.body
    error: dict[str, str] = json.loads(answer.body)
    return error


@tried("event")
def test_event(running: Running) -> None:
    answer = running.post("Grüße, 世界 \x00 \U0001f600".encode(), "text/plain; charset=utf-8")
    assert answer.status == 200
    assert answer.body.decode() == "Grüße, 世界 \x00 \U0001f600"
    assert answer.header("content-type") == "text/plain; charset=utf-8"


@tried("binary")
def test_binary(running: Running) -> None:
    body = bytes(range(256)) * 100
    answer = running.post(body, "application/octet-stream")
    assert (answer.status, answer.body) == (200, body)


@tried("large")
def test_large(running: Running) -> None:
    body = b"0123456789" * 590_000
    answer = running.post(body, "text/plain")
    assert (answer.status, len(answer.body)) == (200, len(body)), answer.body[:500]
    assert answer.body == body


@tried("context")
def test_context(running: Running) -> None:
    answer = running.do("context")
    told = json.loads(answer.body)
    assert told["request_id"] == answer.header("x-nf-request-id")
    assert told["arn"].startswith(_ARN)
    assert told["arn"].endswith(f":function:{running.client.name}")
    assert told["name"] == running.client.name
    assert 15_000 < told["deadline"] - time.time() * 1000 <= 21_000


@tried("error")
def test_error(running: Running) -> None:
    error = failed(running.do("error"))
    assert error["errorType"] == running.client.error_type
    assert error["errorMessage"] == "this is on purpose"
    assert running.do("who").status == 200


@tried("panic")
def test_panic(running: Running) -> None:
    assert "a panic on purpose" in failed(running.do("panic"))["errorMessage"]
    assert running.do("who").status == 200


@tried("exited")
def test_exited(running: Running) -> None:
    error = failed(running.do("exit"))
    assert error["errorType"] == "Runtime.ExitError"
    assert "exited with status 3" in error["errorMessage"]
    assert running.do("who").status == 200


@tried("init_error")
def test_init_error(running: Running) -> None:
    error_type, words = running.client.init_error
    for _ in range(2):
        error = failed(running.do("who", "-broken"))
        assert error["errorType"] == error_type, error
        assert words in error["errorMessage"]
    running.server.wait_for_output("no start on purpose")


@tried("time_limit")
def test_time_limit(running: Running) -> None:
    error = failed(running.do("sleep", "-late"), 504)
    assert error["errorType"] == "Sandbox.Timedout"
    assert running.do("who", "-late").status == 200


@tried("at_once")
def test_at_once(running: Running) -> None:
    answers = at_once(64, running, "wait")
    assert [each.status for each in answers] == [200] * 64, answers
    assert len({each.body for each in answers}) >= 8  # it says its process id


@tried("background")
async def test_background(running: Running) -> None:
    assert running.do("print", "-background").status == 202
    name = f"{running.client.name}-background"
    await eventually(lambda: _logged(running, name, "printed to stdout"), _SOON_S)


@tried("prints")
async def test_prints(running: Running) -> None:
    name = running.client.name
    assert running.do("print").status == 200
    await eventually(lambda: _logged(running, name, "printed to stdout"), _SOON_S)
    await eventually(lambda: _logged(running, name, "printed to stderr"), _SOON_S)


def _logged(running: Running, name: str, words: str) -> bool:
    lines = running.server.output
    return any(line.startswith(f"{name} ") and words in line for line in lines)


@tried("stream")
def test_stream(running: Running) -> None:
    with_first_piece, whole = _streamed(running, "stream")
    assert whole == b"first\nsecond\n"
    assert with_first_piece == b"first\n"


@tried("cut")
def test_cut(running: Running) -> None:
    with pytest.raises(http.client.IncompleteRead) as caught:
        _streamed(running, "cut")
    assert caught.value.partial == b""
    running.server.wait_for_output("this is on purpose")
    assert running.do("stream", "-streams").status == 201


def _streamed(running: Running, what: str) -> tuple[bytes, bytes]:
    """The first bytes of an answer, and all of them; it must come from this client."""
    server, name = running.server, running.client.name
    connection = http.client.HTTPConnection(server.host, server.port, timeout=20)
    try:
        connection.request("GET", f"/.netlify/functions/{name}-streams?do={what}")
        response = connection.getresponse()
        assert response.status == 201, response.read()
        assert response.getheader("x-from") == name.split("-")[0].replace("prebuilt", "go")
        first = response.read1()
        return first, first + response.read()
    finally:
        connection.close()


@tried("replaced")
async def test_replaced(running: Running) -> None:
    """Of a program other bytes, of a script another comment: both go on working."""
    before = running.do("who").body
    [program] = (
        path
        for path in (
            running.functions / running.client.name,
            *running.functions.glob("*/bootstrap"),
        )
        if path.is_file() and running.client.name in (path.name, path.parent.name)
    )
    changed = running.functions.parent / "changed"
    changed.write_bytes(program.read_bytes() + b"\n# changed\n")
    changed.chmod(0o755)
    changed.rename(program)
    await eventually(partial(_is_another, running, before), _SOON_S)


@tried("beside")
async def test_beside(running: Running) -> None:
    """What a bootstrap may have loaded is saved again."""
    words = running.functions / running.client.name / "words.txt"
    for text in ("new\n", "newer\n"):
        before = running.do("who").body
        words.write_text(text)
        await eventually(partial(_is_another, running, before), _SOON_S)


@tried("linked")
async def test_linked(running: Running) -> None:
    """The link stays, what it leads to is another file: so `cargo build` leaves it."""
    target = running.functions.parent / "linked"
    place = running.functions / running.client.name
    program = place if place.is_file() else place / "bootstrap"
    target.write_bytes(program.read_bytes())
    target.chmod(0o755)
    before = running.do("who").body
    program.unlink()
    program.symlink_to(target)
    await eventually(lambda: running.do("who").status == 200, _SOON_S)
    before = running.do("who").body
    changed = target.with_name("changed")
    changed.write_bytes(target.read_bytes() + b"\n# linked\n")
    changed.chmod(0o755)
    changed.rename(target)
    await eventually(partial(_is_another, running, before), _SOON_S)


def _is_another(running: Running, before: bytes) -> bool:
    """Whether another process answers; an answer that is an error does not count."""
    answer = running.do("who")
    return answer.status == 200 and answer.body != before


@tried("stop")
def test_stop(running: Running, tmp_path: Path) -> None:
    functions = tmp_path / "netlify/functions"
    functions.mkdir(parents=True)
    running.client.put(functions, running.client.name)
    (tmp_path / "polyfn.toml").write_text("[limits]\ndrain = 60\n")
    with served(tmp_path) as server:
        assert server.get(running.client.name, "?do=who").status == 200
    # Nothing runs that could be waited for: `served` lets nobody take 20 s.
    assert any("told to stop" in line for line in server.output), server.output
