"""64 calls at once that each wait for a second: how long until the last answer."""

from __future__ import annotations

import http.client
import time
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Final

from polyfn_bench import client, projects, servers
from polyfn_bench.figures import BenchError, Figure, Row, Section
from polyfn_bench.goals import GOALS
from polyfn_bench.peers import attempt

if TYPE_CHECKING:
    from polyfn_bench.lab import Lab
    from polyfn_bench.peers import Peer

_TITLES: Final = {"js": "JS", "ts": "TS", "go": "Go", "py": "Python"}
_CALLS = 64
_LIMIT_S = 60.0


def measure(lab: Lab) -> Section:
    """The first time, when instances must be started, and again when they are there."""
    rows: list[Row] = []
    project = projects.copied(lab, "work")
    for name, title in _TITLES.items():
        lab.progress.say(title)
        function = f"{name}-work"
        # A server each: the instances of one would take memory and time from the next.
        with servers.polyfn(lab, project, function) as server:
            ours = _twice(server.port, servers.FUNCTIONS + function)
        theirs = {
            peer.name: _of_peer(lab, peer, function)
            for peer in lab.peers
            if function in peer.functions
        }
        rows += [
            Row(
                key=f"waits.{name}.{when}",
                title=f"64 × 1 s waits, {title}, {when}",
                unit="s",
                ours=ours[index],
                goal=GOALS[f"waits.{name}.{when}"],
                peers={peer: figures[index] for peer, figures in theirs.items()},
            )
            for index, when in enumerate(("first", "warm"))
        ]
    return Section(tuple(rows))


def _twice(port: int, path: str) -> tuple[Figure, Figure]:
    first, warm = _all_at_once(port, path), _all_at_once(port, path)
    return Figure.of([first]), Figure.of([warm])


def _all_at_once(port: int, path: str) -> float:
    """Seconds until all have answered.

    Raises:
        BenchError: Some failed.
    """
    began = time.perf_counter()
    with ThreadPoolExecutor(_CALLS) as executor:
        answered = list(executor.map(lambda _: _answered(port, path), range(_CALLS)))
    took_s = time.perf_counter() - began
    if not all(answered):
        raise BenchError(f"{answered.count(False)} of {_CALLS} calls failed")
    return took_s


def _answered(port: int, path: str) -> bool:
    try:
        return (
            client.call(port, f"{path}?wait=1000", timeout_s=_LIMIT_S).status == http.HTTPStatus.OK
        )
    except (OSError, http.client.HTTPException):
        return False


def _of_peer(lab: Lab, peer: Peer, function: str) -> tuple[Figure | str, Figure | str]:
    lab.progress.say(f"{peer.name}, {function}")
    found: list[Figure] = []

    def calls() -> Figure:
        with peer.serve(lab, projects.copied(lab, "work"), function) as server:
            found.extend(_twice(server.port, peer.path(function)))
        return found[0]

    first = attempt(calls)
    return (found[0], found[1]) if found else (first, first)
