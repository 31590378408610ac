"""Servers under measurement: polyfn, the plain ones; started, awaited, read, ended."""

from __future__ import annotations

import contextlib
import socket
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import psutil

from polyfn_bench import client
from polyfn_bench.children import family
from polyfn_bench.figures import BenchError
from polyfn_bench.programs import FLOORS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from contextlib import AbstractContextManager
    from pathlib import Path

    from polyfn_bench.lab import Lab

FUNCTIONS = "/.netlify/functions/"
_LAUNCH_S = 60.0
_MB = 1024 * 1024
_LOOK_S = 0.1
# Of one core; a CPU clock ticks every 10 ms.
_AT_REST = 0.25


class Cpu(NamedTuple):
    """CPU seconds used so far, user and system."""

    main: float
    all: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Server:
    """A server that answers.

    Attributes:
        launch_s: From the start of its process to its first right answer.
        log: The file its output goes to.
    """

    pid: int
    port: int
    launch_s: float
    log: Path

    def url(self, path: str) -> str:
        """Where a path of it is."""
        return f"http://127.0.0.1:{self.port}{path}"

    def cpu(self) -> Cpu:
        """CPU time of its main process, and of all of them with those that have ended."""
        totals = [_cpu_of(process) for process in family(self.pid)]
        return Cpu(totals[0].main, sum(each.all for each in totals))

    def rest(self, limit_s: float) -> None:
        """Wait until all its processes do next to nothing, but not longer than that."""
        deadline = time.monotonic() + limit_s
        before = self.cpu().all
        while time.monotonic() < deadline:
            time.sleep(_LOOK_S)
            now = self.cpu().all
            if now - before < _LOOK_S * _AT_REST:
                return
            before = now

    def pss_mb(self) -> float:
        """Memory of all its processes; what they share counts once."""
        return sum(self.pss_mbs())

    def pss_mbs(self) -> list[float]:
        """The same of each of them, its main process first."""
        return [_pss(process) / _MB for process in family(self.pid)]

    def processes(self) -> int:
        """How many they are."""
        return len(family(self.pid))


def polyfn(lab: Lab, project: Path, ready: str, *options: str) -> AbstractContextManager[Server]:
    """`polyfn serve`, as a user starts it, until the function named ``ready`` has answered."""
    serve = [str(lab.programs.polyfn), "serve", "--cwd", str(project), *options]
    return started(lab, [*serve, "--port", "{port}"], ready=FUNCTIONS + ready, cwd=project)


def plain_node(lab: Lab) -> AbstractContextManager[Server]:
    """The floor for Node.js and Python."""
    argv = [str(lab.programs.node), str(FLOORS / "plain.js"), "{port}"]
    return started(lab, argv, ready="/", cwd=lab.scratch)


def plain_modern(lab: Lab) -> AbstractContextManager[Server]:
    """The same as `plain_node`, but for a Request and a Response that are made for each answer."""
    argv = [str(lab.programs.node), str(FLOORS / "modern.js"), "{port}"]
    return started(lab, argv, ready="/", cwd=lab.scratch)


def plain_go(lab: Lab) -> AbstractContextManager[Server]:
    """The floor for Go."""
    return started(lab, [str(lab.programs.plain_go), "{port}"], ready="/", cwd=lab.scratch)


@contextlib.contextmanager
def started(
    lab: Lab, argv: Sequence[str], *, ready: str, cwd: Path, env: Mapping[str, str] | None = None
) -> Iterator[Server]:
    """A server on a free port of the loopback; ``{port}`` in its arguments is that port.

    Raises:
        BenchError: It did not answer ``ok`` at ``ready`` in time; the message has its last output.
    """
    port = free_port()
    words = [word.replace("{port}", str(port)) for word in argv]
    log = lab.place("server.log")
    began = time.perf_counter()
    with lab.children.started(words, cwd=cwd, env=env or lab.env, log=log) as process:
        answered = client.until_answer(port, ready, b"ok", _LAUNCH_S)
        if answered is None:
            tail = log.read_text(errors="replace")[-1000:]
            raise BenchError(f"{words[0]} did not answer within {_LAUNCH_S:.0f} s:\n{tail}")
        yield Server(pid=process.pid, port=port, launch_s=answered - began, log=log)


def free_port() -> int:
    """A port of the loopback that nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        number: int = listener.getsockname()[1]
        return number


def _cpu_of(process: psutil.Process) -> Cpu:
    try:
        times = process.cpu_times()
    except psutil.NoSuchProcess:
        return Cpu(0, 0)
    own = times.user + times.system
    return Cpu(own, own + times.children_user + times.children_system)


def _pss(process: psutil.Process) -> int:
    try:
        number: int = process.memory_full_info().pss
    except psutil.NoSuchProcess:
        return 0
    return number
