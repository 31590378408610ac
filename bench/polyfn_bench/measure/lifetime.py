"""A long life: the memory of the supervisor and of a runner, as calls by the ten thousand go by."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from polyfn_bench import load, projects, servers
from polyfn_bench.figures import Figure, Row, Section
from polyfn_bench.goals import GOALS

if TYPE_CHECKING:
    from polyfn_bench.lab import Lab
    from polyfn_bench.servers import Server

_CONNECTIONS: Final = 4
# The first ten thousand make what is made once: compiled code, and a heap of the size it needs.
_CALLS: Final = (10_000, 50_000, 100_000)
_FUNCTIONS: Final = {"js": "JS", "ts": "TS", "modern": "Request/Response JS"}


class _Moment(NamedTuple):
    """Megabytes after so many calls."""

    calls: int
    supervisor: float
    runner: float


def measure(lab: Lab) -> Section:
    """A classic, a bundled and a modern function, each in a server of its own."""
    project = projects.copied(lab, "hello")
    rows = []
    for name, title in _FUNCTIONS.items():
        lab.progress.say(f"{title}, {_CALLS[-1]:,} calls")
        with servers.polyfn(lab, project, name) as server:
            rows.append(_row(name, title, _moments(lab, server, servers.FUNCTIONS + name)))
    return Section(tuple(rows))


def _moments(lab: Lab, server: Server, path: str) -> list[_Moment]:
    moments: list[_Moment] = []
    for calls in _CALLS:
        before = moments[-1].calls if moments else 0
        load.count(lab, server.url(path), connections=_CONNECTIONS, requests=calls - before)
        server.rest(lab.effort.idle_s)
        supervisor, *others = server.pss_mbs()
        moments.append(_Moment(calls, supervisor, max(others)))
    return moments


def _row(name: str, title: str, moments: list[_Moment]) -> Row:
    first, *_, last = moments
    growth = (last.supervisor + last.runner) / (first.supervisor + first.runner)
    return Row(
        key=f"lifetime.{name}",
        title=f"memory, {title}, after {last.calls:,} calls ÷ after {first.calls:,}",
        unit="×",
        ours=Figure.of([growth]),
        goal=GOALS[f"lifetime.{name}"],
        detail="; ".join(
            f"{each.calls:,}: {each.supervisor:.0f} + {each.runner:.0f} MB" for each in moments
        ),
    )
