"""When a pool grows: the pure part.

An instance is worth starting when those who wait would wait longer for the instances at hand
than for a new one to start. How long they would wait follows from how fast answers come now, not
from how long a call takes: a busy machine stretches every call, and more instances stretch them
further. And none is worth starting that would have no processor (`polyfn.pool.stretch`). So 64
callers of a 1 ms function get a handful of instances, and 64 callers of a 1 s function get 64.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

# With so many waiting a second instance pays whatever the pace: it works while the answer of the
# first one is on its way.
_QUEUE_FOR_TWO: Final = 4
# Growth after which answers come only so much more often has not paid.
_WORTH_IT: Final = 1.15
# How much a tick's own rate counts: with ticks of 10 ms, the last 100 ms or so.
_WEIGHT: Final = 0.1
# A step has shown what it is worth after so many ticks.
_JUDGE_AFTER_TICKS: Final = 15
_HOLD_S: Final = 5.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """What a pool knows of its work at one moment.

    Attributes:
        waiting: Callers without an instance.
        working: Instances that run an invocation.
        starting: Instances that are not ready yet.
        gap_s: The time between two answers, as it is now.
        cold_start_s: How long a new instance takes to be ready, at best.
        ceiling: More instances than this did not help lately.
        useful: More than this would have no processor; see `polyfn.pool.stretch`.
    """

    waiting: int
    working: int
    starting: int
    gap_s: float
    cold_start_s: float
    ceiling: float = math.inf
    useful: float = math.inf

    @property
    def is_short(self) -> bool:
        """Whether those who wait would get an instance later than a new one could be ready."""
        return self.waiting * self.gap_s > self.cold_start_s


def instances_to_start(load: Load) -> int:
    """How many more instances pay for themselves now; 0 or more."""
    if not load.waiting:
        return 0
    if not load.working:
        return 0 if load.starting else 1
    wanted = min(_wanted(load), load.useful)
    if load.waiting >= _QUEUE_FOR_TWO:
        wanted = max(wanted, 2)
    return max(0, min(load.waiting, int(wanted) - load.working) - load.starting)


def _wanted(load: Load) -> float:
    """How many instances answer so often that nobody waits longer than a cold start."""
    if not load.is_short:
        return load.working
    wanted = math.ceil(load.working * load.waiting * load.gap_s / load.cold_start_s)
    if load.gap_s < load.cold_start_s:  # by doubling, so that each step can show whether it pays
        wanted = min(wanted, load.working * 2)
    return min(wanted, load.ceiling)


class Pace:
    """How often answers come, and whether growing made them come more often.

    It is told of each answer, and ticks while somebody waits. Times are a monotonic clock's, in
    seconds.
    """

    __slots__ = (
        "_answers", "_before", "_counted", "_hold_until", "_judge_in", "_last_tick", "_limit",
        "_rate", "_silence_s",
    )  # fmt: skip

    def __init__(self) -> None:
        self._answers = 0
        self._counted = 0
        self._rate = 0.0
        self._silence_s = 0.0
        self._last_tick = -math.inf
        self._before = 0.0
        self._judge_in = 0
        self._limit = math.inf
        self._hold_until = -math.inf

    def answered(self) -> None:
        """An answer has come."""
        self._answers += 1

    @property
    def answers(self) -> int:
        """How many have come so far while somebody waited."""
        return self._counted + self._answers

    def rest(self) -> None:
        """Nobody waited for a while: what comes now is a new burst."""
        self._answers = 0
        self._silence_s = 0.0
        self._last_tick = -math.inf

    def tick(self, now: float, tick_s: float, working: int) -> None:
        """A moment has passed while somebody waited and so many instances worked.

        A machine that stands still ticks late. Silence is counted in ticks, so that standing still
        is not taken for a slow function.
        """
        passed = max(now - self._last_tick, tick_s)
        self._last_tick = now
        if passed == math.inf:
            return
        if self._answers:
            self._follow(self._silence_s + passed, tick_s)
        elif working:  # nobody can answer while the first instance starts: that is no silence
            self._silence_s += tick_s
        if self._judge_in:
            self._judge_in -= 1
            if not self._judge_in:
                self._judge(now, working)

    def _follow(self, passed_s: float, tick_s: float) -> None:
        """Answers have come, the first ones for so long."""
        rate = self._answers / passed_s
        weight = 1 - (1 - _WEIGHT) ** (passed_s / tick_s)
        self._rate = self._rate + (rate - self._rate) * weight if self._rate else rate
        self._counted += self._answers
        self._answers = 0
        self._silence_s = 0.0

    def grew(self) -> None:
        """An instance more is ready: from here on it shows whether that helps."""
        if not self._judge_in:
            self._before = self._rate
        self._judge_in = _JUDGE_AFTER_TICKS

    def gap_s(self, patience_s: float) -> float:
        """The time between two answers; longer when none has come for a while.

        Args:
            patience_s: A silence shorter than this is no news.
        """
        gap = 1 / self._rate if self._rate else 0.0
        return max(gap, self._silence_s) if self._silence_s > patience_s else gap

    def ceiling(self, now: float) -> float:
        """How many instances are enough, as far as is known."""
        return self._limit if now < self._hold_until else math.inf

    def _judge(self, now: float, working: int) -> None:
        if self._rate < self._before * _WORTH_IT:
            self._limit, self._hold_until = working, now + _HOLD_S
