"""Figures and goals in words, as the terminal and the report both show them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Sequence

    from polyfn_bench.figures import Figure, Goal, Point, Row

_LARGE: Final = 100
_SMALL: Final = 10


def header(peers: Sequence[str]) -> list[str]:
    """The table's columns."""
    return ["what", "polyfn", "spread", "must", "aim", "reached", *peers, "behind it"]


def cells(row: Row, peers: Sequence[str]) -> list[str]:
    """One row's, in the order of `header`."""
    goal = row.goal
    return [
        row.title,
        figure(row.ours, row.unit),
        spread(row.ours, row.unit),
        bound(goal, goal.must, row.unit) if goal else "–",
        bound(goal, goal.aim, row.unit) if goal else "–",
        row.verdict.value,
        *(figure(row.peers.get(peer, "–"), row.unit) for peer in peers),
        row.detail,
    ]


POINT_HEADER: Final = (
    "server",
    "connections",
    "requests/s",
    "p50 ms",
    "p99 ms",
    "CPU µs per request",
    "its main process",
    "processes",
    "failed",
)


def point_cells(point: Point) -> list[str]:
    """One point's, in the order of `POINT_HEADER`."""
    return [
        point.subject,
        str(point.connections),
        f"{point.rps.value:,.0f} ({point.rps.low:,.0f}–{point.rps.high:,.0f})",
        f"{point.p50_ms.value:.2f}",
        f"{point.p99_ms.value:.2f}",
        f"{point.cpu_us.value:.0f}",
        f"{point.main_cpu_us.value:.0f}",
        str(point.processes),
        f"{point.failed:,}",
    ]


def figure(value: Figure | str, unit: str) -> str:
    """A median with its unit, or the words that stand for it."""
    return value if isinstance(value, str) else f"{number(value.value, unit)} {unit}".strip()


def spread(value: Figure | str, unit: str) -> str:
    """The least and the most; nothing for a single measurement."""
    if isinstance(value, str) or value.low == value.high:
        return ""
    return f"{number(value.low, unit)} to {number(value.high, unit)}"


def bound(goal: Goal, value: float | None, unit: str) -> str:
    """A goal's number with its direction."""
    return "–" if value is None else f"{'≥' if goal.more else '≤'} {value:g} {unit}".strip()


def number(value: float, unit: str) -> str:
    """As many digits as mean something."""
    size = abs(value)
    if unit == "" or size >= _LARGE:
        return f"{value:,.0f}"
    if size >= _SMALL:
        return f"{value:.1f}"
    return f"{value:.3f}" if size < 1 and unit != "×" else f"{value:.2f}"
