"""A machine of few processors on which a pool serves callers, step by step.

Each call computes, sleeps, and costs the supervisor some work; other programs compute beside. Who
is ready shares the processors evenly. The rule under test is polyfn's own, with its own ticks; of
the machine it knows what Linux would tell.
"""

from __future__ import annotations

import math
from collections import deque
from dataclasses import dataclass, field

from polyfn.pool.effort import OWN, Effort, Spent
from polyfn.pool.growth import Load, Pace, instances_to_start

_TICK_S = 0.01
_BOOT_S = 0.05


@dataclass(kw_only=True)
class Work:
    """Something that needs a processor, for so long.

    Attributes:
        rest_s: What is left of it; without end for a program that computes beside.
        sleep_s: What of a call is slept before it computes.
    """

    rest_s: float = 0.0
    sleep_s: float = 0.0
    spent: Spent = field(default_factory=lambda: Spent(0.0, 0.0))

    @property
    def is_ready(self) -> bool:
        return self.sleep_s <= 0 and self.rest_s > 1e-9

    def run(self, share: float, step_s: float) -> None:
        used = min(share * step_s, self.rest_s)
        starved = step_s - used if self.rest_s - used > 1e-9 else 0.0
        self.rest_s -= used
        self.spent = Spent(self.spent.computing_s + used, self.spent.starved_s + starved)


@dataclass(kw_only=True)
class Machine:
    """A pool under load.

    Attributes:
        callers: So many call again as soon as they have their answer.
        compute_s: A processor's time of a call.
        sleep_s: What a call waits for anything else.
        answer_s: The supervisor's work for an answer.
        noise: Other programs that compute all the time.
        step_s: How finely time passes. What is done within a step looks asleep for the rest of it,
            so it must be short beside a call's own time.
    """

    callers: int
    compute_s: float
    sleep_s: float
    cores: int = 2
    answer_s: float = 0.0004
    noise: int = 0
    step_s: float = 0.001
    now: float = 0.0
    answers: int = 0
    working: dict[int, Work] = field(default_factory=dict)
    booting: list[Work] = field(default_factory=list)
    unread: deque[int] = field(default_factory=deque)
    supervisor: Work = field(default_factory=Work)

    def __post_init__(self) -> None:
        self.waiting = self.callers
        self.pace = Pace()
        self.effort = Effort(self._read, self.cores)
        self.next_tick = 0.0
        self.others = [Work(rest_s=1e9) for _ in range(self.noise)]

    @property
    def instances(self) -> int:
        return len(self.working) + len(self.booting)

    def run(self, seconds: float) -> None:
        end = self.now + seconds
        while self.now < end:
            if self.waiting and self.now >= self.next_tick:
                self._tick()
            self._step()
            self.now += self.step_s

    def _tick(self) -> None:
        self.next_tick = self.now + _TICK_S
        self.pace.tick(self.now, _TICK_S, len(self.working))
        if self._load().is_short:
            self.effort.look(self.now, self.working, len(self.working), self.pace.answers)
        for _ in range(instances_to_start(self._load())):
            self.booting.append(Work(rest_s=_BOOT_S))

    def _load(self) -> Load:
        return Load(
            waiting=self.waiting,
            working=len(self.working),
            starting=len(self.booting),
            gap_s=self.pace.gap_s(_BOOT_S),
            cold_start_s=_BOOT_S,
            ceiling=self.pace.ceiling(self.now) if self.effort.blind else math.inf,
            useful=self.effort.useful(self.now),
        )

    def _read(self, pid: int) -> Spent | None:
        return self.supervisor.spent if pid == OWN else self.working[pid].spent

    def _step(self) -> None:
        programs = [*self.working.values(), *self.booting, self.supervisor, *self.others]
        ready = [each for each in programs if each.is_ready]
        share = min(1.0, self.cores / len(ready)) if ready else 1.0
        for each in programs:
            if each.is_ready:
                each.run(share, self.step_s)
            else:
                each.sleep_s -= self.step_s
        self._move_on()

    def _move_on(self) -> None:
        for work in [each for each in self.booting if not each.is_ready]:
            self.booting.remove(work)
            self.pace.grew()
            self._begin(len(self.working) + 1)
        for pid, work in self.working.items():
            if work.sleep_s <= 0 and work.rest_s <= 1e-9 and pid not in self.unread:
                self.unread.append(pid)
                self.supervisor.rest_s += self.answer_s
        while self.unread and self.supervisor.rest_s < len(self.unread) * self.answer_s - 1e-9:
            self._answer(self.unread.popleft())
        if not self.supervisor.is_ready:
            while self.unread:
                self._answer(self.unread.popleft())

    def _answer(self, pid: int) -> None:
        self.answers += 1
        self.pace.answered()
        self.waiting += 1  # the caller calls again
        self._begin(pid)

    def _begin(self, pid: int) -> None:
        self.waiting -= 1
        was = self.working.get(pid, Work())
        self.working[pid] = Work(rest_s=self.compute_s, sleep_s=self.sleep_s, spent=was.spent)
