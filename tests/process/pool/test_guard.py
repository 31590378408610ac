"""What is left of polyfn's children when polyfn is killed: nothing."""

from __future__ import annotations

import os
import signal
import subprocess
import sys

import psutil

_SUPERVISOR = """
import asyncio, sys
from polyfn.pool.spawner import Spawner

async def main():
    with Spawner() as spawner:
        children = [
            spawner.spawn(["/bin/sh", "-c", "trap '' TERM HUP; sleep 60 & sleep 60"], {}, (3, 4))[0]
            for _ in range(3)
        ]
        print(*(child.pid for child in children), flush=True)
        await asyncio.sleep(60)

asyncio.run(main())
"""


def test_children_end_with_a_supervisor_that_was_killed() -> None:
    supervisor = subprocess.Popen([sys.executable, "-c", _SUPERVISOR], stdout=subprocess.PIPE)
    assert supervisor.stdout is not None
    with supervisor, supervisor.stdout:
        pids = [int(pid) for pid in supervisor.stdout.readline().split()]
        family = psutil.Process(supervisor.pid).children(recursive=True)
        assert len(family) >= 4  # three shells and the guard, and whatever sleeps already run
        os.kill(supervisor.pid, signal.SIGKILL)
    _, alive = psutil.wait_procs(family, timeout=5)
    assert not [each for each in alive if each.status() != psutil.STATUS_ZOMBIE]
    assert len(pids) == 3
