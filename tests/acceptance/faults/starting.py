"""Programs that are asked for their faults: started anew for each, or at fault as they start."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.acceptance.faults.rows import Fault
from tests.acceptance.serving import Served

_STARTED_S = 10


@contextmanager
def starting(server: Served, name: str, fault: Fault, start_file: Path) -> Iterator[None]:
    """Have the process that is called do what the fault is about, and no other after that.

    Args:
        name: The function's.
        start_file: Says what the program does while it starts.
    """
    if fault.program:
        start_file.write_text(fault.name if fault.at_start else "")
        end(server, name)
    yield
    if fault.at_start:
        start_file.write_text("")
        end(server, name)
        _wait_until_it_answers(server, name)


def end(server: Served, name: str) -> None:
    """End its process, if there is one that can be asked to."""
    server.get(name, "?do=exit")


def _wait_until_it_answers(server: Served, name: str) -> None:
    deadline = time.monotonic() + _STARTED_S
    while server.get(name).status != 200:
        assert time.monotonic() < deadline, server.output[-20:]
