"""A runner in another language, on plain stdio, written from `runners/PROTOCOL.md` alone."""

from __future__ import annotations

import base64
import contextlib
import json
import select
import shutil
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Self

import pytest

from polyfn.wire import messages as m
from polyfn.wire.connection import Connection

FOLDER = Path(__file__).with_name("third_party")
SMALL, WHOLE = FOLDER / "small.pl", FOLDER / "runner.pl"
SMALL_LINES = 60
PATIENCE_S = 20.0
HANDLER = r"""
use utf8;
print "while loading\n";
sub {
    my ($event, $context) = @_;
    my $do = ref $event eq 'HASH' ? $event->{do} // '' : '';
    die "it went wrong\n" if $do eq 'die';
    die bless {}, 'My::Error' if $do eq 'object';
    my %headers = ('x-name' => 'grün');
    return {statusCode => 201, headers => \%headers, body => 'größe'} if $do eq 'respond';
    return {statusCode => 204} if $do eq 'nothing';
    return {statusCode => 200, headers => [], body => 'x'} if $do eq 'wrong';
    return {env => \%ENV, context => $context} if $do eq 'facts';
    if ($do eq 'log') {
        print "printed\n";
        warn "größe\nsecond\n";
        system 'echo child';
        return 'logged';
    }
    if ($do eq 'stream') {
        my @parts = ({statusCode => 200, headers => {'x-name' => 'grün'}}, "a\xff", 'b');
        return sub { shift @parts };
    }
    if ($do eq 'endless') {
        my $head = {statusCode => 200};
        return sub { my $now = $head // 'x' x 1000; undef $head; $now };
    }
    return $event;
}
"""

perl = shutil.which("perl")
pytestmark = pytest.mark.skipif(perl is None, reason="there is no Perl on this machine")


class Runner:
    """The child and its connection, over the pipes of its stdin and stdout."""

    def __init__(self, log: Path, program: Path) -> None:
        self.connection = Connection()
        self.messages: list[Any] = []
        self._log = log
        with log.open("wb") as stderr:
            self.process = subprocess.Popen(
                [perl or "perl", str(program)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=stderr,
                env={"POLYFN_FRAME_FDS": "0,1", "PATH": "/usr/bin:/bin"},
            )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        self.process.kill()
        self.close_input()
        assert self.process.stdout is not None
        self.process.stdout.close()
        self.process.wait()

    def close_input(self) -> None:
        assert self.process.stdin is not None
        with contextlib.suppress(BrokenPipeError):
            self.process.stdin.close()

    def send(self, data: bytes) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(data)
        self.process.stdin.flush()

    def expect(self, *kinds: type[Any]) -> Any:
        """Read until a message of one of these kinds comes."""
        deadline = time.monotonic() + PATIENCE_S
        while not any(isinstance(message, kinds) for message in self.messages):
            assert self._read(deadline), f"it ended: {self.messages} {self.log()}"
        at = next(at for at, message in enumerate(self.messages) if isinstance(message, kinds))
        found = self.messages[at]
        del self.messages[: at + 1]
        return found

    def read_to_end(self) -> int:
        """Read all there is; the exit status."""
        deadline = time.monotonic() + PATIENCE_S
        while self._read(deadline):
            pass
        return self.process.wait(PATIENCE_S)

    def load(self, main_file: Path, **spec: Any) -> Any:
        self.expect(m.Hello)
        cwd = str(main_file.parent)
        told = {"function": "hello", "main_file": str(main_file), "handler": "", "cwd": cwd}
        self.send(self.connection.load({**told, "env": {"GREETING": "grün"}, **spec}))
        return self.expect(m.Ready, m.Error)

    def begin(self, event: Any, *, kind: int = 0, body: bytes | None = None, want: int = 1) -> int:
        number, frame = self.connection.invoke(
            request_id="r-1",
            remaining_ms=1000,
            want=want,
            event=json.dumps(event).encode(),
            body_kind=kind,
            body=body,
            extras=b'{"trace_id":"t"}',
        )
        self.send(frame)
        return number

    def call(self, event: Any, *, kind: int = 0, body: bytes | None = None, want: int = 1) -> Any:
        self.begin(event, kind=kind, body=body, want=want)
        return self.expect(m.Result, m.Value, m.End, m.Error)

    def log(self) -> str:
        return self._log.read_text("utf-8")

    def _read(self, deadline: float) -> bool:
        assert self.process.stdout is not None
        left = max(0.0, deadline - time.monotonic())
        assert select.select([self.process.stdout], [], [], left)[0], "nothing came in time"
        data = self.process.stdout.read1(1 << 16)  # type: ignore[attr-defined] # it is buffered
        self.messages += self.connection.receive(data)
        return bool(data)


@pytest.fixture(params=[SMALL, WHOLE], ids=["small", "whole"])
def program(request: pytest.FixtureRequest) -> Path:
    """Either runner: one of 60 lines, and one that sends responses structured, and streams."""
    path: Path = request.param
    return path


only_whole = pytest.mark.parametrize("program", [WHOLE], ids=["whole"], indirect=True)


@pytest.fixture
def booted(tmp_path: Path, program: Path) -> Iterator[Runner]:
    """A runner that has been started."""
    with Runner(tmp_path / "log", program) as runner:
        yield runner


@pytest.fixture
def runner(booted: Runner, tmp_path: Path) -> Runner:
    """A runner that has loaded `HANDLER`."""
    file = tmp_path / "hello.pl"
    file.write_text(HANDLER, "utf-8")
    assert isinstance(booted.load(file), m.Ready), booted.log()
    return booted


def value(message: Any) -> Any:
    assert isinstance(message, m.Value), message
    return json.loads(message.value)


def failure(message: Any) -> Any:
    assert isinstance(message, m.Error), message
    return json.loads(message.error)


def test_sixty_lines_are_enough_for_a_runner() -> None:
    lines = [line.strip() for line in SMALL.read_text("utf-8").splitlines()]
    assert len([line for line in lines if line and not line.startswith("#")]) <= SMALL_LINES


def test_hello_says_what_it_is(booted: Runner) -> None:
    booted.expect(m.Hello)
    assert booted.connection.hello["runtime"] == "perl"


def test_events_go_in_raw_as_text_and_as_binary(runner: Runner) -> None:
    assert value(runner.call([1, "grün", None])) == [1, "grün", None]
    told = value(runner.call({"a": 1}, kind=1, body="größe".encode()))
    assert told == {"a": 1, "body": "größe", "isBase64Encoded": False}
    body = bytes(range(256)) * 300
    told = value(runner.call({"a": 1}, kind=2, body=body))
    assert told == {"a": 1, "body": base64.b64encode(body).decode(), "isBase64Encoded": True}


def test_context_and_environment_are_the_functions(runner: Runner) -> None:
    told = value(runner.call({"do": "facts"}))
    assert told["env"] == {"GREETING": "grün"}
    assert told["context"] == {"request_id": "r-1", "remaining_ms": 1000}


@only_whole
def test_response_comes_structured_when_it_is_wanted_and_is_one(runner: Runner) -> None:
    result = runner.call({"do": "respond"})
    assert result[1:] == (201, ["x-name", "grün"], "größe".encode(), False)
    assert runner.call({"do": "nothing"})[1:] == (204, [], None, False)
    told = {"statusCode": 201, "headers": {"x-name": "grün"}, "body": "größe"}
    assert value(runner.call({"do": "respond"}, want=0)) == told
    assert value(runner.call({"do": "wrong"})) == {"statusCode": 200, "headers": [], "body": "x"}


@only_whole
def test_stream_comes_as_head_chunks_and_end(runner: Runner) -> None:
    runner.begin({"do": "stream"})
    assert runner.expect(m.Head)[1:] == (200, ["x-name", "grün"])
    assert [runner.expect(m.Chunk).data for _ in range(2)] == [b"a\xff", b"b"]
    runner.expect(m.End)
    assert value(runner.call(1)) == 1


@only_whole
def test_cancel_ends_a_stream_and_nothing_else(runner: Runner) -> None:
    number = runner.begin({"do": "endless"})
    runner.expect(m.Chunk)
    cancel = runner.connection.cancel(number)
    runner.send(cancel)
    runner.expect(m.End)
    runner.send(cancel)
    assert value(runner.call(1)) == 1


def test_error_fails_its_invocation_only(runner: Runner) -> None:
    error = runner.call({"do": "die"})
    told = {"errorType": "Error", "errorMessage": "it went wrong\n", "trace": []}
    assert (failure(error), error.fatal) == (told, False)
    assert failure(runner.call({"do": "object"}))["errorType"] == "My::Error"
    assert value(runner.call(1)) == 1


def test_logs_are_messages_or_on_fd_2_and_never_in_a_frame(runner: Runner) -> None:
    number = runner.begin({"do": "log"})
    log = runner.expect(m.Log)
    assert (log.id, log.stream, log.level, log.text) == (number, 2, "warn", "größe\nsecond\n")
    assert value(runner.expect(m.Value)) == "logged"
    runner.send(runner.connection.drain())
    assert runner.read_to_end() == 0
    assert sorted(runner.log().split()) == sorted(["while", "loading", "printed", "child"])


def test_drain_ends_it_after_what_runs(runner: Runner) -> None:
    runner.begin(5)
    runner.send(runner.connection.drain())
    assert value(runner.expect(m.Value)) == 5
    assert runner.read_to_end() == 0


@only_whole
def test_drain_during_a_stream_waits_for_its_end(runner: Runner) -> None:
    number = runner.begin({"do": "endless"})
    runner.send(runner.connection.drain())
    runner.expect(m.Chunk)
    runner.send(runner.connection.cancel(number))
    runner.expect(m.End)
    assert runner.read_to_end() == 0


def test_end_of_file_ends_it(runner: Runner) -> None:
    runner.close_input()
    assert runner.read_to_end() == 0


def test_load_of_another_protocol_is_refused(booted: Runner, tmp_path: Path) -> None:
    error = booted.load(tmp_path / "hello.pl", protocol=2)
    assert failure(error)["errorType"] == "Runner.ProtocolMismatch"
    assert error.fatal
    assert booted.read_to_end() == 1


@pytest.mark.parametrize(
    ("source", "error_type"),
    [
        ("sub {", "Runtime.ImportModuleError"),
        ("use No::Such::Module; sub {}", "Runtime.ImportModuleError"),
        ("5;", "Runtime.HandlerNotFound"),
    ],
)
def test_function_that_does_not_load_is_a_fatal_error(
    booted: Runner, tmp_path: Path, source: str, error_type: str
) -> None:
    file = tmp_path / "hello.pl"
    file.write_text(source)
    error = booted.load(file)
    assert failure(error)["errorType"] == error_type
    assert error.fatal
    assert booted.read_to_end() == 1


def test_invalid_payloads_end_it_with_status_70(tmp_path: Path, program: Path) -> None:
    vectors = Path(__file__).resolve().parents[2] / "runners" / "vectors" / "invalid.json"
    payloads = [bytes.fromhex(each["payload"]) for each in json.loads(vectors.read_text())]
    assert payloads
    for payload in payloads:
        with Runner(tmp_path / "log", program) as runner:
            runner.expect(m.Hello)
            runner.send(len(payload).to_bytes(4, "little") + payload)
            assert runner.read_to_end() == 70, payload
            assert f"{program.name}: " in runner.log()


@pytest.mark.parametrize("length", [0, 64 * 1024 * 1024 + 1])
def test_length_out_of_bounds_ends_it_with_status_70(runner: Runner, length: int) -> None:
    runner.send(length.to_bytes(4, "little"))
    assert runner.read_to_end() == 70
    assert f"a frame of {length} bytes" in runner.log()
