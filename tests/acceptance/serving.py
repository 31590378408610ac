"""The real command, served for a test: start it, call it, stop it, and see that nothing is left."""

from __future__ import annotations

import http.client
import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import psutil

POLYFN = (sys.executable, "-m", "polyfn")
_READY = re.compile(r"^Serving .* at (http://\S+) ")
_READY_S = 30.0


@dataclass(frozen=True)
class Answer:
    """A response, whole."""

    status: int
    headers: list[tuple[str, str]]
    body: bytes

    def header(self, name: str) -> str | None:
        return next((value for key, value in self.headers if key.lower() == name), None)


@dataclass
class Served:
    """A `polyfn serve` that runs."""

    process: subprocess.Popen[str]
    output: list[str] = field(default_factory=list)
    host: str = "127.0.0.1"
    port: int = 0

    def call(
        self,
        method: str,
        target: str,
        body: bytes | None = None,
        headers: list[tuple[str, str]] | None = None,
        timeout_s: float = 60.0,
    ) -> Answer:
        """Send one request over a connection of its own; repeated headers as they are given."""
        connection = http.client.HTTPConnection(self.host, self.port, timeout=timeout_s)
        try:
            connection.putrequest(method, target, skip_accept_encoding=True)
            for name, value in headers or []:
                connection.putheader(name, value)
            if body is not None:
                connection.putheader("content-length", str(len(body)))
            connection.endheaders(body)
            response = connection.getresponse()
            return Answer(response.status, response.getheaders(), response.read())
        finally:
            connection.close()

    def get(self, name: str, query: str = "") -> Answer:
        return self.call("GET", f"/.netlify/functions/{name}{query}")

    def wait_for_output(self, words: str, within_s: float = 10.0) -> None:
        """Return once a line with those words was printed."""
        deadline = time.monotonic() + within_s
        while not any(words in line for line in list(self.output)):
            assert time.monotonic() < deadline, f"{words!r} was not printed: {self.output}"
            time.sleep(0.01)

    def family(self) -> list[psutil.Process]:
        """The supervisor's children, and theirs."""
        return psutil.Process(self.process.pid).children(recursive=True)


@contextmanager
def started(
    project: Path,
    *options: str,
    env: dict[str, str] | None = None,
    program: Sequence[str] = POLYFN,
) -> Iterator[Served]:
    """Serve a project on a free port, until it ends by itself or the context is left."""
    process = subprocess.Popen(
        [*program, "serve", "--cwd", str(project), "--port", "0", *options],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        stdin=subprocess.DEVNULL,
        text=True,
        encoding="utf-8",
        env={**os.environ, **(env or {})},
    )
    served = Served(process)
    reader = threading.Thread(target=_read, args=(served,), daemon=True)
    reader.start()
    try:
        served.wait_for_output(" (Ctrl-C stops)", _READY_S)
        match = next(found for line in served.output if (found := _READY.match(line)))
        served.port = int(match[1].rsplit(":", 1)[1])
        yield served
    finally:
        if process.poll() is None:
            process.kill()
            process.wait(5)
        reader.join(5)
        if process.stdout is not None:
            process.stdout.close()


@contextmanager
def served(
    project: Path,
    *options: str,
    stop: signal.Signals = signal.SIGINT,
    env: dict[str, str] | None = None,
) -> Iterator[Served]:
    """Serve a project; at the end it must stop cleanly, with all its children."""
    with started(project, *options, env=env) as server:
        yield server
        family = server.family()
        server.process.send_signal(stop)
        assert server.process.wait(20) == 0, server.output
        assert_gone(family)


def assert_gone(processes: list[psutil.Process], within_s: float = 5.0) -> None:
    """Fail when one of them still runs after that time."""
    _, left = psutil.wait_procs(processes, timeout=within_s)
    assert not left, f"left behind: {left}"


def polyfn(
    *arguments: str, stdin: bytes = b"", timeout_s: float = 120
) -> subprocess.CompletedProcess[bytes]:
    """Run the command to its end."""
    return subprocess.run(
        [*POLYFN, *arguments], input=stdin, capture_output=True, timeout=timeout_s, check=False
    )


def _read(served: Served) -> None:
    stdout = served.process.stdout
    assert stdout is not None
    for line in stdout:
        served.output.append(line.rstrip("\n"))
