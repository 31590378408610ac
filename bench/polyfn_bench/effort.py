"""How much is measured: a quick look, or the whole."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True, kw_only=True)
class Effort:
    """Rounds and seconds of each measurement.

    Attributes:
        rounds: Of the throughput; `round_s` each, which bombardier wants to be 1 at least.
        warm_s: Of load on each server before the first round, which do not count.
        busy_rounds: Of the busy neighbour, `round_s` each and two of them a round.
        peer_rounds: In how many of these the peers take part.
        repeats: Of what takes milliseconds.
        launches: Of a server, a peer's included.
        load_s: What memory is measured after.
        idle_s: How long a server is left alone before its memory is read.
        save_limit_s: When a save counts as not served.
    """

    rounds: int
    round_s: float
    warm_s: float
    busy_rounds: int
    peer_rounds: int
    repeats: int
    launches: int
    load_s: float
    idle_s: float
    save_limit_s: float


FULL: Final = Effort(
    rounds=5,
    round_s=2,
    warm_s=2,
    busy_rounds=5,
    peer_rounds=2,
    repeats=12,
    launches=5,
    load_s=12,
    idle_s=3,
    save_limit_s=5,
)
QUICK: Final = Effort(
    rounds=2,
    round_s=1,
    warm_s=1,
    busy_rounds=1,
    peer_rounds=1,
    repeats=4,
    launches=2,
    load_s=2,
    idle_s=1,
    save_limit_s=2,
)
