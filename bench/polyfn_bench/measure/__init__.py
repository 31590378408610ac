"""The measurements: one module each, in the order in which they are made."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from polyfn_bench.measure import (
    bodies,
    busy,
    cold,
    inspect,
    install,
    invoke,
    launch,
    lifetime,
    memory,
    saves,
    storm,
    streams,
    throughput,
    waits,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from polyfn_bench.figures import Section
    from polyfn_bench.lab import Lab

MEASUREMENTS: Final[Mapping[str, Callable[[Lab], Section]]] = {
    "launch": launch.measure,
    "cold": cold.measure,
    "saves": saves.measure,
    "storm": storm.measure,
    "invoke": invoke.measure,
    "bodies": bodies.measure,
    "streams": streams.measure,
    "waits": waits.measure,
    "busy": busy.measure,
    "throughput": throughput.measure,
    "memory": memory.measure,
    "lifetime": lifetime.measure,
    "inspect": inspect.measure,
    "install": install.measure,
}

SLOW: Final = frozenset({"install"})
"""Made only when they are asked for."""
