"""Requests a second, p50, p99 and CPU time over connections: short runs, in turn.

Every round runs all servers at every number of connections, in another order each time, so that
what else the machine does falls on all of them. Ratios are those of the medians.
"""

from __future__ import annotations

import contextlib
from collections import defaultdict
from typing import TYPE_CHECKING, Final, NamedTuple

from polyfn_bench import client, load, projects, servers
from polyfn_bench.figures import Figure, Point, Row, Section
from polyfn_bench.goals import GOALS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from polyfn_bench.lab import Lab
    from polyfn_bench.load import Load
    from polyfn_bench.servers import Cpu, Server

CONNECTIONS: Final = (1, 16, 64)
MODERN: Final = "modern"
TITLES: Final = {
    "js": "JS",
    MODERN: "Request/Response JS",
    "ts": "TS",
    "go": "Go",
    "py": "Python",
}
NODE: Final = "plain Node"
NODE_MODERN: Final = "plain Node with Request/Response"
GO: Final = "plain Go"
_CPU_CONNECTIONS = 16
# The load on another function of the same server may have left instances that still start.
_REST_S = 1.0


class _Subject(NamedTuple):
    """What is loaded: its name in the points, its server, and the path."""

    name: str
    server: Server
    path: str
    rounds: int


class _Sample(NamedTuple):
    """One run."""

    load: Load
    cpu_us: float
    main_cpu_us: float
    processes: int


_Samples = dict[tuple[str, int], list[_Sample]]


def measure(lab: Lab) -> Section:
    """All languages, the plain servers, and the peers."""
    with contextlib.ExitStack() as stack:
        samples = _rounds(lab, _subjects(lab, stack))
    rows = [
        *(_rps_row(lab, samples, name, n) for name in TITLES for n in CONNECTIONS),
        *(_modern_row(samples, n) for n in CONNECTIONS),
        *(_p50_row(samples, name) for name in TITLES),
        *(_cpu_row(samples, name) for name in TITLES),
    ]
    return Section(tuple(rows), tuple(_point(*key, runs) for key, runs in samples.items()))


def _subjects(lab: Lab, stack: contextlib.ExitStack) -> list[_Subject]:
    """All servers started, and their answers seen to be right."""
    rounds, peer_rounds = lab.effort.rounds, lab.effort.peer_rounds
    lab.progress.say("starting servers")
    project = projects.copied(lab, "hello")
    polyfn = stack.enter_context(servers.polyfn(lab, project, "js"))
    subjects = [
        _Subject(NODE, stack.enter_context(servers.plain_node(lab)), "/", rounds),
        _Subject(NODE_MODERN, stack.enter_context(servers.plain_modern(lab)), "/", rounds),
        _Subject(GO, stack.enter_context(servers.plain_go(lab)), "/", rounds),
        *(_Subject(name, polyfn, servers.FUNCTIONS + name, rounds) for name in TITLES),
    ]
    for peer in lab.peers:
        server = stack.enter_context(peer.serve(lab, projects.copied(lab, "hello"), "js"))
        subjects += [
            _Subject(f"{peer.name} {name}", server, peer.path(name), peer_rounds)
            for name in TITLES
            if name in peer.functions
        ]
    for subject in subjects:
        lab.progress.say(f"warming up {subject.name}")
        client.check(subject.server.port, subject.path)
        # Instances are started, and just-in-time compilers have seen the code.
        url = subject.server.url(subject.path)
        load.run(lab, url, connections=max(CONNECTIONS), seconds=lab.effort.warm_s)
    return subjects


def _rounds(lab: Lab, subjects: Sequence[_Subject]) -> _Samples:
    samples: _Samples = defaultdict(list)
    for number in range(lab.effort.rounds):
        for connections in CONNECTIONS:
            turn = (number + CONNECTIONS.index(connections)) % len(subjects)
            for subject in (*subjects[turn:], *subjects[:turn]):
                if number < subject.rounds:
                    lab.progress.say(
                        f"round {number + 1} of {lab.effort.rounds}, "
                        f"{connections} connections, {subject.name}"
                    )
                    samples[subject.name, connections].append(_sample(lab, subject, connections))
    return samples


def _sample(lab: Lab, subject: _Subject, connections: int) -> _Sample:
    url, server = subject.server.url(subject.path), subject.server
    server.rest(_REST_S)
    before = server.cpu()
    run = load.run(lab, url, connections=connections, seconds=lab.effort.round_s)
    after = server.cpu()
    return _Sample(run, *_per_request(before, after, run), server.processes())


def _per_request(before: Cpu, after: Cpu, run: Load) -> tuple[float, float]:
    """CPU time of all processes and of the main one, in µs a request."""
    requests = max(run.requests, 1)
    return (
        (after.all - before.all) / requests * 1e6,
        (after.main - before.main) / requests * 1e6,
    )


def _point(subject: str, connections: int, runs: Sequence[_Sample]) -> Point:
    return Point(
        subject=subject,
        connections=connections,
        rps=Figure.of(_rps(runs)),
        p50_ms=Figure.of([run.load.p50_ms for run in runs]),
        p99_ms=Figure.of([run.load.p99_ms for run in runs]),
        cpu_us=Figure.of([run.cpu_us for run in runs]),
        main_cpu_us=Figure.of([run.main_cpu_us for run in runs]),
        failed=sum(run.load.failed for run in runs),
        processes=max(run.processes for run in runs),
    )


def _rps_row(lab: Lab, samples: _Samples, name: str, connections: int) -> Row:
    key = f"throughput.{name}.{connections}"
    floor = _floor(name)
    ours = _point(name, connections, samples[name, connections])
    plain = _point(floor, connections, samples[floor, connections])
    return Row(
        key=key,
        title=f"requests/s, {TITLES[name]}, {connections} connections ÷ {floor}",
        unit="×",
        ours=_ratio(samples, name, connections),
        goal=GOALS.get(key),
        peers={
            peer.name: _ratio(samples, f"{peer.name} {name}", connections, floor)
            for peer in lab.peers
            if name in peer.functions
        },
        detail=f"{ours.rps.value:,.0f} of {plain.rps.value:,.0f}/s; "
        f"p50 {ours.p50_ms.value:.2f}, p99 {ours.p99_ms.value:.2f} ms",
    )


def _ratio(samples: _Samples, subject: str, connections: int, floor: str = "") -> Figure | str:
    runs = samples[subject, connections]
    plain = samples[floor or _floor(subject), connections]
    failed = sum(run.load.failed for run in runs)
    if failed:
        return f"{failed:,} of {sum(run.load.requests for run in runs):,} requests failed"
    return Figure.ratio(_rps(runs), _rps(plain))


def _modern_row(samples: _Samples, connections: int) -> Row:
    """What is left of a plain server's speed that has the same objects to make."""
    return Row(
        key=f"throughput.{MODERN}.objects.{connections}",
        title=f"requests/s, {TITLES[MODERN]}, {connections} connections ÷ {NODE_MODERN}",
        unit="×",
        ours=_ratio(samples, MODERN, connections, NODE_MODERN),
    )


def _p50_row(samples: _Samples, name: str) -> Row:
    """What a call costs beyond the plain server's, without any waiting."""
    floor = _floor(name)
    ours, plain = ([run.load.p50_ms for run in samples[each, 1]] for each in (name, floor))
    return Row(
        key=f"throughput.p50.{name}.1",
        title=f"p50 added to {floor}, {TITLES[name]}, one connection",
        unit="ms",
        ours=Figure.difference(ours, plain),
        goal=GOALS.get(f"throughput.p50.{name}.1"),
        detail=f"{Figure.of(ours).value:.3f}, {floor} {Figure.of(plain).value:.3f} ms",
    )


def _cpu_row(samples: _Samples, name: str) -> Row:
    floor = _floor(name)
    ours = _point(name, _CPU_CONNECTIONS, samples[name, _CPU_CONNECTIONS])
    plain = _point(floor, _CPU_CONNECTIONS, samples[floor, _CPU_CONNECTIONS])
    return Row(
        key=f"throughput.cpu.{name}.{_CPU_CONNECTIONS}",
        title=f"CPU of the supervisor per request, {TITLES[name]}, {_CPU_CONNECTIONS} connections",
        unit="µs",
        ours=ours.main_cpu_us,
        detail=f"all processes {ours.cpu_us.value:.0f} µs, {floor} {plain.cpu_us.value:.0f} µs",
    )


def _rps(runs: Sequence[_Sample]) -> list[float]:
    return [run.load.rps for run in runs]


def _floor(name: str) -> str:
    return GO if name == "go" else NODE
