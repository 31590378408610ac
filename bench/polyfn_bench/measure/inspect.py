"""What `--inspect` costs while no debugger is attached: at the launch, in memory, in a call."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from polyfn_bench import load, projects, servers
from polyfn_bench.figures import Figure, Row, Section

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from polyfn_bench.lab import Lab
    from polyfn_bench.servers import Server

# A function that can be debugged has one instance, so more connections compare pools.
_CONNECTIONS = 1
_REST_S = 1.0
_OPTIONS: Final = ("--inspect", "--inspect-port", "0")


class _Life(NamedTuple):
    """Figures of one server: seconds, megabytes of all processes, µs a call."""

    launch_s: float
    memory_mb: float
    cpu_us: float


def measure(lab: Lab) -> Section:
    """One JavaScript function, served with it and without, in turn."""
    project = projects.with_many(lab, 1)
    plain: list[_Life] = []
    inspected: list[_Life] = []
    ways: list[tuple[list[_Life], tuple[str, ...]]] = [(plain, ()), (inspected, _OPTIONS)]
    for number in range(lab.effort.launches):
        lab.progress.say(f"with and without --inspect, {number + 1} of {lab.effort.launches}")
        for lives, options in ways:
            lives.append(_life(lab, project, *options))
        ways.reverse()  # what else the machine does falls on both
    return Section(
        (
            _row(
                "launch", "launch → first answer", (plain, inspected), lambda of: of.launch_s, "s"
            ),
            _row("memory", "memory", (plain, inspected), lambda of: of.memory_mb, "MB"),
            _row("cpu", "CPU time of a call", (plain, inspected), lambda of: of.cpu_us, "µs"),
        )
    )


def _life(lab: Lab, project: Path, *options: str) -> _Life:
    with servers.polyfn(lab, project, "js", *options) as server:
        server.rest(_REST_S)
        memory_mb = server.pss_mb()
        _loaded_us(lab, server, lab.effort.warm_s)
        return _Life(server.launch_s, memory_mb, _loaded_us(lab, server, lab.effort.round_s))


def _loaded_us(lab: Lab, server: Server, seconds: float) -> float:
    url = server.url(servers.FUNCTIONS + "js")
    before = server.cpu().all
    run = load.run(lab, url, connections=_CONNECTIONS, seconds=seconds)
    return (server.cpu().all - before) / max(run.requests, 1) * 1e6


def _row(
    key: str,
    what: str,
    lives: tuple[list[_Life], list[_Life]],
    figure: Callable[[_Life], float],
    unit: str,
) -> Row:
    plain, inspected = ([figure(life) for life in each] for each in lives)
    middle = [Figure.of(each).value for each in (plain, inspected)]
    digits = 3 if unit == "s" else 0
    return Row(
        key=f"inspect.{key}",
        title=f"{what} with --inspect ÷ without",
        unit="×",
        ours=Figure.ratio(inspected, plain),
        detail=f"{middle[1]:.{digits}f} and {middle[0]:.{digits}f} {unit}",
    )
