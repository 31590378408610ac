"""What polyfn must reach, and what it aims at, by the row's key.

As ratios to a plain server measured in the same run, wherever the machine would decide otherwise.
Goals that hang on a measurement of the same run are set where that is made.
"""

from __future__ import annotations

from typing import Final

from polyfn_bench.figures import Goal

_NODE: Final = Goal(must=0.30, aim=0.45, more=True)
_GO: Final = Goal(must=0.12, aim=0.20, more=True)
_MODERN: Final = Goal(must=0.27, aim=0.40, more=True)
_ADDED_P50: Final = Goal(must=0.10, aim=0.04)
_MEMORY_GROWTH: Final = Goal(must=1.3)

GOALS: Final = {
    **{f"throughput.{name}.{n}": _NODE for name in ("js", "ts", "py") for n in (16, 64)},
    **{f"throughput.go.{n}": _GO for n in (16, 64)},
    "throughput.modern.16": _MODERN,
    "throughput.modern.64": _MODERN,
    **{f"throughput.p50.{name}.1": _ADDED_P50 for name in ("js", "ts", "py")},
    "launch.1": Goal(must=0.25),
    "launch.51": Goal(must=0.4),
    "cold.js.spares": Goal(must=10),
    "cold.ts.spares": Goal(must=10),
    "cold.py.spares": Goal(must=10),
    "cold.go.spares": Goal(must=5),
    "cold.py.none": Goal(must=20),
    "cold.go.none": Goal(must=5),
    "saves.js": Goal(must=30),
    "saves.ts": Goal(must=40),
    "saves.py": Goal(must=30),
    "saves.outside": Goal(must=30),
    "saves.failed": Goal(must=0),
    "storm.failed": Goal(must=0),
    "storm.served": Goal(must=100),
    "memory.idle.1": Goal(must=130),
    "memory.idle.51": Goal(must=140),
    "memory.load": _MEMORY_GROWTH,
    "memory.later": Goal(must=1.05),
    **{f"lifetime.{name}": Goal(must=1.1) for name in ("js", "ts", "modern")},
    **{f"bodies.{name}": Goal(must=20, aim=10) for name in ("js", "ts", "go", "py")},
    **{f"streams.{name}": Goal(must=300, aim=500, more=True) for name in ("js", "go", "py")},
    "streams.first": Goal(must=2, aim=1),
    "streams.held": Goal(must=1024),
    **{f"waits.{name}.first": Goal(must=3.5) for name in ("js", "ts", "go", "py")},
    **{f"waits.{name}.warm": Goal(must=1.2) for name in ("js", "ts", "go", "py")},
    "invoke": Goal(must=350),
    "install.size": Goal(must=50),
    "install.packages": Goal(must=30),
}

COLD_NODE_TIMES: Final = 1.4
"""Without a spare, a Node cold start may take this many times ``node -e 0``."""

GO_SAVE_ADDED_MS: Final = 30
"""What may come on top of ``go build`` itself between a save and its first answer."""

BUSY_NOISE: Final = 1.3
"""How much more than beside a plain server a busy loop may move the others' p99: noise."""
