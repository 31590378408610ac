"""When a process was started: with its pid, that names it for good."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

_PROC: Final = Path("/proc")
_STARTED: Final = 19
"""The field of ``/proc/PID/stat``, counted after the name in brackets (proc(5): ``starttime``)."""


def started_at(pid: int) -> float:
    """Say when a process was started, in seconds since the epoch, as the system has it.

    Raises:
        ProcessLookupError: There is no such process.
    """
    try:
        fields = (_PROC / str(pid) / "stat").read_bytes().rpartition(b")")[2].split()
        return _booted() + int(fields[_STARTED]) / os.sysconf("SC_CLK_TCK")
    except (OSError, ValueError, IndexError):
        return _by_psutil(pid)


def _booted() -> float:
    lines = (_PROC / "stat").read_bytes().splitlines()
    return float(next((line for line in lines if line.startswith(b"btime ")), b"").split()[1])


def _by_psutil(pid: int) -> float:
    """Where there is no ``/proc``, or no such process."""
    import psutil  # noqa: PLC0415 - 9 ms, for one number that Linux has in a file

    try:
        return psutil.Process(pid).create_time()
    except psutil.Error as error:
        raise ProcessLookupError(f"no process {pid}") from error
