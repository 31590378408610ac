"""A body of 6 MB there and back, beside a plain server."""

from __future__ import annotations

import contextlib
import statistics
from typing import TYPE_CHECKING, Final

from polyfn_bench import client, projects, servers
from polyfn_bench.figures import BenchError, Figure, Row, Section
from polyfn_bench.goals import GOALS
from polyfn_bench.peers import attempt

if TYPE_CHECKING:
    from collections.abc import Mapping

    from polyfn_bench.client import Client
    from polyfn_bench.lab import Lab
    from polyfn_bench.peers import Peer

_TITLES: Final = {"js": "JS", "ts": "TS", "go": "Go", "py": "Python"}
# Text, and just under the limit of 6 MB for requests and answers.
_BODY: Final = b"0123456789abcdef" * 375_000


def measure(lab: Lab) -> Section:
    """Milliseconds over the plain Node server; over the Go one for Go."""
    project = projects.copied(lab, "work")
    with contextlib.ExitStack() as stack:
        polyfn = stack.enter_context(servers.polyfn(lab, project, "js-work"))
        ports = {
            "node": stack.enter_context(servers.plain_node(lab)).port,
            "go server": stack.enter_context(servers.plain_go(lab)).port,
            **dict.fromkeys(_TITLES, polyfn.port),
        }
        targets = {
            name: (
                stack.enter_context(client.connected(port)),
                f"{servers.FUNCTIONS}{name}-work" if name in _TITLES else "/",
            )
            for name, port in ports.items()
        }
        lab.progress.say("polyfn and plain servers, in turn")
        times = _in_turn(lab, targets)
    return Section(tuple(_row(lab, name, times) for name in _TITLES))


def _in_turn(lab: Lab, targets: Mapping[str, tuple[Client, str]]) -> dict[str, list[float]]:
    """Milliseconds of each; every target once a round, after a first call that does not count."""
    times: dict[str, list[float]] = {name: [] for name in targets}
    for number in range(lab.effort.repeats + 1):
        for name, (connection, path) in targets.items():
            took_ms = _there_and_back(connection, path)
            if number:
                times[name].append(took_ms)
    return times


def _there_and_back(connection: Client, path: str) -> float:
    """Milliseconds of one call.

    Raises:
        BenchError: Another body came back.
    """
    answer = connection.call(path, _BODY)
    if answer.status != 200 or answer.body != _BODY:
        raise BenchError(f"{path}: {answer.status}, {len(answer.body):,} of {len(_BODY):,} bytes")
    return answer.took_s * 1000


def _row(lab: Lab, name: str, times: Mapping[str, list[float]]) -> Row:
    floor = times["go server" if name == "go" else "node"]
    return Row(
        key=f"bodies.{name}",
        title=f"6 MB there and back, {_TITLES[name]}, over a plain server",
        unit="ms",
        ours=Figure.difference(times[name], floor),
        goal=GOALS[f"bodies.{name}"],
        peers={
            peer.name: _of_peer(lab, peer, f"{name}-work", statistics.median(floor))
            for peer in lab.peers
            if f"{name}-work" in peer.functions
        },
        detail=f"{statistics.median(times[name]):.1f} ms, "
        f"the plain server {statistics.median(floor):.1f} ms",
    )


def _of_peer(lab: Lab, peer: Peer, function: str, floor_ms: float) -> Figure | str:
    def calls() -> Figure:
        with (
            peer.serve(lab, projects.copied(lab, "work"), function) as server,
            client.connected(server.port, timeout_s=20) as connection,
        ):
            times = [
                _there_and_back(connection, peer.path(function))
                for _ in range(lab.effort.repeats + 1)
            ]
        return Figure.of([one - floor_ms for one in times[1:]])

    lab.progress.say(f"{peer.name}, {function}")
    return attempt(calls)
