"""Load: bombardier, built with Go at the version that ``bench/load/go.sum`` holds.

Chosen by measuring, as CPU time a request on a 2-core machine where generator and servers share
the cores: wrk 16 to 24 µs, bombardier on one thread 21 to 29, hey 50 to 110, autocannon 40 to 120.
wrk would have to be installed by hand, and prints no JSON.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from polyfn_bench.figures import BenchError

if TYPE_CHECKING:
    from polyfn_bench.lab import Lab

_TIMEOUT_S = 10
_GRACE_S = 20
# Of one call of many, on average, on the slowest machine.
_SLOWEST_S = 0.005


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """What one run of the load generator saw.

    Attributes:
        failed: Answers other than 2xx, and requests without an answer.
    """

    requests: int
    failed: int
    rps: float
    p50_ms: float
    p99_ms: float


def run(lab: Lab, url: str, *, connections: int, seconds: float) -> Load:
    """GET one URL over that many connections, each request after the other's answer.

    Raises:
        BenchError: The load generator failed.
    """
    return _bombardier(
        lab, url, "-d", f"{round(seconds * 1000)}ms", connections=connections, limit_s=seconds
    )


def count(lab: Lab, url: str, *, connections: int, requests: int) -> Load:
    """GET one URL so many times, over that many connections.

    Raises:
        BenchError: The load generator failed, or an answer was not 2xx.
    """
    seen = _bombardier(
        lab, url, "-n", str(requests), connections=connections, limit_s=requests * _SLOWEST_S
    )
    if seen.failed:
        raise BenchError(f"{seen.failed} of {requests} calls of {url} failed")
    return seen


def _bombardier(lab: Lab, url: str, *much: str, connections: int, limit_s: float) -> Load:
    argv = [
        str(lab.programs.bombardier),
        *("-c", str(connections), *much, "-t", f"{_TIMEOUT_S}s"),
        *("-l", "-p", "r", "-o", "json", url),
    ]
    # One thread is enough for it, and takes a fifth less CPU time a request than two.
    done = lab.children.run(
        argv,
        cwd=lab.scratch,
        env={**lab.env, "GOMAXPROCS": "1"},
        limit_s=limit_s + _TIMEOUT_S + _GRACE_S,
    )
    if done.returncode != 0:
        raise BenchError(
            f"bombardier failed at {url}: {(done.stdout + done.stderr).decode().strip()}"
        )
    return parse(done.stdout)


def parse(text: bytes) -> Load:
    """Read what bombardier prints with ``-o json -l``; its latencies are in µs."""
    result = json.loads(text)["result"]
    good = result["req2xx"]
    bad = sum(result[key] for key in ("req1xx", "req3xx", "req4xx", "req5xx", "others"))
    percentiles = result["latency"]["percentiles"]
    return Load(
        requests=good + bad,
        failed=bad,
        rps=good / result["timeTakenSeconds"],
        p50_ms=percentiles["50"] / 1000,
        p99_ms=percentiles["99"] / 1000,
    )
