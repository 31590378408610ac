"""A run of the benchmark, made up: every kind of row there is."""

from __future__ import annotations

from polyfn_bench.figures import Figure, Goal, Point, Row
from polyfn_bench.machine import Machine
from polyfn_bench.results import Results

PEER = "netlify-cli"


def a_run() -> Results:
    return Results(
        machine=Machine(
            date="2026-01-02 03:04 UTC",
            cores=2,
            processor="A processor",
            memory_gb=8,
            kernel="Linux 6.1",
            load=0.1,
        ),
        effort="full",
        seconds=600,
        versions={"polyfn": "0.1.0", PEER: "27.10.2"},
        rows=(
            Row(
                key="throughput.js.16",
                title="requests/s, JS",
                unit="×",
                ours=Figure(value=0.31, low=0.3, high=0.35),
                goal=Goal(must=0.3, aim=0.45, more=True),
                peers={PEER: Figure(value=0.04, low=0.04, high=0.04)},
                detail="8,000 of 26,000/s",
            ),
            Row(
                key="saves.js",
                title="save → served, JS",
                unit="ms",
                ours="not served within 5 s",
                goal=Goal(must=30),
                peers={PEER: "does | not reload"},
            ),
        ),
        points=tuple(a_point(name, n) for name in ("plain Node", "js") for n in (1, 16, 64)),
        failed={"waits": "3 of 64 calls failed"},
    )


def a_point(subject: str, connections: int) -> Point:
    figure = Figure(value=connections * 10, low=connections * 9, high=connections * 12)
    return Point(
        subject=subject,
        connections=connections,
        rps=figure,
        p50_ms=figure,
        p99_ms=figure,
        cpu_us=figure,
        main_cpu_us=figure,
        failed=0,
        processes=4,
    )
