"""`polyfn invoke` as a whole command, beside the least that its two programs can take."""

from __future__ import annotations

import sys
import time
from typing import TYPE_CHECKING

from polyfn_bench import projects, servers
from polyfn_bench.figures import BenchError, Figure, Row, Section
from polyfn_bench.goals import GOALS
from polyfn_bench.peers import NETLIFY, attempt, environment, netlify, record

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from polyfn_bench.lab import Lab
    from polyfn_bench.peers import Peer

_PEER_CALLS = 3


def measure(lab: Lab) -> Section:
    """By itself and through a running server, in turn with the floors."""
    alone, through = (projects.with_many(lab, 1) for _ in range(2))
    polyfn = str(lab.programs.polyfn)
    commands = {
        "alone": [polyfn, "invoke", "js", "--cwd", str(alone)],
        "through": [polyfn, "invoke", "js", "--cwd", str(through)],
        "python": [sys.executable, "-c", "import asyncio"],
        "node": [str(lab.programs.node), "-e", "0"],
    }
    times: dict[str, list[float]] = {name: [] for name in commands}
    with servers.polyfn(lab, through, "js"):
        for number in range(lab.effort.repeats):
            lab.progress.say(f"call {number + 1} of {lab.effort.repeats}")
            for name, command in commands.items():
                times[name].append(_timed(lab, command, alone, lab.env))
    figures = {name: Figure.of(samples) for name, samples in times.items()}
    floors = ", ".join(f"{name} {figures[name].value:.0f} ms" for name in ("python", "node"))
    detail = f"import asyncio, node -e 0: {floors}"
    return Section(
        (
            Row(
                key="invoke.alone",
                title="polyfn invoke, without a server",
                unit="ms",
                ours=figures["alone"],
                goal=GOALS["invoke"],
                detail=detail,
            ),
            Row(
                key="invoke.through",
                title="polyfn invoke, through a server",
                unit="ms",
                ours=figures["through"],
                goal=GOALS["invoke"],
                peers={peer.name: _of_peer(lab, peer) for peer in lab.peers},
                detail=detail,
            ),
        )
    )


def _timed(lab: Lab, command: Sequence[str], cwd: Path, env: Mapping[str, str]) -> float:
    """Run a command to its end; how long it took, in ms.

    Raises:
        BenchError: It failed.
    """
    began = time.perf_counter()
    done = lab.children.run(command, cwd=cwd, env=env, limit_s=60)
    took_ms = (time.perf_counter() - began) * 1000
    if done.returncode != 0:
        raise BenchError(f"exit status {done.returncode}: {done.stderr.decode().strip()}")
    return took_ms


def _of_peer(lab: Lab, peer: Peer) -> Figure | str:
    def calls() -> Figure:
        project = projects.with_many(lab, 1)
        with peer.serve(lab, project, "js") as server:
            options = ["js", "--port", str(server.port), "--no-identity"]
            command = [record()["node"], *netlify("functions:invoke"), *options]
            return Figure.of(
                [_timed(lab, command, project, environment(lab)) for _ in range(_PEER_CALLS)]
            )

    if peer.name != NETLIFY:
        return "has none"
    lab.progress.say(peer.name)
    return attempt(calls)
