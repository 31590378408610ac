"""Cold start: how much longer a function's first call takes than its later ones."""

from __future__ import annotations

import statistics
import subprocess
import sys
import time
from typing import TYPE_CHECKING, Final

from polyfn_bench import client, projects, servers
from polyfn_bench.figures import BenchError, Figure, Goal, Row, Section
from polyfn_bench.goals import COLD_NODE_TIMES, GOALS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from polyfn_bench.lab import Lab

_RUNTIMES: Final = {"js": "JS", "ts": "TS", "go": "Go", "py": "Python"}
_WARM_CALLS = 10
# Between two first calls: a spare that was used has been replaced by then.
_PAUSE_S = 0.4


def measure(lab: Lab) -> Section:
    """Each runtime with spares, if there are any, and without; and a bare start of its program."""
    copies = max(lab.effort.repeats * 2 // 3, 2)
    functions = {f"{kind}{n}": kind for n in range(copies) for kind in _RUNTIMES}
    project = projects.repeated(lab, {"ready": "js"} | functions)
    _built(lab, project)
    floors = _floors(lab)
    rows = []
    for spares, options in _variants(lab).items():
        added = _first_calls(lab, project, functions, options)
        rows += [_row(kind, spares, added[kind], floors) for kind in _RUNTIMES]
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


def _first_calls(
    lab: Lab, project: Path, functions: Mapping[str, str], options: tuple[str, ...]
) -> dict[str, list[float]]:
    """What the first call of each copy took beyond a warm one, in ms, by runtime."""
    added: dict[str, list[float]] = {kind: [] for kind in _RUNTIMES}
    with servers.polyfn(lab, project, "ready", *options) as server:
        for name, kind in functions.items():
            lab.progress.say(f"{' '.join(options)} first call of {name}")
            time.sleep(_PAUSE_S)
            path = servers.FUNCTIONS + name
            with client.connected(server.port) as connection:
                connection.call(servers.FUNCTIONS + "ready")
                first = connection.call(path).took_s
                warm = statistics.median(connection.call(path).took_s for _ in range(_WARM_CALLS))
            client.check(server.port, path)
            added[kind].append((first - warm) * 1000)
    return added


def _floors(lab: Lab) -> dict[str, Figure]:
    """How long the runtimes' programs take to start and end, in ms."""
    node = [str(lab.programs.node), "-e", "0"]
    commands = {
        "js": node,
        "ts": node,
        "py": [sys.executable, "-I", "-S", "-c", "pass"],
        "go": [str(lab.programs.plain_go)],
    }
    lab.progress.say("bare starts")
    times: dict[str, list[float]] = {kind: [] for kind in commands}
    for _ in range(lab.effort.repeats):
        for kind, command in commands.items():
            times[kind].append(_timed(command) * 1000)
    return {kind: Figure.of(samples) for kind, samples in times.items()}


def _timed(command: Sequence[str]) -> float:
    began = time.perf_counter()
    subprocess.run(command, check=True, timeout=30)
    return time.perf_counter() - began


def _row(kind: str, spares: str, added: Sequence[float], floors: Mapping[str, Figure]) -> Row:
    key = f"cold.{kind}.{spares}"
    bare = floors[kind].value
    goal = GOALS.get(key)
    if goal is None and spares == "none":
        goal = Goal(must=round(COLD_NODE_TIMES * bare, 1))
    how = "with a spare" if spares == "spares" else "without a spare"
    return Row(
        key=key,
        title=f"cold start, {_RUNTIMES[kind]}, {how}",
        unit="ms",
        ours=Figure.of(added),
        goal=goal,
        detail=f"a bare start of its program: {bare:.1f} ms",
    )
