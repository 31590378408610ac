"""Changes that belong together come in one batch."""

from __future__ import annotations

import asyncio
import threading
import time
from pathlib import Path

from polyfn.reload.changes import Batch, Change
from polyfn.reload.settling import Settling


async def next_batch(settling: Settling) -> Batch:
    async with asyncio.timeout(10):
        async for batch in settling.batches():
            return batch
    raise AssertionError("batches never end")


async def test_one_change_comes_alone(tmp_path: Path) -> None:
    settling = Settling(tmp_path)
    settling.put(Change("/a", names=False))
    assert settling.pending
    assert (await next_batch(settling)).paths == {"/a"}
    assert not settling.pending


async def test_changes_from_another_thread_that_follow_quickly_come_together(
    tmp_path: Path,
) -> None:
    settling = Settling(tmp_path)
    wanted = {f"/{number}" for number in range(1000)}

    def write() -> None:
        for path in wanted:
            settling.put(Change(path, names=False))

    thread = threading.Thread(target=write)
    thread.start()
    got: set[str] = set()
    batches = 0
    while got != wanted:
        got |= (await next_batch(settling)).paths
        batches += 1
    thread.join()
    assert batches <= 2


async def _shortest_s(root: Path, *paths: Path) -> float:
    """How soon changes of these paths are taken, at best: other work may hold up some of them."""
    loop, times = asyncio.get_running_loop(), []
    for _ in range(10):
        settling = Settling(root)
        began = loop.time()
        for path in paths:
            settling.put(Change(str(path), names=True))
        assert (await next_batch(settling)).paths == set(map(str, paths))
        times.append(loop.time() - began)
    return min(times)


async def test_draft_and_backup_that_are_gone_make_no_several_files_of_one(tmp_path: Path) -> None:
    saved, other = tmp_path / "a.js", tmp_path / "b.js"
    saved.touch()
    other.touch()
    quiet_s = 0.025  # several files take 0.03, as the clock has it
    assert await _shortest_s(tmp_path, saved) < quiet_s
    assert await _shortest_s(tmp_path, tmp_path / ".draft", saved, tmp_path / "a.js~") < quiet_s
    assert await _shortest_s(tmp_path, saved, other) >= quiet_s


async def test_changes_without_end_are_still_taken(tmp_path: Path) -> None:
    settling = Settling(tmp_path)
    done = threading.Event()

    def write() -> None:
        while not done.wait(0.001):
            settling.put(Change(f"/{time.monotonic()}", names=False))

    thread = threading.Thread(target=write)
    thread.start()
    try:
        assert (await next_batch(settling)).paths
    finally:
        done.set()
        thread.join()


async def test_while_git_holds_its_index_nothing_is_taken(tmp_path: Path) -> None:
    lock = tmp_path / ".git" / "index.lock"
    lock.parent.mkdir()
    lock.touch()
    settling = Settling(tmp_path)
    settling.put(Change("/a", names=False))
    batch = asyncio.ensure_future(next_batch(settling))
    done, _ = await asyncio.wait({batch}, timeout=0.5)
    assert not done
    lock.unlink()
    assert (await batch).paths == {"/a"}


async def test_taken_waits_for_the_batch(tmp_path: Path) -> None:
    settling = Settling(tmp_path)
    await settling.taken()
    settling.put(Change("/a", names=False))
    await asyncio.sleep(0)
    waiting = asyncio.ensure_future(settling.taken())
    await asyncio.sleep(0)
    assert not waiting.done()
    await next_batch(settling)
    await waiting


async def test_quiet_comes_after_the_last_change(tmp_path: Path) -> None:
    loop = asyncio.get_running_loop()
    settling = Settling(tmp_path)
    began = loop.time()
    for n in range(10):
        loop.call_later(n * 0.01, settling.put, Change("/a", names=False))
    await settling.quiet(0.3)
    assert loop.time() - began >= 0.39


async def test_quiet_that_does_not_come_is_not_waited_for(tmp_path: Path) -> None:
    loop = asyncio.get_running_loop()
    settling = Settling(tmp_path)
    for n in range(60):
        loop.call_later(n * 0.01, settling.put, Change("/a", names=False))
    async with asyncio.timeout(5):
        await settling.quiet(0.05, longest_s=0.2)
