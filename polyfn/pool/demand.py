"""How many more instances a pool should start now: what it has seen of its work so far."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

from polyfn.pool.effort import Effort
from polyfn.pool.growth import Load, Pace, instances_to_start

if TYPE_CHECKING:
    from collections.abc import Iterable

TICK_S: Final = 0.01
"""While somebody waits, growth is thought over this often: only then does a long call show."""
_FIRST_COLD_START_S: Final = 0.05


class Demand:
    """Follows one pool's answers and starts."""

    def __init__(self) -> None:
        self.pace = Pace()
        self._effort = Effort()
        self._cold_start_s = _FIRST_COLD_START_S

    def started(self, start_s: float | None) -> None:
        """An instance more is ready.

        Args:
            start_s: How long it took from nothing; ``None`` when it took a spare.
        """
        if start_s is not None:  # the next one may have to start without a spare
            self._cold_start_s = min(self._cold_start_s, start_s)
        self.pace.grew()

    def tick(self, now: float, *, waiting: int, starting: int, working: Iterable[int]) -> None:
        """A moment has passed while somebody waited.

        Args:
            now: The loop's time.
            working: The processes that run an invocation.
        """
        pids = list(working)
        self.pace.tick(now, TICK_S, len(pids))
        if self._load(now, waiting, starting, len(pids)).is_short:
            self._effort.look(now, pids, len(pids), self.pace.answers)

    def to_start(self, now: float, *, waiting: int, starting: int, working: int) -> int:
        """How many more pay for themselves now; 0 or more."""
        return instances_to_start(self._load(now, waiting, starting, working))

    def _load(self, now: float, waiting: int, starting: int, working: int) -> Load:
        return Load(
            waiting=waiting,
            working=working,
            starting=starting,
            gap_s=self.pace.gap_s(self._cold_start_s),
            cold_start_s=self._cold_start_s,
            ceiling=self.pace.ceiling(now) if self._effort.blind else math.inf,
            useful=self._effort.useful(now),
        )
