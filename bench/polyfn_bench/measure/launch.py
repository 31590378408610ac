"""Launch → first answer: from the start of the command to a function's first right answer."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from polyfn_bench import client, projects, servers
from polyfn_bench.figures import BenchError, Figure, Row, Section
from polyfn_bench.goals import GOALS
from polyfn_bench.peers import attempt

if TYPE_CHECKING:
    from pathlib import Path

    from polyfn_bench.lab import Lab
    from polyfn_bench.peers import Peer
    from polyfn_bench.servers import Server

_TITLES = {1: "launch → first answer, one JS function", 51: "the same, 51 functions, all listed"}
_PEER_LAUNCHES = 2


def measure(lab: Lab) -> Section:
    """With one function, and with 51."""
    return Section(tuple(_row(lab, count) for count in _TITLES))


def _row(lab: Lab, count: int) -> Row:
    project = projects.with_many(lab, count)
    ours, floor = [], []
    for number in range(lab.effort.launches):
        lab.progress.say(f"{count} functions, launch {number + 1} of {lab.effort.launches}")
        with servers.plain_node(lab) as server:
            floor.append(server.launch_s)
        with servers.polyfn(lab, project, "js") as server:
            ours.append(server.launch_s)
            _see_all_listed(server, count)
    return Row(
        key=f"launch.{count}",
        title=_TITLES[count],
        unit="s",
        ours=Figure.of(ours),
        goal=GOALS[f"launch.{count}"],
        peers={peer.name: _of_peer(lab, peer, project, count) for peer in lab.peers},
        detail=f"a plain Node server: {Figure.of(floor).value:.3f} s",
    )


def _see_all_listed(server: Server, count: int) -> None:
    """The answer came from a server that knows all its functions.

    Raises:
        BenchError: Some are missing.
    """
    listed = len(json.loads(client.call(server.port, servers.FUNCTIONS).body)["functions"])
    if listed != count:
        raise BenchError(f"{listed} of {count} functions are listed")


def _of_peer(lab: Lab, peer: Peer, project: Path, count: int) -> Figure | str:
    def launches() -> Figure:
        times = []
        for _ in range(_PEER_LAUNCHES):
            with peer.serve(lab, project, "js") as server:
                times.append(server.launch_s)
        return Figure.of(times)

    if count > 1 and not peer.whole_project:
        return "one function only"
    lab.progress.say(f"{count} functions, {peer.name}")
    return attempt(launches)
