"""Programs with the Go runner in them, over real pipes at 3 and 4."""

from __future__ import annotations

import base64
import http.server
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from polyfn.runtimes.go.built import outdated_library
from polyfn.wire import messages as m
from tests.process.go_support import (
    HELLO,
    MAIN,
    SOURCES,
    USUAL,
    Program,
    build,
    write,
    write_module,
)
from tests.waiting import eventually

pytestmark = pytest.mark.timeout(300)  # the first build compiles the standard library

Start = Callable[..., Program]
_STREAMS = ["1.41.0", "1.47.0", "1.54.0", "1.55.1"]


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str, str], Path]:
    """Builds a program of tests/functions/go against a version of the library, once."""
    done: dict[tuple[str, str], Path] = {}

    def get(program: str, version: str) -> Path:
        if (program, version) not in done:
            root = tmp_path_factory.mktemp(program) / "site"
            write_module(root, version=version)
            shutil.copytree(SOURCES / program, root, dirs_exist_ok=True)
            write(root, {"greeting.txt": "read early", MAIN: (root / "main.go").read_text()})
            (root / "main.go").unlink()
            done[program, version] = build(root).path
        return done[program, version]

    return get


@pytest.fixture
def start(built: Callable[[str, str], Path]) -> Start:
    def get(program: str = "modes", version: str = USUAL, **env: str) -> Program:
        binary = built(program, version)
        return Program(binary, binary.parents[4], **env)

    return get


@pytest.fixture
def site() -> Iterator[str]:
    """A web server of the author's; its address."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.end_headers()
            self.wfile.write(b"from the site")

        def log_message(self, *args: object) -> None:
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()
        thread.join()


@pytest.mark.parametrize(
    "version", ["1.13.3", "1.20.0", "1.34.1", "1.41.0", "1.47.0", "1.54.0", "1.55.1"]
)
def test_every_version_of_the_library_answers_fails_and_panics(start: Start, version: str) -> None:
    with start(version=version) as program:
        program.ready()
        text = 'größe "✓"\n\\'
        value = json.loads(program.call(b'{"mode":"text"}', text.encode(), 1))
        assert value == {"statusCode": 200, "body": text}
        binary = bytes(range(256))
        value = json.loads(program.call(b'{"mode":"event"}', binary, 2))
        assert base64.b64decode(value["body"]) == binary
        assert value["isBase64Encoded"] is True
        raw = b'{"mode":"event","n":12345678901234567890,"f":1.0}'
        assert program.call(raw) == raw
        assert program.call(b'{"mode":"nothing"}') == b"null"

        program.begin(b'{"mode":"error"}')
        failed = program.expect(m.Error)
        assert json.loads(failed.error) == {
            "errorType": "errorString", "errorMessage": "it went wrong", "trace": [],
        }  # fmt: skip
        assert not failed.fatal
        program.begin(b'{"mode":"custom error"}')
        assert json.loads(program.expect(m.Error).error)["errorType"] == "customError"

        program.begin(b'{"mode":"panic"}')
        failed = program.expect(m.Error)
        error = json.loads(failed.error)
        assert error["errorMessage"] == "assignment to entry in nil map"
        assert [line.split()[-1] for line in error["trace"]] == ["deeper", "handler"]
        assert error["trace"][0].startswith("hello/main.go:")
        assert failed.fatal
        assert program.status() == 1


def test_old_library_listens_where_nobody_can_call_it(start: Start) -> None:
    with start(version="1.13.3") as program:
        program.ready()
        listening = [
            each
            for each in psutil.Process(program.pid).net_connections("tcp")
            if each.status == psutil.CONN_LISTEN
        ]
        assert [each.laddr.ip for each in listening] == ["127.0.0.1"]
        with socket.socket() as caller:
            caller.settimeout(0.2)
            with pytest.raises(TimeoutError):
                caller.connect(listening[0].laddr)
        program.send(program.connection.drain())
        assert program.status() == 0


def test_old_library_that_go_mod_does_not_name_is_refused_by_name(tmp_path: Path) -> None:
    write_module(tmp_path, version="1.13.3")
    (tmp_path / "go.mod").rename(tmp_path / "old.mod")
    (tmp_path / "go.sum").rename(tmp_path / "old.sum")
    write_module(tmp_path)
    write(tmp_path, {MAIN: HELLO})
    binary = build(tmp_path, GOFLAGS=f"-modfile={tmp_path}/old.mod").path
    assert outdated_library(binary) == "v1.13.3"
    with Program(binary, tmp_path) as program:
        program.load()
        failed = program.expect(m.Error)
        error = json.loads(failed.error)
        assert failed.id == 0
        assert failed.fatal
        assert error["errorType"] == "Runtime.UnsupportedLibrary"
        assert "function 'hello'" in error["errorMessage"]
        assert "v1.13.3" in error["errorMessage"]
        assert "go get github.com/aws/aws-lambda-go@latest" in error["errorMessage"]
        assert program.status() == 1


@pytest.mark.parametrize("version", ["1.13.3", "1.20.0", "1.34.1", "1.54.0", "1.55.1"])
def test_program_sees_its_directory_environment_and_context(start: Start, version: str) -> None:
    with start(version=version, GREETING="hello ") as program:
        program.ready()
        extras = {
            "client_context": {"custom": {"netlify": "grüße"}},
            "identity": {"cognitoIdentityId": "me"},
            "trace_id": "Root=1",
        }
        program.begin(b'{"mode":"context"}', extras=json.dumps(extras).encode())
        about = json.loads(program.expect(m.Value).value)
        assert about.pop("cwd").endswith("/site")
        assert 25_000 < about.pop("remaining_ms") <= 30_000
        assert about == {
            "early": "read early",
            "atStart": "hello minemineminemine",
            "leftOver": False,
            "request_id": "r-1",
            "arn": "arn:aws:lambda:us-east-1:123456789012:function:hello",
            "client": {"netlify": "grüße"},
            "identity": "me",
            "trace": "Root=1",
            "name": "hello",
        }


def test_what_is_printed_is_log_and_never_a_frame(start: Start) -> None:
    with start() as program:
        program.ready()
        assert program.log() == "printed while initialising\n"
        assert program.call(b'{"mode":"print"}') == b"null"
        assert program.log() == "printed while initialising\nto fd 1\nto fd 2\n"
        assert program.call(b'{"mode":"nothing"}') == b"null"


def test_closing_the_frame_descriptors_does_no_harm(start: Start) -> None:
    with start() as program:
        program.ready()
        assert program.call(b'{"mode":"close"}') == b"null"
        assert program.call(b'{"mode":"nothing"}') == b"null"


def test_children_of_the_program_do_not_inherit_the_frames(start: Start) -> None:
    with start() as program:
        listing = json.loads(program.ready().call(b'{"mode":"child"}'))
        open_pipes = set(re.findall(r"pipe:\[\d+\]", listing))
        assert open_pipes, listing  # its standard output, and the log on 2
        assert not open_pipes & program.frame_pipes()


@pytest.mark.parametrize("version", ["1.54.0", "1.55.1"])
def test_other_addresses_are_reached_as_before(start: Start, site: str, version: str) -> None:
    with start(version=version, HTTP_PROXY="http://127.0.0.1:9/") as program:
        program.ready()
        assert program.call(json.dumps({"mode": "get", "url": site}).encode()) == b'"from the site"'


@pytest.mark.parametrize(
    ("mode", "status", "words"),
    [("exit", 3, ""), ("goroutine panic", 2, "panic: in the background")],
)
def test_program_that_ends_in_an_invocation_says_why(
    start: Start, mode: str, status: int, words: str
) -> None:
    with start() as program:
        program.ready().begin(json.dumps({"mode": mode}).encode())
        assert program.status() == status
        assert words in program.log()


def test_end_of_the_frames_ends_a_busy_program_at_once(start: Start) -> None:
    with start() as program:
        program.ready().begin(b'{"mode":"busy"}')
        program.close_input()
        assert program.status() == 0


def test_drained_program_finishes_and_exits_with_zero(start: Start) -> None:
    with start() as program:
        program.ready().begin(b'{"mode":"text"}', b"x", 1)
        program.send(program.connection.drain())
        program.expect(m.Value)
        assert program.status() == 0
        assert program.log() == "printed while initialising\n"


def test_protocol_violation_ends_the_program_with_the_reason(start: Start) -> None:
    with start() as program:
        program.ready().send(b"\x02\x00\x00\x00\x93\x01")
        assert program.status() == 70
        assert "polyfn's Go runner stops: the payload ends too early" in program.log()


def test_load_of_another_protocol_is_refused(start: Start) -> None:
    with start() as program:
        program.load(protocol=2)
        failed = program.expect(m.Error)
        assert json.loads(failed.error)["errorType"] == "Runner.ProtocolMismatch"
        assert failed.fatal
        assert program.status() == 1


def test_without_frame_descriptors_the_program_runs_as_if_alone(
    built: Callable[[str, str], Path],
) -> None:
    binary = built("modes", USUAL)
    alone = subprocess.run(
        [binary], cwd=binary.parent, env={}, capture_output=True, text=True, timeout=20, check=False
    )
    assert alone.returncode == 1
    assert alone.stdout == "printed while initialising\n"
    assert "AWS_LAMBDA_RUNTIME_API" not in os.environ


@pytest.mark.parametrize("version", ["1.54.0", "1.55.1"])
def test_six_megabytes_pass_both_ways(start: Start, version: str) -> None:
    with start(version=version) as program:
        body = os.urandom(3 << 20).hex().encode()
        value = json.loads(program.ready().call(b'{"mode":"text"}', body, 1))
        assert value["body"].encode() == body


@pytest.mark.parametrize("version", _STREAMS)
def test_stream_arrives_as_it_is_written(start: Start, version: str) -> None:
    with start("stream", version) as program:
        program.ready().begin(b'{"mode":"ticks"}')
        head = program.expect(m.Head)
        assert head.status == 201
        assert head.headers == ["content-type", "text/plain", "x-a", "1", "set-cookie", "a=1"]
        began, arrived = time.monotonic(), b""
        first_s = 0.0
        while arrived.count(b"\n") < 3:
            arrived += program.expect(m.Chunk).data
            first_s = first_s or time.monotonic() - began
        assert arrived == b"tick 0\ntick 1\ntick 2\n"
        assert time.monotonic() - began > first_s + 0.05, "it came all at once"
        program.expect(m.End)
        assert program.call(b'{"mode":"buffered"}') == b'{"statusCode":200}'


@pytest.mark.parametrize("version", _STREAMS)
def test_stream_that_breaks_is_cut(start: Start, version: str) -> None:
    with start("stream", version) as program:
        program.ready().begin(b'{"mode":"error"}')
        program.expect(m.Head)
        assert program.expect(m.Chunk).data == b"half of it"
        failed = program.expect(m.Error)
        assert json.loads(failed.error)["errorMessage"] == "the other half is lost"
        assert not failed.fatal
        assert program.call(b'{"mode":"buffered"}') == b'{"statusCode":200}'


@pytest.mark.parametrize("version", _STREAMS)
@pytest.mark.parametrize("mode", ["endless", "silence"])
def test_cancelled_stream_ends_and_the_program_goes_on(
    start: Start, version: str, mode: str
) -> None:
    with start("stream", version) as program:
        number = program.ready().begin(json.dumps({"mode": mode}).encode())
        program.expect(m.Head)
        program.expect(m.Chunk)
        program.send(program.connection.cancel(number))
        while isinstance(ending := program.message(), m.Chunk):
            pass
        assert isinstance(ending, m.End)
        assert program.call(b'{"mode":"buffered"}') == b'{"statusCode":200}'


async def test_cancelled_stream_ends_the_authors_writer(start: Start) -> None:
    with start("stream") as program:
        number = program.ready().begin(b'{"mode":"endless"}')
        program.expect(m.Head)
        program.send(program.connection.cancel(number))
        while isinstance(ending := program.message(), m.Chunk):
            pass
        assert isinstance(ending, m.End)
        await eventually(lambda: "the writer was ended" in program.log())


def test_drain_gives_sigterm_callbacks_their_time(start: Start) -> None:
    with start("stream") as program:
        program.ready().send(program.connection.drain())
        assert program.status() == 0
        assert program.log() == "goodbye\n"


def test_sigterm_ends_a_program_that_does_not_listen_for_it(start: Start) -> None:
    with start() as program:
        os.kill(program.ready().pid, signal.SIGTERM)
        assert program.status() == -signal.SIGTERM
