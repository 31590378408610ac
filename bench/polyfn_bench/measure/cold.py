"""Cold start: how much longer a function's first call takes than its later ones."""

from __future__ import annotations

import http.client
import statistics
import subprocess
import sys
import time
from typing import TYPE_CHECKING, Final, NamedTuple

from polyfn_bench import client, projects, servers
from polyfn_bench.figures import BenchError, Figure, Goal, Row, Section
from polyfn_bench.goals import COLD_NODE_TIMES, GOALS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from polyfn_bench.lab import Lab
    from polyfn_bench.servers import Server

_RUNTIMES: Final = {"js": "JS", "ts": "TS", "go": "Go", "py": "Python"}
_WARM_CALLS = 10
# Between two first calls: a spare that was used has been replaced by then.
_PAUSE_S = 0.4


class _Start(NamedTuple):
    """One cold start, beside a bare start of the same program."""

    added_ms: float
    bare_ms: float


def measure(lab: Lab) -> Section:
    """Each runtime with spares, if there are any, and without; and a bare start of its program."""
    copies = max(lab.effort.repeats * 2 // 3, 2)
    functions = {f"{kind}{n}": kind for n in range(copies) for kind in _RUNTIMES}
    project = projects.repeated(lab, {"ready": "js"} | functions)
    _built(lab, project)
    rows = []
    for spares, options in _variants(lab).items():
        starts = _starts(lab, project, functions, options)
        rows += [_row(kind, spares, starts[kind]) for kind in _RUNTIMES]
    return Section(tuple(rows))


def _variants(lab: Lab) -> dict[str, tuple[str, ...]]:
    """Ways to serve, by the key's last part; without spares alone until ``--spares`` exists."""
    argv = [str(lab.programs.polyfn), "serve", "--help"]
    done = lab.children.run(argv, cwd=lab.scratch, env=lab.env, limit_s=30)
    if b"--spares" not in done.stdout:
        return {"none": ()}
    return {"spares": (), "none": ("--spares", "0")}


def _built(lab: Lab, project: Path) -> None:
    lab.progress.say("building the functions")
    argv = [str(lab.programs.polyfn), "build", "--cwd", str(project)]
    done = lab.children.run(argv, cwd=project, env=lab.env, limit_s=300)
    if done.returncode != 0:
        raise BenchError(f"polyfn build failed: {done.stderr.decode()[-500:]}")


def _starts(
    lab: Lab, project: Path, functions: Mapping[str, str], options: tuple[str, ...]
) -> dict[str, list[_Start]]:
    """Each copy's first call, by runtime; a bare start of its program right before it."""
    bare = _bare_starts(lab)
    starts: dict[str, list[_Start]] = {kind: [] for kind in _RUNTIMES}
    with servers.polyfn(lab, project, "ready", *options) as server:
        for name, kind in functions.items():
            lab.progress.say(f"{' '.join(options)} first call of {name}")
            time.sleep(_PAUSE_S)
            bare_ms = _timed_ms(bare[kind])
            starts[kind].append(_Start(_beyond_warm_ms(server, name), bare_ms))
    return starts


def _bare_starts(lab: Lab) -> dict[str, list[str]]:
    """The least that starts each runtime's program, and ends it."""
    node = [str(lab.programs.node), "-e", "0"]
    python = [sys.executable, "-I", "-S", "-c", "pass"]
    return {"js": node, "ts": node, "py": python, "go": [str(lab.programs.plain_go)]}


def _beyond_warm_ms(server: Server, name: str) -> float:
    """What a function's first call takes beyond a warm one."""
    path = servers.FUNCTIONS + name
    with client.connected(server.port) as connection:
        connection.call(servers.FUNCTIONS + "ready")
        first = connection.call(path)
        if first.status != http.HTTPStatus.OK:
            raise BenchError(f"the first call of {name} answers {first.status}")
        warm = statistics.median(connection.call(path).took_s for _ in range(_WARM_CALLS))
    return (first.took_s - warm) * 1000


def _timed_ms(command: Sequence[str]) -> float:
    began = time.perf_counter()
    subprocess.run(command, check=True, timeout=30)
    return (time.perf_counter() - began) * 1000


def _row(kind: str, spares: str, starts: Sequence[_Start]) -> Row:
    key = f"cold.{kind}.{spares}"
    bare = Figure.of([start.bare_ms for start in starts]).value
    goal = GOALS.get(key)
    if goal is None and spares == "none":
        goal = Goal(must=round(COLD_NODE_TIMES * bare, 1))
    how = "with a spare" if spares == "spares" else "without a spare"
    return Row(
        key=key,
        title=f"cold start, {_RUNTIMES[kind]}, {how}",
        unit="ms",
        ours=Figure.of([start.added_ms for start in starts]),
        goal=goal,
        detail=f"a bare start of its program: {bare:.1f} ms",
    )
