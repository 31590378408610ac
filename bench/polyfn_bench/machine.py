"""What the numbers were measured on, and with."""

from __future__ import annotations

import os
import platform
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import psutil

_GB = 1024**3
# Others that take more than this share of the cores make wall-clock numbers doubtful.
_QUIET = 0.25


@dataclass(frozen=True, slots=True, kw_only=True)
class Machine:
    """A machine, without its name.

    Attributes:
        load: The load average of the last minute before the run began.
    """

    date: str
    cores: int
    processor: str
    memory_gb: int
    kernel: str
    load: float

    @property
    def busy(self) -> bool:
        """Whether something else had much of the machine when the run began."""
        return self.load > self.cores * _QUIET


def this() -> Machine:
    """This one, now."""
    return Machine(
        date=datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC"),
        cores=os.cpu_count() or 1,
        processor=_processor(),
        memory_gb=round(psutil.virtual_memory().total / _GB),
        kernel=f"{platform.system()} {platform.release()}",
        load=round(os.getloadavg()[0], 1),
    )


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.processor() or "unknown"
    names = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(names, platform.machine())
