"""Streams of Node, Python and Go: the first byte, limits, clients that wait or leave."""

from __future__ import annotations

import contextlib
import json
import os
import re
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.acceptance.serving import POLYFN, Served, polyfn, served
from tests.acceptance.streaming import streamed
from tests.waiting import eventually

NAMES = ("js-stream", "py-stream", "go-stream")
STREAMS = Path(__file__).resolve().parents[1] / "functions/streams"
MIB = 1024 * 1024
PIPE_BYTES = 65_536


def copied(to: Path, settings: str) -> Path:
    project = to / "project"
    shutil.copytree(STREAMS, project, ignore=shutil.ignore_patterns(".polyfn"))
    (project / "polyfn.toml").write_text(settings)
    return project


@pytest.fixture(scope="module")
def free(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """Without limits, and with one process for each function."""
    settings = "[limits]\nstream_timeout = 0\nstream_max = 0\ninstances_per_function = 1\n"
    with served(copied(tmp_path_factory.mktemp("free"), settings)) as server:
        yield server


@pytest.fixture(scope="module")
def limited(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """With the default size, and a time that a test can wait for."""
    settings = "[limits]\nstream_timeout = 1\n"
    with served(copied(tmp_path_factory.mktemp("limited"), settings)) as server:
        yield server


def pid(server: Served, name: str) -> str:
    return server.get(name, "?mode=pid").body.decode()


@pytest.mark.parametrize("name", NAMES)
def test_first_byte_comes_before_the_second_is_written(
    free: Served, name: str, tmp_path: Path
) -> None:
    go = tmp_path / "go"
    with streamed(free, name, f"?mode=steps&file={go}") as stream:
        assert stream.until(b"\n") == b"one\n"
        go.touch()
        assert stream.until(b"\n") == b"two\n"
        assert stream.rest() == (0, True)


@pytest.mark.parametrize(
    ("kind", "content_type", "cookies"),
    [
        ("api", "text/plain", ["a=1", "b=2"]),
        ("reader", "application/octet-stream", []),
        ("typed", "text/event-stream", []),
    ],
)
async def test_every_reader_that_go_may_return_streams_and_is_closed_when_its_client_leaves(
    free: Served, kind: str, content_type: str, cookies: list[str], tmp_path: Path
) -> None:
    go, process = tmp_path / "go", pid(free, "go-stream")
    with streamed(free, "go-stream", f"?as={kind}&mode=steps&file={go}") as stream:
        assert stream.until(b"\n") == b"one\n"
        assert (stream.status, stream.header("content-type")) == (200, content_type)
        assert (stream.response.headers.get_all("set-cookie") or []) == cookies
        go.touch()
        assert stream.until(b"\n") == b"two\n"
        assert stream.rest() == (0, True)
    file = tmp_path / "written"
    with streamed(free, "go-stream", f"?as={kind}&mode=endless&file={file}") as stream:
        stream.until(b"x" * 1000)
    await eventually(Path(f"{file}.ended").exists)
    with streamed(free, "go-stream", f"?as={kind}&mode=fails") as stream:
        assert stream.until(b"half") == b"half"
        assert stream.rest() == (0, False)
    assert pid(free, "go-stream") == process


def test_reader_that_panics_cuts_and_the_next_call_has_a_new_process(free: Served) -> None:
    process = pid(free, "go-stream")
    with streamed(free, "go-stream", "?as=panics") as stream:
        assert stream.until(b"half") == b"half"
        assert stream.rest() == (0, False)
    free.wait_for_output("the reader is broken")
    assert pid(free, "go-stream") != process


@pytest.mark.parametrize("name", NAMES)
def test_long_stream_is_whole(free: Served, name: str) -> None:
    with streamed(free, name, f"?mode=size&size={50 * MIB}") as stream:
        assert stream.rest() == (50 * MIB, True)


@pytest.mark.parametrize("name", NAMES)
async def test_client_that_does_not_read_holds_the_function_and_little_memory(
    free: Served, name: str, tmp_path: Path
) -> None:
    file = tmp_path / "written"
    process = pid(free, name)
    with streamed(free, name, f"?mode=endless&file={file}", receive_bytes=PIPE_BYTES) as stream:
        written = still(file)
        held = written - queued(free, stream.socket)
        assert held <= MIB, f"{held:,} bytes are neither in the system nor with the client"
        others = [pid(free, other) for other in NAMES if other != name]
        assert len(set(others)) == len(others)  # they are served meanwhile
        assert written == still(file)
    await eventually(Path(f"{file}.ended").exists)
    assert pid(free, name) == process


@pytest.mark.parametrize("name", NAMES)
async def test_client_that_leaves_ends_the_writer_and_the_process_answers_on(
    free: Served, name: str, tmp_path: Path
) -> None:
    file = tmp_path / "written"
    process = pid(free, name)
    with streamed(free, name, f"?mode=endless&file={file}") as stream:
        stream.until(b"x" * 1000)
    await eventually(Path(f"{file}.ended").exists)
    assert pid(free, name) == process


@pytest.mark.parametrize("name", NAMES)
def test_error_after_the_first_byte_cuts(free: Served, name: str) -> None:
    process = pid(free, name)
    with streamed(free, name, "?mode=fails") as stream:
        assert stream.until(b"half") == b"half"
        assert stream.rest() == (0, False)
    free.wait_for_output("the other half is lost")
    assert pid(free, name) == process


@pytest.mark.parametrize("name", NAMES)
def test_stream_is_cut_at_its_time_limit(limited: Served, name: str) -> None:
    pid(limited, name)  # it is built, and started
    began = time.monotonic()
    with streamed(limited, name, "?mode=ticks") as stream:
        size, whole = stream.rest()
    assert (size >= len(b"tick\n"), whole) == (True, False)
    assert 0.9 < time.monotonic() - began < 5
    limited.wait_for_output(f"Function '{name}' had run for 1.")
    limited.wait_for_output("Set `stream_timeout` for it, or under [limits]")


@pytest.mark.parametrize("name", NAMES)
def test_stream_is_cut_at_20_mb(limited: Served, name: str) -> None:
    with streamed(limited, name, f"?mode=size&size={20 * MIB}") as stream:
        assert stream.rest() == (20 * MIB, True)
    with streamed(limited, name, f"?mode=size&size={20 * MIB + 1}") as stream:
        size, whole = stream.rest()
    assert (size <= 20 * MIB, whole) == (True, False)
    limited.wait_for_output(f"Function '{name}' streamed more than 20,971,520 bytes")
    limited.wait_for_output("Set `stream_max` for it, or under [limits]")


def test_limits_of_one_function_are_its_own(tmp_path: Path) -> None:
    settings = '[functions."js-*"]\nstream_timeout = 1\nstream_max = 100\n'
    with served(copied(tmp_path, settings)) as server:
        with streamed(server, "js-stream", "?mode=size&size=101") as stream:
            assert not stream.rest()[1]
        with streamed(server, "py-stream", "?mode=size&size=101") as stream:
            assert stream.rest() == (101, True)
        with streamed(server, "js-stream", "?mode=stubborn") as stream:
            assert stream.rest() == (1, False)


async def test_function_that_goes_on_when_its_client_has_left_is_ended(free: Served) -> None:
    process = int(pid(free, "js-stream"))
    with streamed(free, "js-stream", "?mode=stubborn") as stream:
        stream.until(b"x")
    await eventually(lambda: not running(process), within_s=20)
    free.wait_for_output("went on when the client of its stream had left")
    assert pid(free, "js-stream") != str(process)


@pytest.mark.parametrize("with_server", [True, False], ids=["by the server", "alone"])
@pytest.mark.parametrize("raw", [True, False], ids=["event", "request"])
def test_invoke_prints_a_stream_as_it_comes(
    tmp_path: Path, *, with_server: bool, raw: bool
) -> None:
    project, go = copied(tmp_path, ""), tmp_path / "go"
    query = {"mode": "steps", "file": str(go)}
    event = ["--event", json.dumps({"queryStringParameters": query})]
    parts = [part for key, value in query.items() for part in ("--query", f"{key}={value}")]
    command = [*POLYFN, "invoke", "js-stream", "--cwd", str(project), *(event if raw else parts)]
    with contextlib.ExitStack() as stack:
        if with_server:
            stack.enter_context(served(project))
        process = stack.enter_context(subprocess.Popen(command, stdout=subprocess.PIPE))
        assert process.stdout is not None
        assert process.stdout.readline() == b"one\n"
        go.touch()
        assert process.stdout.read() == b"two\n"
        assert process.wait(20) == 0


@pytest.mark.parametrize("with_server", [True, False], ids=["by the server", "alone"])
@pytest.mark.parametrize("raw", [True, False], ids=["event", "request"])
def test_invoke_tells_of_a_stream_that_was_cut(
    tmp_path: Path, *, with_server: bool, raw: bool
) -> None:
    project = copied(tmp_path, "")
    event = json.dumps({"queryStringParameters": {"mode": "fails"}})
    parts = ["--event", event] if raw else ["--query", "mode=fails"]
    with served(project) if with_server else contextlib.nullcontext():
        done = polyfn("invoke", "js-stream", "--cwd", str(project), *parts)
    assert (done.returncode, done.stdout) == (1, b"half")
    told = b"The answer was cut" if with_server else b"the other half is lost"
    assert told in done.stderr


def running(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    return True


def still(file: Path) -> int:
    """How many bytes a function has written when it has come to a stop."""
    deadline = time.monotonic() + 30
    before = -1
    while time.monotonic() < deadline:
        now = int(file.read_text() or 0) if file.exists() else 0
        if now and now == before:
            return now
        before = now
        time.sleep(0.5)  # longer than a writer that can go on ever takes
    raise AssertionError(f"it went on writing: {before:,} bytes")


def queued(server: Served, client: socket.socket) -> int:
    """How many bytes the system holds between a server and its client, as Linux tells."""
    ends = {server.port, client.getsockname()[1]}
    size = 0
    for line in Path("/proc/net/tcp").read_text().splitlines()[1:]:
        _, local, remote, _, queues, *_ = line.split()
        if {port(local), port(remote)} == ends:
            size += sum(int(queue, 16) for queue in queues.split(":"))
    return size


def port(address: str) -> int:
    return int(re.sub(".*:", "", address), 16)
