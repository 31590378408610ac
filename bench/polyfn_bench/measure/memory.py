"""Memory: the PSS of all processes, idle, with instances, after load, and after more of it."""

from __future__ import annotations

import time
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from polyfn_bench import load, projects, servers
from polyfn_bench.figures import Figure, Row, Section
from polyfn_bench.goals import GOALS
from polyfn_bench.peers import attempt

if TYPE_CHECKING:
    from collections.abc import Mapping
    from contextlib import AbstractContextManager

    from polyfn_bench.lab import Lab
    from polyfn_bench.servers import Server

_CONNECTIONS = 16
_FIRST_LOAD_S = 2.0
_MANY = 51


class _Life(NamedTuple):
    """Megabytes of one server as time goes by, each read after a rest.

    Attributes:
        idle: Its function was called once.
        instances: After a short load: with the instances that it takes.
        load: After a long load.
        later: After another one.
        processes: How many they were at the end.
    """

    idle: float
    instances: float
    load: float
    later: float
    processes: int

    @property
    def growth(self) -> float:
        """What a long load adds to its instances, as a factor."""
        return self.load / self.instances

    @property
    def later_growth(self) -> float:
        """The factor of another one: 1 when memory is flat."""
        return self.later / self.load


def measure(lab: Lab) -> Section:
    """One function through a server's life, and 51 of which one was called."""
    one, many = projects.with_many(lab, 1), projects.with_many(lab, _MANY)
    path = servers.FUNCTIONS + "js"
    lab.progress.say(f"{_MANY} functions")
    idle_51 = _idle_mb(lab, servers.polyfn(lab, many, "js"))
    theirs_51 = {
        peer.name: attempt(partial(_idle_mb, lab, peer.serve(lab, many, "js")))
        for peer in lab.peers
        if peer.whole_project
    }
    lab.progress.say("one function, idle and after load")
    ours = _life(lab, servers.polyfn(lab, one, "js"), path)
    theirs = {}
    for peer in lab.peers:
        lab.progress.say(f"{peer.name}, idle and after load")
        serving = peer.serve(lab, one, "js")
        theirs[peer.name] = attempt(partial(_life, lab, serving, peer.path("js")))
    return Section((*_rows(lab, ours, theirs), _row_51(idle_51, theirs_51)))


def _life(lab: Lab, serving: AbstractContextManager[Server], path: str) -> _Life:
    with serving as server:
        return _Life(
            idle=_rested_mb(lab, server),
            instances=_loaded_mb(lab, server, path, min(_FIRST_LOAD_S, lab.effort.load_s)),
            load=_loaded_mb(lab, server, path, lab.effort.load_s),
            later=_loaded_mb(lab, server, path, lab.effort.load_s),
            processes=server.processes(),
        )


def _idle_mb(lab: Lab, serving: AbstractContextManager[Server]) -> Figure:
    with serving as server:
        return Figure.of([_rested_mb(lab, server)])


def _rested_mb(lab: Lab, server: Server) -> float:
    time.sleep(lab.effort.idle_s)
    return server.pss_mb()


def _loaded_mb(lab: Lab, server: Server, path: str, seconds: float) -> float:
    load.run(lab, server.url(path), connections=_CONNECTIONS, seconds=seconds)
    return _rested_mb(lab, server)


def _rows(lab: Lab, ours: _Life, theirs: Mapping[str, _Life | str]) -> tuple[Row, ...]:
    seconds = f"{lab.effort.load_s:.0f} s"
    return (
        Row(
            key="memory.idle.1",
            title="memory, one function, called once",
            unit="MB",
            ours=Figure.of([ours.idle]),
            goal=GOALS["memory.idle.1"],
            peers=_figures(theirs, "idle"),
        ),
        Row(
            key="memory.load",
            title=f"memory, after {seconds} of load ÷ with its instances",
            unit="×",
            ours=Figure.of([ours.growth]),
            goal=GOALS["memory.load"],
            peers=_figures(theirs, "growth"),
            detail=_megabytes({"polyfn": ours, **theirs}, "instances", "load"),
        ),
        Row(
            key="memory.later",
            title=f"memory, after {seconds} more ÷ before",
            unit="×",
            ours=Figure.of([ours.later_growth]),
            goal=GOALS["memory.later"],
            peers=_figures(theirs, "later_growth"),
            detail=_megabytes({"polyfn": ours, **theirs}, "load", "later"),
        ),
    )


def _figures(lives: Mapping[str, _Life | str], name: str) -> dict[str, Figure | str]:
    return {
        peer: life if isinstance(life, str) else Figure.of([getattr(life, name)])
        for peer, life in lives.items()
    }


def _megabytes(lives: Mapping[str, _Life | str], before: str, after: str) -> str:
    return "; ".join(
        f"{name} {getattr(life, before):.0f} → {getattr(life, after):.0f} MB"
        f" ({life.processes} processes)"
        for name, life in lives.items()
        if isinstance(life, _Life)
    )


def _row_51(ours: Figure, theirs: Mapping[str, Figure | str]) -> Row:
    return Row(
        key="memory.idle.51",
        title="memory, 51 functions, one called once",
        unit="MB",
        ours=ours,
        goal=GOALS["memory.idle.51"],
        peers=theirs,
    )
