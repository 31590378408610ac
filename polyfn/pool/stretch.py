"""How many instances a pool can make use of: the pure part of `polyfn.pool.effort`.

While callers wait, an instance computes, waits for a processor, waits for the supervisor, or
sleeps (for a timer, a file, another server). More instances help only those that sleep: what all
of them compute per second cannot exceed the processors, nor what the supervisor does its one.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

# What an answer may cost the supervisor; what it computes beyond is other pools' work, or starts.
_ANSWER_COSTS_S: Final = 0.002


@dataclass(frozen=True, slots=True, kw_only=True)
class Stretch:
    """What was measured while callers waited; of the instances, the mean of those that worked.

    Attributes:
        passed_s: How long it took.
        working: How many instances worked.
        answers: How many answers they gave.
        computing_s: How long an instance was on a processor.
        starved_s: How long it was ready to run, and no processor was free.
        own_computing_s: How long the supervisor was on a processor, for whatever pool.
        own_starved_s: How long it was ready to run, and no processor was free.
    """

    passed_s: float
    working: int
    answers: int
    computing_s: float
    starved_s: float
    own_computing_s: float
    own_starved_s: float


def useful_instances(stretch: Stretch, cores: int) -> float:
    """How many instances would take up all processors, or all of the supervisor.

    They are counted as on a machine that does nothing else: the time in which instance or
    supervisor was ready and had no processor is taken out. So a function that computes is worth as
    many instances as there are processors, however slow a busy machine makes it, and one that
    sleeps many more.
    """
    passed_s = stretch.passed_s
    own_s = min(stretch.own_computing_s, stretch.answers * _ANSWER_COSTS_S)
    all_s = stretch.working * stretch.computing_s + own_s
    if not all_s:
        return math.inf
    # Who gave no answer did not wait for the supervisor.
    unread_s = stretch.own_starved_s * min(stretch.answers / stretch.working, 1.0)
    unstretched_s = max(passed_s - stretch.starved_s - unread_s, 0.0)
    more = min(cores / all_s, 1 / own_s if own_s else math.inf) * unstretched_s
    return stretch.working * more
