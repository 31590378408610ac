"""The file system's clock: it goes in steps, and a test is quicker than a step."""

from __future__ import annotations

import tempfile
import time
from pathlib import Path

_LIMIT_S = 5.0


def write(path: Path, content: str) -> Path:
    """Write a file, then wait until the file system calls it past."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(content)
    wait_past(path)
    return path


def wait_past(path: Path) -> None:
    """Wait until a file made now has a later time than this one."""
    moment = path.stat().st_ctime_ns
    deadline = time.monotonic() + _LIMIT_S
    while time.monotonic() < deadline:
        with tempfile.NamedTemporaryFile() as probe:
            if Path(probe.name).stat().st_ctime_ns > moment:
                return
    raise TimeoutError(path)
