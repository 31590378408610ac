"""Go projects, builds of them, and the supervisor's end of a program's pipes."""

from __future__ import annotations

import asyncio
import fcntl
import os
import select
import shutil
import signal
import subprocess
import time
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self, TypeVar

import pytest

from polyfn.build.builder import Builder
from polyfn.build.cache import Cache
from polyfn.model import Artifact, Function, Tool
from polyfn.runtimes.go import GoRuntime
from polyfn.wire import messages as m
from polyfn.wire.connection import Connection, FromRunner

SOURCES: Final = Path(__file__).resolve().parent.parent / "functions" / "go"
LIBRARY: Final = "github.com/aws/aws-lambda-go"
# version → the two sums that go.sum needs, and the minor number of the oldest Go that takes it.
VERSIONS: Final = {
    "1.13.3": (
        "SuCy7H3NLyp+1Mrfp+m80jcbi9KYWAs9/BXwppwRDzY=",
        "4UKl9IzQMoD+QF79YdCuzCwp8VbmG4VAQwij/eHl5CU=",
        21,
    ),
    "1.17.0": (
        "Ogihmi8BnpmCNktKAGpNwSiILNNING1MiosnKUfU8m0=",
        "FEwgPLE6+8wcGBTe5cJN3JWurd1Ztm9zN4jsXsjzKKw=",
        21,
    ),
    "1.20.0": (
        "ZSweJx/Hy9BoIDXKBEh16vbHH0t0dehnF8MKpMiOWc0=",
        "jJmlefzPfGnckuHdXX7/80O3BvUUi12XOkbv4w9SGLU=",
        21,
    ),
    "1.27.0": (
        "aLzrJwdyHoF1A18YeVdJjX8Ixkd+bpogdxVInvHcWjM=",
        "jJmlefzPfGnckuHdXX7/80O3BvUUi12XOkbv4w9SGLU=",
        21,
    ),
    "1.34.1": (
        "M3a/uFYBjii+tDcOJ0wL/WyFi2550FHoECdPf27zvOs=",
        "jwFe2KmMsHmffA1X2R09hH6lFzJQxzI8qK17ewzbQMM=",
        21,
    ),
    "1.41.0": (
        "l/5fyVb6Ud9uYd411xdHZzSf2n86TakxzpvIoz7l+3Y=",
        "jwFe2KmMsHmffA1X2R09hH6lFzJQxzI8qK17ewzbQMM=",
        21,
    ),
    "1.47.0": (
        "0H8s0vumYx/YKs4sE7YM0ktwL2eWse+kfopsRI1sXVI=",
        "dpMpZgvWx5vuQJfBt0zqBha60q7Dd7RfgJv23DymV8A=",
        21,
    ),
    "1.54.0": (
        "EGYpdyRGF88xszqlGcBewz811mJeRS+maNlLZXFheII=",
        "dpMpZgvWx5vuQJfBt0zqBha60q7Dd7RfgJv23DymV8A=",
        21,
    ),
    "1.55.1": (
        "We2cCp4BwqqH/JW+bEEo1FhgG71rslvjfi4y7KmlrR0=",
        "V+NzkHNR6vBC8C1PDloqSLE+7jYWFiPvJJFiCiTm8nE=",
        26,
    ),
}
USUAL: Final = "1.54.0"
MAIN: Final = "netlify/functions/hello/main.go"
HELLO: Final = """\
package main

import "github.com/aws/aws-lambda-go/lambda"

func main() { lambda.Start(func() (string, error) { return "hello", nil }) }
"""

_PATIENCE_S: Final = 20.0
_T = TypeVar("_T", bound=FromRunner)


@cache
def go_tool() -> Tool:
    """The machine's Go; without one the test is skipped."""
    path = shutil.which("go")
    if path is None:
        pytest.skip("no go on the PATH")
    version = subprocess.run(
        [path, "env", "GOVERSION"], capture_output=True, text=True, check=True
    ).stdout
    return Tool(name="go", path=Path(path), version=version.strip()[2:], origin="PATH")


def write_module(
    root: Path,
    name: str = "example.com/site",
    version: str = USUAL,
    versions: Mapping[str, tuple[str, str, int]] = VERSIONS,
) -> None:
    """Write go.mod and go.sum for one version of the library."""
    content, go_mod, oldest = versions[version]
    if int(go_tool().version.split(".")[1]) < oldest:
        pytest.skip(f"aws-lambda-go {version} needs Go 1.{oldest}")
    root.mkdir(parents=True, exist_ok=True)
    (root / "go.mod").write_text(
        f"module {name}\n\ngo 1.{oldest}\n\nrequire {LIBRARY} v{version}\n"
    )
    (root / "go.sum").write_text(
        f"{LIBRARY} v{version} h1:{content}\n{LIBRARY} v{version}/go.mod h1:{go_mod}\n"
    )


def write(root: Path, files: Mapping[str, str]) -> None:
    """Write files; relative path → text."""
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)


def go_env(**more: str) -> dict[str, str]:
    """This process's environment without what somebody set for go by hand."""
    kept = {name: value for name, value in os.environ.items() if name != "GOFLAGS"}
    return {**kept, "GOENV": "off", **more}


def function(root: Path, main: str = MAIN) -> Function:
    """The function of a main file."""
    path = root / main
    return Function(
        name=path.parent.name, runtime="go", main_file=path, source=path.parent, project_root=root
    )


def build(root: Path, main: str = MAIN, **env: str) -> Artifact:
    """Build as polyfn does, with its cache in the project."""
    of = function(root, main)
    plan = GoRuntime().plan(of, {"go": go_tool()}, go_env(**env))

    async def with_builder() -> Artifact:
        async with Builder(Cache(root / ".polyfn")) as builder:
            return await builder.build(of, plan)

    return asyncio.run(with_builder())


class Program:
    """A started function; use it in ``with``: what is left of it is killed.

    Args:
        binary: The built program.
        cwd: The project's directory.
    """

    def __init__(self, binary: Path, cwd: Path, **env: str) -> None:
        self._binary, self._cwd = binary, cwd
        self._env = {"PATH": "/usr/bin:/bin", "AWS_LAMBDA_FUNCTION_NAME": "hello", **env}
        self.connection = Connection()
        self._messages: list[FromRunner] = []
        self._log = b""
        self._status: int | None = None

    def __enter__(self) -> Self:
        child_in, self._to = _pipe()
        self._from, child_out = _pipe()
        self._log_fd, child_log = _pipe()
        self._pid = os.posix_spawn(
            self._binary,
            [str(self._binary)],
            {**self._env, "POLYFN_FRAME_FDS": "3,4", "POLYFN_CWD": str(self._cwd)},
            file_actions=[
                (os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0),
                *[(os.POSIX_SPAWN_DUP2, child_log, fd) for fd in (1, 2)],
                (os.POSIX_SPAWN_DUP2, child_in, 3),
                (os.POSIX_SPAWN_DUP2, child_out, 4),
            ],
            setpgroup=0,
        )
        for fd in (child_in, child_out, child_log):
            os.close(fd)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        if self._status is None:
            os.killpg(self._pid, signal.SIGKILL)
            os.waitpid(self._pid, 0)
        for fd in (self._to, self._from, self._log_fd):
            if fd >= 0:
                os.close(fd)

    @property
    def pid(self) -> int:
        """Its process."""
        return self._pid

    def frame_pipes(self) -> set[str]:
        """The pipes of its frames, as ``/proc/PID/fd`` names them."""
        return {f"pipe:[{os.fstat(fd).st_ino}]" for fd in (self._to, self._from)}

    def send(self, data: bytes) -> None:
        """Write bytes, while taking what comes meanwhile."""
        os.set_blocking(self._to, False)
        while data:
            readable, writable, _ = select.select([self._from], [self._to], [], _PATIENCE_S)
            assert readable or writable, "the program does not read"
            if readable:
                self._receive()
            if writable:
                data = data[os.write(self._to, data) :]

    def load(self, **spec: Any) -> None:
        """Send LOAD when HELLO has come."""
        self.expect(m.Hello)
        arn = "arn:aws:lambda:us-east-1:123456789012:function:hello"
        self.send(self.connection.load({"function": "hello", "env": {}, "arn": arn, **spec}))

    def ready(self) -> Self:
        """Load the function and wait for READY."""
        self.load()
        self.expect(m.Ready)
        return self

    def begin(
        self,
        event: bytes,
        body: bytes | None = None,
        kind: int = 0,
        extras: bytes | None = None,
        want: int = 1,
    ) -> int:
        """Send INVOKE; its id."""
        number, data = self.connection.invoke(
            request_id="r-1", remaining_ms=30_000, want=want, event=event,
            body_kind=kind, body=body, extras=extras,
        )  # fmt: skip
        self.send(data)
        return number

    def call(self, event: bytes, body: bytes | None = None, kind: int = 0) -> bytes:
        """Invoke, and return the value."""
        self.begin(event, body, kind)
        return self.expect(m.Value).value

    def expect(self, kind: type[_T]) -> _T:
        """The next message, which must be of that kind."""
        message = self.message()
        assert isinstance(message, kind), f"{message} came in place of {kind.__name__}"
        return message

    def message(self) -> FromRunner:
        """The next message."""
        while not self._messages:
            ready, _, _ = select.select([self._from], [], [], _PATIENCE_S)
            assert ready, f"nothing came; the log: {self.log()}"
            assert self._receive(), f"it ended; the log: {self.log()}"
        return self._messages.pop(0)

    def close_input(self) -> None:
        """End the program's frame input."""
        os.close(self._to)
        self._to = -1

    def status(self) -> int:
        """Wait for its end: the exit status, or minus a signal's number."""
        deadline = time.monotonic() + _PATIENCE_S
        while self._status is None:
            pid, status = os.waitpid(self._pid, os.WNOHANG)
            if pid:
                self._status = os.waitstatus_to_exitcode(status)
            else:
                assert time.monotonic() < deadline, "the program does not end"
                select.select([self._log_fd], [], [], 0.01)
        return self._status

    def log(self) -> str:
        """What it has printed so far."""
        while select.select([self._log_fd], [], [], 0)[0]:
            data = os.read(self._log_fd, 1 << 16)
            if not data:
                break
            self._log += data
        return self._log.decode()

    def _receive(self) -> bool:
        data = os.read(self._from, 1 << 20)
        self._messages += self.connection.receive(data)
        return bool(data)


def _pipe() -> tuple[int, int]:
    """A pipe above the numbers that the program will use."""
    low = os.pipe()
    high = [fcntl.fcntl(fd, fcntl.F_DUPFD_CLOEXEC, 30) for fd in low]
    for fd in low:
        os.close(fd)
    return high[0], high[1]
