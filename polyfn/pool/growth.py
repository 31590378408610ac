"""When a pool grows: the pure part.

An instance is worth starting when those who wait would wait longer for the instances at
hand than for a new one to start. So 64 callers of a 1 ms function get a handful of instances, and
64 callers of a 1 s function get 64.
"""

from __future__ import annotations

import math
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """What a pool knows of its work at one moment.

    Attributes:
        waiting: Callers without an instance.
        working: Instances that run an invocation.
        starting: Instances that are not ready yet.
        duration_s: How long an invocation takes: as measured, and at least as long as the one that
            has been running longest.
        cold_start_s: How long a new instance takes to be ready, at best.
    """

    waiting: int
    working: int
    starting: int
    duration_s: float
    cold_start_s: float


def instances_to_start(load: Load) -> int:
    """How many more instances pay for themselves now; 0 or more."""
    if not load.waiting:
        return 0
    if not load.working + load.starting:
        return 1
    # With n instances a queue is worked off in waiting × duration ÷ n; that should be no longer
    # than a cold start. More than one per caller never helps.
    wanted = math.ceil(load.waiting * load.duration_s / load.cold_start_s)
    return max(0, min(load.waiting, wanted - load.working) - load.starting)


class Measured:
    """A duration that follows what is measured, with more weight on what is recent."""

    __slots__ = ("_weight", "value")

    def __init__(self, first: float, weight: float = 0.2) -> None:
        self.value = first
        self._weight = weight

    def add(self, value: float) -> None:
        """Take one measurement, in seconds."""
        self.value += (value - self.value) * self._weight
