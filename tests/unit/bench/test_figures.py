"""Figures and goals of the benchmark."""

from __future__ import annotations

import pytest
from polyfn_bench import load
from polyfn_bench.figures import Figure, Goal, Row, Verdict

# As bombardier 1.2.6 prints it, without what is not read.
_BOMBARDIER = b"""{"spec":{"numberOfConnections":2},"result":{"bytesRead":0,"timeTakenSeconds":2.0,
"req1xx":0,"req2xx":300,"req3xx":0,"req4xx":0,"req5xx":7,"others":3,
"latency":{"mean":57.2,"max":12164,"percentiles":{"50":250,"75":300,"90":350,"95":352,"99":1293}}}}"""


def test_a_ratio_is_that_of_the_medians_and_its_spread_that_of_the_rounds() -> None:
    ratio = Figure.ratio([10, 20, 30], [100, 50, 60])
    assert ratio.value == pytest.approx(20 / 60)
    assert ratio.low == pytest.approx(0.1)
    assert ratio.high == pytest.approx(0.5)


def test_a_peer_of_fewer_rounds_is_compared_with_the_same_rounds() -> None:
    assert Figure.ratio([10, 20], [100, 100, 1]).value == pytest.approx(0.15)
    assert Figure.difference([10], [4, 100, 100]).value == pytest.approx(6)


@pytest.mark.parametrize(
    ("goal", "value", "verdict"),
    [
        (Goal(must=0.3, aim=0.45, more=True), 0.29, Verdict.NO),
        (Goal(must=0.3, aim=0.45, more=True), 0.3, Verdict.YES),
        (Goal(must=0.3, aim=0.45, more=True), 0.5, Verdict.AIM),
        (Goal(must=20, aim=10), 21, Verdict.NO),
        (Goal(must=20, aim=10), 15, Verdict.YES),
        (Goal(must=20, aim=10), 10, Verdict.AIM),
        (Goal(must=20), 1, Verdict.YES),
    ],
)
def test_a_goal_is_reached_in_its_direction(goal: Goal, value: float, verdict: Verdict) -> None:
    assert goal.verdict(value) is verdict


def test_words_instead_of_a_figure_reach_no_goal() -> None:
    row = Row(key="saves.js", title="", unit="ms", ours="not served", goal=Goal(must=30))
    assert row.verdict is Verdict.NO
    assert Row(key="saves.js", title="", unit="ms", ours="not served").verdict is Verdict.NONE


def test_answers_other_than_2xx_are_failures_and_no_throughput() -> None:
    measured = load.parse(_BOMBARDIER)
    assert (measured.requests, measured.failed, measured.rps) == (310, 10, 150)
    assert (measured.p50_ms, measured.p99_ms) == (0.25, 1.293)
