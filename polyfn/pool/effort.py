"""What instances do while their callers wait: they compute, they are kept from it, or they sleep.

Linux says of each thread how long it ran, and how long it was ready to and had no processor:
`/proc/PID/task/TID/schedstat`, in nanoseconds. Reading it costs about 0.1 ms an instance, so it is
read of a few of them, and only when a pool would grow. Elsewhere nothing is known.
"""

from __future__ import annotations

import math
import os
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Final

from polyfn.pool.stretch import Stretch, useful_instances

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

OWN: Final = 0
# Less shows little: the clocks of a thread move when it is switched.
_STRETCH_S: Final = 0.06
# Of a pool that has enough: what it does changes seldom, and looking costs some 1.5 ms.
_CALM_STRETCH_S: Final = 0.25
_SAMPLE: Final = 4
# What was measured longer ago says nothing of now.
_OUTDATED_S: Final = 1.0
# Until it is known: the second instance works while the answer of the first is on its way.
_AT_FIRST: Final = 2.0


@dataclass(frozen=True, slots=True)
class Spent:
    """What a process has spent since its start, in seconds, all threads together.

    Attributes:
        computing_s: On a processor.
        starved_s: Ready to run, with no processor free.
    """

    computing_s: float
    starved_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class _Mark:
    """What was read at the beginning of a stretch."""

    at: float
    working: int
    answers: int
    own: Spent
    sample: dict[int, Spent]


def spent(pid: int) -> Spent | None:
    """What a process has spent; ``None`` when it is gone, or the system does not say.

    Args:
        pid: `OWN` is the first thread of this process, the one that serves.
    """
    try:
        if pid == OWN:
            reads = [_read("/proc/self/schedstat")]
        else:
            folder = f"/proc/{pid}/task"
            with os.scandir(folder) as threads:
                reads = [_read(f"{folder}/{thread.name}/schedstat") for thread in threads]
    except (OSError, ValueError):
        return None
    return Spent(sum(read[0] for read in reads) / 1e9, sum(read[1] for read in reads) / 1e9)


def _read(path: str) -> tuple[int, int]:
    file = os.open(path, os.O_RDONLY)
    try:
        computing, starved, _ = os.read(file, 80).split()
    finally:
        os.close(file)
    return int(computing), int(starved)


def _cores() -> int:
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


class Effort:
    """How many instances the work of a pool can make use of, measured stretch by stretch.

    Args:
        read: What a process has spent, as `spent` says it.
        cores: How many processors there are.

    Attributes:
        blind: Whether this system does not say what processes do.
    """

    __slots__ = ("_before", "_cores", "_known_at", "_mark", "_read", "_useful", "blind")

    def __init__(self, read: Callable[[int], Spent | None] = spent, cores: int = 0) -> None:
        self._read = read
        self._cores = cores or _cores()
        self._mark: _Mark | None = None
        self._useful = self._before = _AT_FIRST
        self._known_at = -math.inf
        self.blind = False

    def look(self, now: float, working: Iterable[int], count: int, answers: int) -> None:
        """Somebody waits, and another instance may help: does it?

        Args:
            now: The loop's time.
            working: The processes that run an invocation, those with the longest call first.
            count: How many they are.
            answers: How many the pool has given so far.
        """
        mark = self._mark
        if mark is not None and now - mark.at < self._stretch_s(now, count):
            return
        if mark is not None and now - mark.at < _OUTDATED_S:
            self._learn(mark, now, answers)
        own = self._read(OWN)
        sample = {pid: read for pid in islice(working, _SAMPLE) if (read := self._read(pid))}
        self.blind = own is None
        self._mark = None
        if own and sample:
            self._mark = _Mark(at=now, working=count, answers=answers, own=own, sample=sample)

    def useful(self, now: float) -> float:
        """How many instances are of use, as far as is known; infinite where it cannot be known."""
        if self.blind:
            return math.inf
        return min(self._useful, self._before) if self._is_known(now) else _AT_FIRST

    def _is_known(self, now: float) -> bool:
        return now - self._known_at < _OUTDATED_S

    def _stretch_s(self, now: float, count: int) -> float:
        has_enough = self._is_known(now) and max(self._useful, self._before) <= count
        return _CALM_STRETCH_S if has_enough else _STRETCH_S

    def _learn(self, mark: _Mark, now: float, answers: int) -> None:
        own = self._read(OWN)
        pairs = [(was, read) for pid, was in mark.sample.items() if (read := self._read(pid))]
        if own is None or not pairs:
            return
        # One stretch may mislead: the time that a thread waits for a processor is charged to it
        # when it has got one. So the lower of two counts.
        self._before = self._useful if self._is_known(now) else _AT_FIRST
        self._known_at = now
        self._useful = useful_instances(
            Stretch(
                passed_s=now - mark.at,
                working=mark.working,
                answers=answers - mark.answers,
                computing_s=_mean(b.computing_s - a.computing_s for a, b in pairs),
                starved_s=_mean(b.starved_s - a.starved_s for a, b in pairs),
                own_computing_s=own.computing_s - mark.own.computing_s,
                own_starved_s=own.starved_s - mark.own.starved_s,
            ),
            cores=self._cores,
        )


def _mean(differences: Iterable[float]) -> float:
    """Of what can only grow, but for threads that have ended."""
    grown = [max(each, 0.0) for each in differences]
    return sum(grown) / len(grown)
