"""Streamed answers: how fast, how soon, and what a client that does not read holds."""

from __future__ import annotations

import contextlib
import socket
import statistics
import time
from pathlib import Path
from typing import TYPE_CHECKING, Final

from polyfn_bench import projects, servers
from polyfn_bench.figures import BenchError, Figure, Row, Section
from polyfn_bench.goals import GOALS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from polyfn_bench.lab import Lab
    from polyfn_bench.servers import Server

_TITLES: Final = {"js": "JS", "go": "Go", "py": "Python"}
_PLAIN: Final = "plain"
_BYTES: Final = 200_000_000
_FIRST: Final = b"ok"
_END: Final = b"\r\n0\r\n\r\n"
_BUFFER_BYTES: Final = 1024 * 1024
_RECEIVE_BYTES: Final = 65_536
_PAUSE_MS: Final = 50
_WAIT_S: Final = 60.0
# A function that has not written for so long waits for its client.
_STILL_S: Final = 1.0
_KIB: Final = 1024


def measure(lab: Lab) -> Section:
    """200 MB in pieces of 64 KiB, beside a plain Node server that streams as many."""
    with contextlib.ExitStack() as stack:
        project = projects.copied(lab, "streams")
        polyfn = stack.enter_context(servers.polyfn(lab, project, "js-stream"))
        plain = stack.enter_context(servers.plain_node(lab))
        lab.progress.say("polyfn and a plain server, in turn")
        speeds = _in_turn(lab, polyfn, plain)
        lab.progress.say("the first byte, and a client that does not read")
        first = _first(lab, polyfn, plain)
        held = [_held_kib(lab, polyfn) for _ in range(lab.effort.rounds)]
    rows = [_speed_row(name, speeds) for name in _TITLES]
    return Section((*rows, first, _held_row(held)))


def _in_turn(lab: Lab, polyfn: Server, plain: Server) -> dict[str, list[float]]:
    """Megabytes a second of each; every target once a round, after a first that does not count."""
    targets = {_PLAIN: (plain, "/")}
    targets |= {name: (polyfn, f"{servers.FUNCTIONS}{name}-stream") for name in _TITLES}
    speeds: dict[str, list[float]] = {name: [] for name in targets}
    for number in range(lab.effort.rounds + 1):
        for name, (server, path) in targets.items():
            speed = _megabytes_a_second(server, path)
            if number:
                speeds[name].append(speed)
    return speeds


def _megabytes_a_second(server: Server, path: str) -> float:
    """Of one stream.

    Raises:
        BenchError: It was not whole.
    """
    buffer = bytearray(_BUFFER_BYTES)
    with _asked(server, f"{path}?bytes={_BYTES}") as client:
        began = time.perf_counter()
        size, end = 0, b""
        while not end.endswith(_END) and (count := client.recv_into(buffer)):
            size += count
            end = (end + buffer[max(0, count - len(_END)) : count])[-len(_END) :]
        took_s = time.perf_counter() - began
    if size < _BYTES or not end.endswith(_END):
        raise BenchError(f"{path}: the stream was cut after {size:,} bytes")
    return _BYTES / took_s / 1_000_000


def _first(lab: Lab, polyfn: Server, plain: Server) -> Row:
    path = f"{servers.FUNCTIONS}js-stream?pause={_PAUSE_MS}"
    ours: list[float] = []
    theirs: list[float] = []
    for number in range(lab.effort.repeats + 1):
        pair = _first_ms(polyfn, path), _first_ms(plain, "/?bytes=1")
        if number:
            ours.append(pair[0])
            theirs.append(pair[1])
    return Row(
        key="streams.first",
        title=f"first byte of a stream that goes on {_PAUSE_MS} ms later, over a plain server",
        unit="ms",
        ours=Figure.difference(ours, theirs),
        goal=GOALS["streams.first"],
        detail=f"{statistics.median(ours):.2f} ms, "
        f"the plain server {statistics.median(theirs):.2f} ms",
    )


def _first_ms(server: Server, path: str) -> float:
    with _asked(server, path) as client:
        began = time.perf_counter()
        seen = b""
        while _FIRST not in seen.partition(b"\r\n\r\n")[2]:
            seen += _received(client, path)
        took_s = time.perf_counter() - began
        while not seen.endswith(_END):  # the instance is free then, for the next
            seen += _received(client, path)
        return took_s * 1000


def _held_kib(lab: Lab, polyfn: Server) -> float:
    """KiB that a function has written, and that are neither in the system nor with the client."""
    written = lab.place("written")
    path = f"{servers.FUNCTIONS}js-stream?bytes={_BYTES * 10}&written={written}"
    with _asked(polyfn, path) as client:
        _received(client, path)
        total = _at_rest(written)
        return (total - _queued(polyfn.port, client)) / _KIB


def _at_rest(written: Path) -> int:
    deadline = time.monotonic() + _WAIT_S
    before = -1
    while time.monotonic() < deadline:
        now = int(written.read_text() or 0) if written.exists() else 0
        if now and now == before:
            return now
        before = now
        time.sleep(_STILL_S)
    raise BenchError(f"a function goes on writing to a client that does not read: {before:,} bytes")


def _queued(port: int, client: socket.socket) -> int:
    """Bytes between a server and its client, as Linux tells of both ends."""
    ends = {port, client.getsockname()[1]}
    size = 0
    with Path("/proc/net/tcp").open(encoding="ascii") as lines:
        for line in list(lines)[1:]:
            _, local, remote, _, queues, *_ = line.split()
            if {int(end.partition(":")[2], 16) for end in (local, remote)} == ends:
                size += sum(int(queue, 16) for queue in queues.split(":"))
    return size


@contextlib.contextmanager
def _asked(server: Server, path: str) -> Iterator[socket.socket]:
    """A client that has sent a request, and takes little ahead of what it reads."""
    with socket.socket() as client:
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _RECEIVE_BYTES * 16)
        client.settimeout(_WAIT_S)
        client.connect(("127.0.0.1", server.port))
        client.sendall(f"GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
        yield client


def _received(client: socket.socket, path: str) -> bytes:
    data = client.recv(_RECEIVE_BYTES)
    if not data:
        raise BenchError(f"{path}: the connection was closed")
    return data


def _speed_row(name: str, speeds: dict[str, list[float]]) -> Row:
    ratio = Figure.ratio(speeds[name], speeds[_PLAIN])
    return Row(
        key=f"streams.{name}",
        title=f"200 MB streamed, {_TITLES[name]}",
        unit="MB/s",
        ours=Figure.of(speeds[name]),
        goal=GOALS[f"streams.{name}"],
        detail=f"{ratio.value:.2f} of the plain server's "
        f"{statistics.median(speeds[_PLAIN]):.0f} MB/s",
    )


def _held_row(held: list[float]) -> Row:
    return Row(
        key="streams.held",
        title="held of a stream whose client does not read",
        unit="KiB",
        ours=Figure.of(held),
        goal=GOALS["streams.held"],
        detail="in polyfn, the pipe and the function's stream",
    )
