"""One function in a busy loop: what another one's callers notice."""

from __future__ import annotations

import contextlib
import http.client
import statistics
import threading
import time
from typing import TYPE_CHECKING, NamedTuple

from polyfn_bench import client, load, projects, servers
from polyfn_bench.figures import BenchError, Figure, Goal, Row, Section
from polyfn_bench.goals import BUSY_NOISE
from polyfn_bench.peers import attempt

if TYPE_CHECKING:
    from collections.abc import Iterator
    from contextlib import AbstractContextManager

    from polyfn_bench.lab import Lab
    from polyfn_bench.peers import Peer
    from polyfn_bench.servers import Server

_CONNECTIONS = 4
_SETTLE_S = 0.2


class _P99(NamedTuple):
    """Milliseconds without and with something busy beside it."""

    before: float
    meanwhile: float


def measure(lab: Lab) -> Section:
    """p99 meanwhile over p99 before; and the same of a plain server beside a busy program."""
    ours, floor = [], []
    project = projects.with_work(lab)
    hello, work = servers.FUNCTIONS + "js", servers.FUNCTIONS + "js-work"
    with servers.polyfn(lab, project, "js") as polyfn, servers.plain_node(lab) as plain:
        client.check(polyfn.port, work)
        for number in range(lab.effort.busy_rounds):
            lab.progress.say(f"round {number + 1} of {lab.effort.busy_rounds}")
            ours.append(_compared(lab, polyfn.url(hello), _busy_call(lab, polyfn, work)))
            floor.append(_compared(lab, plain.url("/"), _busy_program(lab)))
    return Section((_row(lab, ours, floor),))


def _row(lab: Lab, ours: list[_P99], floor: list[_P99]) -> Row:
    beside_plain = _ratio(floor)
    before, meanwhile = (statistics.median(column) for column in zip(*ours, strict=True))
    return Row(
        key="busy.js",
        title="another function in a busy loop: p99 meanwhile ÷ before",
        unit="×",
        ours=_ratio(ours),
        goal=Goal(must=round(BUSY_NOISE * max(beside_plain.value, 1), 2)),
        peers={
            peer.name: _of_peer(lab, peer) if peer.whole_project else "one function only"
            for peer in lab.peers
        },
        detail=f"{before:.2f} → {meanwhile:.2f} ms; a plain Node server beside a busy program "
        f"{beside_plain.value:.2f} ×",
    )


def _ratio(pairs: list[_P99]) -> Figure:
    before, meanwhile = zip(*pairs, strict=True)
    return Figure.ratio(meanwhile, before)


def _compared(lab: Lab, url: str, busy: AbstractContextManager[None]) -> _P99:
    before = _p99(lab, url)
    with busy:
        time.sleep(_SETTLE_S)
        return _P99(before, _p99(lab, url))


def _p99(lab: Lab, url: str) -> float:
    """The p99 of calls of which none failed, in ms.

    Raises:
        BenchError: Some failed, so that a p99 would say nothing.
    """
    run = load.run(lab, url, connections=_CONNECTIONS, seconds=lab.effort.round_s)
    if run.failed:
        raise BenchError(f"{run.failed} of {run.requests} calls failed")
    return run.p99_ms


def _busy_ms(lab: Lab) -> int:
    """Longer than the load beside it, starting it included."""
    return round((lab.effort.round_s * 1.25 + 2 * _SETTLE_S) * 1000)


@contextlib.contextmanager
def _busy_call(lab: Lab, server: Server, path: str) -> Iterator[None]:
    """A call of a function that spins."""

    def call() -> None:
        with contextlib.suppress(OSError, http.client.HTTPException):
            client.call(server.port, f"{path}?spin={_busy_ms(lab)}")

    thread = threading.Thread(target=call)
    thread.start()
    try:
        yield
    finally:
        thread.join()


@contextlib.contextmanager
def _busy_program(lab: Lab) -> Iterator[None]:
    """A program of its own that spins."""
    script = f"for (const end = Date.now() + {_busy_ms(lab)}; Date.now() < end; );"
    argv = [str(lab.programs.node), "-e", script]
    log = lab.place("busy.log")
    with lab.children.started(argv, cwd=lab.scratch, env=lab.env, log=log) as process:
        yield
        process.wait()


def _of_peer(lab: Lab, peer: Peer) -> Figure | str:
    def rounds() -> Figure:
        project = projects.with_work(lab)
        with peer.serve(lab, project, "js") as server:
            client.check(server.port, peer.path("js-work"))
            url, work = server.url(peer.path("js")), peer.path("js-work")
            pairs = [
                _compared(lab, url, _busy_call(lab, server, work))
                for _ in range(lab.effort.peer_rounds)
            ]
        return _ratio(pairs)

    lab.progress.say(peer.name)
    return attempt(rounds)
