"""The budget for memory, with processes that really take it."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from polyfn.pool import memory
from polyfn.pool.memory import Memory

MB = 1 << 20
_HOLD = "import sys; held = bytearray({0} << 20); print(flush=True); sys.stdin.read()"


@contextmanager
def holding(megabytes: int) -> Iterator[subprocess.Popen[bytes]]:
    """A process that holds so much memory."""
    with subprocess.Popen(
        [sys.executable, "-I", "-S", "-c", _HOLD.format(megabytes)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as process:
        assert process.stdout is not None
        process.stdout.readline()
        yield process
        process.kill()


def test_shared_memory_counts_once() -> None:
    with ExitStack() as stack:
        pids = [stack.enter_context(holding(20)).pid for _ in range(3)]
        resident = memory.resident_bytes(pids)
        proportional = memory.proportional_bytes(pids)
        assert 60 * MB < proportional < resident


def test_a_process_that_has_ended_takes_nothing() -> None:
    with holding(1) as process:
        pid = process.pid
    assert memory.resident_bytes([pid]) == memory.proportional_bytes([pid]) == 0


def test_the_machine_has_memory() -> None:
    assert 64 * MB < memory.machine_bytes() < 1 << 50


async def test_what_nobody_needs_is_ended_until_the_rest_fits() -> None:
    with ExitStack() as stack:
        needless = [stack.enter_context(holding(30)) for _ in range(3)]
        needed = stack.enter_context(holding(30))
        alive = [needed, *needless]
        ended = 0

        async def relieve() -> bool:
            nonlocal ended
            if not needless:
                return False
            process = needless.pop()
            process.kill()
            process.wait()
            alive.remove(process)
            ended += 1
            return True

        budget = Memory(
            lambda: 100 * MB, pids=lambda: [each.pid for each in alive], relieve=relieve
        )
        await budget.check()
        assert not budget.full
        assert ended in (1, 2)
        small = Memory(lambda: 10 * MB, pids=lambda: [each.pid for each in alive], relieve=relieve)
        await small.check()
        assert small.full
        assert alive == [needed]
        needed.kill()
        needed.wait()
        await small.check()
        assert not small.full
