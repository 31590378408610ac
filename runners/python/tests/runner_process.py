"""A runner as the supervisor has it: a real child with the frame pipes at 3 and 4."""

from __future__ import annotations

import json
import os
import select
import signal
import sys
import time
from pathlib import Path
from typing import Any

from polyfn.wire import messages as m
from polyfn.wire.connection import Connection

RUNNER = Path(__file__).resolve().parent.parent / "runner.py"
INTERPRETER = os.environ.get("POLYFN_TEST_PYTHON") or sys.executable
PATIENCE_S = 20.0
_ENDINGS = (m.Result, m.Value, m.End, m.Error)
_LIFTED = 200  # above whatever pytest has open, so that no dup2 overwrites its source


class RunnerProcess:
    """A started runner, its connection, and everything it has said."""

    def __init__(self, interpreter: str = INTERPRETER) -> None:
        self.connection = Connection()
        self.messages: list[Any] = []
        self._seen = 0
        null = os.open(os.devnull, os.O_RDONLY)
        frames_in, self.frames_out = os.pipe()
        self.frames_in, frames_out = os.pipe()
        self.log_fd, log = os.pipe()
        ends = (null, log, log, frames_in, frames_out)
        lifted = [os.dup2(fd, _LIFTED + at, inheritable=False) for at, fd in enumerate(ends)]
        self.pid = os.posix_spawn(
            interpreter,
            [interpreter, "-I", "-S", "-X", "utf8", str(RUNNER)],
            {"POLYFN_FRAME_FDS": "3,4", "PATH": os.environ["PATH"]},
            file_actions=[(os.POSIX_SPAWN_DUP2, fd, at) for at, fd in enumerate(lifted)],
        )
        for fd in {null, log, frames_in, frames_out, *lifted}:
            os.close(fd)
        self._status: int | None = None

    def load(self, main_file: Path, **spec: Any) -> Any:
        """Send LOAD; what answers it, READY or ERROR."""
        self.expect(m.Hello)
        self.begin_load(main_file, **spec)
        return self.expect(m.Ready, m.Error)

    def begin_load(self, main_file: Path, **spec: Any) -> None:
        """Send LOAD."""
        self.send(self.connection.load(load_spec(main_file, **spec)))

    def call(
        self,
        event: Any = None,
        *,
        text: str | None = None,
        binary: bytes | None = None,
        want: int = 1,
        extras: dict[str, Any] | None = None,
        request_id: str = "r-1",
        remaining_ms: int = 5000,
    ) -> Any:
        """Send INVOKE; its ending."""
        self.begin(
            event,
            text=text,
            binary=binary,
            want=want,
            extras=extras,
            request_id=request_id,
            remaining_ms=remaining_ms,
        )
        return self.expect(*_ENDINGS)

    def begin(
        self,
        event: Any = None,
        *,
        text: str | None = None,
        binary: bytes | None = None,
        want: int = 1,
        extras: dict[str, Any] | None = None,
        request_id: str = "r-1",
        remaining_ms: int = 5000,
    ) -> int:
        """Send INVOKE; its id."""
        raw = (
            event
            if isinstance(event, bytes)
            else json.dumps({"k": 1} if event is None else event).encode()
        )
        number, data = self.connection.invoke(
            request_id=request_id,
            remaining_ms=remaining_ms,
            want=want,
            event=raw,
            body_kind=1 if text is not None else 2 if binary is not None else 0,
            body=text.encode() if text is not None else binary,
            extras=None if extras is None else json.dumps(extras).encode(),
        )
        self.send(data)
        return number

    def send(self, data: bytes) -> None:
        """Write frames, reading what comes meanwhile so that neither side can get stuck."""
        rest = memoryview(data)
        os.set_blocking(self.frames_out, False)
        deadline = time.monotonic() + PATIENCE_S
        while rest:
            select.select([], [self.frames_out], [], PATIENCE_S)
            assert time.monotonic() < deadline, "the runner does not read"
            try:
                rest = rest[os.write(self.frames_out, rest) :]
            except BlockingIOError:
                continue

    def expect(self, *kinds: type[Any]) -> Any:
        """The next message of one of these kinds; those before it count as seen."""
        deadline = time.monotonic() + PATIENCE_S
        while True:
            while self._seen < len(self.messages):
                self._seen += 1
                if isinstance(self.messages[self._seen - 1], kinds):
                    return self.messages[self._seen - 1]
            assert self.read(deadline), (
                f"it ended without {kinds}: {self.messages} {self.log_pipe()}"
            )

    def read(self, deadline: float) -> bool:
        """Take what comes next; ``False`` at the end of the pipe."""
        left = deadline - time.monotonic()
        ready, _, _ = select.select([self.frames_in], [], [], max(0, left))
        assert ready, f"nothing came in time, after {self.messages[-3:]} {self.log_pipe()}"
        data = os.read(self.frames_in, 1 << 20)
        self.messages += self.connection.receive(data)
        return bool(data)

    def read_to_end(self) -> None:
        """Take all that the runner still says until its pipe closes."""
        deadline = time.monotonic() + PATIENCE_S
        while self.read(deadline):
            pass

    def logs(self) -> list[tuple[int, str, str]]:
        """All log lines so far: id, level, text."""
        return [
            (message.id, message.level, line)
            for message in self.messages
            if isinstance(message, m.Log)
            for line in message.text.removesuffix("\n").split("\n")
        ]

    def log_pipe(self) -> str:
        """What has come through fds 1 and 2 since the last time."""
        os.set_blocking(self.log_fd, False)
        parts = []
        try:
            while part := os.read(self.log_fd, 65536):
                parts.append(part)
        except BlockingIOError:
            pass
        return b"".join(parts).decode()

    def close_input(self) -> None:
        """Hang up."""
        if self.frames_out >= 0:
            os.close(self.frames_out)
            self.frames_out = -1

    def exit_status(self) -> int:
        """Wait for the end; the exit status, or minus the signal."""
        deadline = time.monotonic() + PATIENCE_S
        while self._status is None:
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            if pid:
                self._status = os.waitstatus_to_exitcode(status)
                break
            assert time.monotonic() < deadline, "the runner does not end"
            select.select([], [], [], 0.002)
        return self._status

    def close(self) -> None:
        """Kill what is left, and reap it."""
        if self._status is None:
            os.kill(self.pid, signal.SIGKILL)
            self.exit_status()
        self.close_input()
        os.close(self.frames_in)
        os.close(self.log_fd)


def load_spec(main_file: Path, **changes: Any) -> dict[str, Any]:
    """LOAD's spec for a function in a project of its own."""
    root = str(main_file.parent)
    return {
        "function": "hello",
        "main_file": str(main_file),
        "handler": "",
        "root": root,
        "cwd": root,
        "env": {"PATH": os.environ["PATH"], "HOME": root},
        "memory_mb": 1024,
        "version": "$LATEST",
        "arn": "arn:aws:lambda:us-east-1:123456789012:function:hello",
        "log_group": "/aws/lambda/hello",
        "log_stream": "local",
        "source_maps": False,
        "site_packages": [],
        **changes,
    }


def failure(message: Any) -> dict[str, Any]:
    """What an ERROR message says."""
    assert isinstance(message, m.Error), message
    told: dict[str, Any] = json.loads(message.error)
    return told


def value(message: Any) -> Any:
    """What a VALUE message holds."""
    assert isinstance(message, m.Value), message
    return json.loads(message.value)
