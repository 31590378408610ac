"""What is measured, as values: a figure, its goal, a row of the table, a point of a curve."""

from __future__ import annotations

import operator
import statistics
from dataclasses import dataclass, field
from enum import Enum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence


class BenchError(Exception):
    """Something cannot be measured: the message says what and why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """The median of what was measured, and the least and the most of it."""

    value: float
    low: float
    high: float

    @classmethod
    def of(cls, samples: Sequence[float]) -> Figure:
        """The figure of some measurements; at least one."""
        return cls(value=statistics.median(samples), low=min(samples), high=max(samples))

    @classmethod
    def ratio(cls, ours: Sequence[float], floor: Sequence[float]) -> Figure:
        """The ratio of the medians; its spread is that of the single rounds' ratios.

        Args:
            ours: One measurement a round.
            floor: The same of what it is compared with, in the same rounds.
        """
        return cls._compared(operator.truediv, ours, floor)

    @classmethod
    def difference(cls, ours: Sequence[float], floor: Sequence[float]) -> Figure:
        """The difference of the medians, in the same way."""
        return cls._compared(operator.sub, ours, floor)

    @classmethod
    def _compared(
        cls,
        compare: Callable[[float, float], float],
        ours: Sequence[float],
        floor: Sequence[float],
    ) -> Figure:
        # A peer takes part in the first rounds only.
        rounds = list(map(compare, ours, floor))
        value = compare(statistics.median(ours), statistics.median(floor[: len(ours)]))
        return cls(value=value, low=min(*rounds, value), high=max(*rounds, value))


class Verdict(Enum):
    """How a figure stands to its goal."""

    AIM = "yes, the aim too"
    YES = "yes"
    NO = "no"
    NONE = "–"


@dataclass(frozen=True, slots=True, kw_only=True)
class Goal:
    """What a figure must reach, and what it aims at; ``more`` when larger is better."""

    must: float
    aim: float | None = None
    more: bool = False

    def verdict(self, value: float) -> Verdict:
        """How a value stands to this goal."""
        if not self._reaches(value, self.must):
            return Verdict.NO
        if self.aim is not None and self._reaches(value, self.aim):
            return Verdict.AIM
        return Verdict.YES

    def _reaches(self, value: float, bound: float) -> bool:
        return value >= bound if self.more else value <= bound


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One line of the table.

    Attributes:
        key: Where it belongs and what it is: ``throughput.js.16``.
        unit: Of every number in it: ``ms``, ``s``, ``MB``, ``MB/s``, ``KiB``, ``µs``, ``×`` for a
            ratio, or empty.
        ours: polyfn's figure, or in words why there is none.
        peers: The same of each peer that was measured.
        detail: What stands behind the figure: the floor's numbers, mostly.
    """

    key: str
    title: str
    unit: str
    ours: Figure | str
    goal: Goal | None = None
    peers: Mapping[str, Figure | str] = field(default_factory=dict)
    detail: str = ""

    @property
    def section(self) -> str:
        """The measurement it belongs to."""
        return self.key.partition(".")[0]

    @property
    def verdict(self) -> Verdict:
        """Whether the goal is reached; words instead of a figure never reach one."""
        if self.goal is None:
            return Verdict.NONE
        return self.goal.verdict(self.ours.value) if isinstance(self.ours, Figure) else Verdict.NO


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """One server under load over some connections: medians of all rounds.

    Attributes:
        cpu_us: CPU time of all its processes, per request.
        main_cpu_us: That of its main process alone: polyfn's supervisor.
        failed: Requests of all rounds that were not answered with 2xx.
        processes: The most that its server had after a round, those of its other functions too.
    """

    subject: str
    connections: int
    rps: Figure
    p50_ms: Figure
    p99_ms: Figure
    cpu_us: Figure
    main_cpu_us: Figure
    failed: int
    processes: int


@dataclass(frozen=True, slots=True)
class Section:
    """What one measurement brought."""

    rows: tuple[Row, ...]
    points: tuple[Point, ...] = ()
