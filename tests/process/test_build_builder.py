"""Building: how many at a time, who shares, what failure says, and what cancellation leaves."""

from __future__ import annotations

import asyncio
import dataclasses
import time
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from polyfn.build.builder import Builder
from polyfn.build.cache import Cache
from polyfn.build.progress import BuildFinished, BuildStarted, BuildStopped
from polyfn.errors import BuildFailed
from tests.process.build_support import alive, function, lines, plan
from tests.unit.build.file_clock import write
from tests.waiting import eventually

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from polyfn.build.progress import Event
    from polyfn.model import BuildPlan

_UNTIL_GATE = "while [ ! -e gate ]; do sleep 0.01; done"
_FORMS = "echo $$ >> begun; cat functions/hello.txt > {work}/out"


@asynccontextmanager
async def _building(
    root: Path, *, parallel: int = 2, limit_s: float = 60.0
) -> AsyncIterator[tuple[Builder, list[Event]]]:
    events: list[Event] = []
    cache = Cache(root / ".polyfn")
    async with Builder(
        cache, listener=events.append, parallel=parallel, limit_s=limit_s
    ) as builder:
        yield builder, events


@pytest.fixture
def root(tmp_path: Path) -> Path:
    write(tmp_path / "functions/hello.txt", "one")
    return tmp_path


async def test_no_more_builds_run_at_once_than_allowed(root: Path) -> None:
    names = [f"f{number}" for number in range(6)]
    for name in names:
        write(root / f"functions/{name}.txt", name)
    script = "echo + >> log; while [ ! -e gate ]; do sleep 0.01; done; echo - >> log; > {work}/out"
    async with _building(root, parallel=3) as (builder, _):
        tasks = [
            asyncio.create_task(builder.build(each, plan(each, script)))
            for each in (function(root, name) for name in names)
        ]
        await eventually(lambda: len(lines(root / "log")) == 3)
        (root / "gate").touch()
        await asyncio.gather(*tasks)

    running = [lines(root / "log")[: count + 1] for count in range(12)]
    assert max(each.count("+") - each.count("-") for each in running) == 3


async def test_cached_function_does_not_wait_for_a_place(root: Path) -> None:
    hello, slow = function(root), function(root, "slow")
    write(root / "functions/slow.txt", "slow")
    async with _building(root, parallel=1) as (builder, _):
        await builder.build(hello, plan(hello))
        script = f"echo $$ > begun; {_UNTIL_GATE}; > {{work}}/out"
        task = asyncio.create_task(builder.build(slow, plan(slow, script)))
        await eventually(lambda: lines(root / "begun"))

        async with asyncio.timeout(10):
            assert (await builder.build(hello, plan(hello))).cached

        (root / "gate").touch()
        await task


async def test_many_who_want_one_function_share_its_build(root: Path) -> None:
    hello = function(root)
    async with _building(root) as (builder, _):
        artifacts = await asyncio.gather(
            *(builder.build(hello, plan(hello, _FORMS)) for _ in range(64))
        )

    assert len(lines(root / "begun")) == 1
    assert len({artifact.path for artifact in artifacts}) == 1


async def test_who_asks_after_saving_gets_what_was_saved(root: Path) -> None:
    """The running build has read the old content: one runs, one waits."""
    hello = function(root)
    script = f"{_FORMS}; {_UNTIL_GATE}"
    async with _building(root) as (builder, _):
        first = asyncio.create_task(builder.build(hello, plan(hello, script)))
        await eventually(lambda: lines(root / "begun"))
        write(root / "functions/hello.txt", "two")
        others = [asyncio.create_task(builder.build(hello, plan(hello, script))) for _ in range(5)]
        await asyncio.sleep(0)
        (root / "gate").touch()

        contents = {(await each).path.read_text() for each in (first, *others)}

    assert contents == {"two"}
    assert len(lines(root / "begun")) == 2


async def test_failure_holds_the_compilers_words_the_function_and_the_title(root: Path) -> None:
    hello = function(root)
    script = "echo 'main.go:3:1: syntax error'; echo 'not this' >&2; exit 2"
    wanted = plan(
        hello, script, title="go build ./functions/hello", explain=lambda text: text.split("\n")[0]
    )
    async with _building(root) as (builder, events):
        with pytest.raises(BuildFailed) as caught:
            await builder.build(hello, wanted)

    assert caught.value.message == (
        "function 'hello' does not build (go build ./functions/hello):\nmain.go:3:1: syntax error"
    )
    stopped = events[-1]
    assert isinstance(stopped, BuildStopped)
    assert stopped.reason == caught.value.message


async def test_failed_build_leaves_nothing_and_the_next_one_works(root: Path) -> None:
    hello = function(root)
    async with _building(root) as (builder, _):
        with pytest.raises(BuildFailed):
            await builder.build(hello, plan(hello, "false"))
        artifact = await builder.build(hello, plan(hello, _FORMS))

    assert artifact.path.read_text() == "one"
    homes = list((root / ".polyfn/build/hello").iterdir())
    assert {path.name for path in homes} == {"manifest.json", artifact.path.parent.name}


async def test_commands_after_the_one_that_failed_do_not_run(root: Path) -> None:
    hello = function(root)
    failing, next_one = plan(hello, "exit 1"), plan(hello, "touch ran")
    both = dataclasses.replace(failing, commands=(*failing.commands, *next_one.commands))
    async with _building(root) as (builder, _):
        with pytest.raises(BuildFailed):
            await builder.build(hello, both)

    assert not (root / "ran").exists()


@pytest.mark.parametrize(
    ("script", "words"),
    [
        ("exit 3", "/bin/sh ended with status 3 without a word"),
        ("kill -9 $$", "/bin/sh was killed by SIGKILL without a word"),
        ("kill -40 $$", "/bin/sh was killed by"),
        ("true", "It ended well, but left no file out"),
        ("mkdir {work}/out", "It ended well, but left no file out"),
    ],
)
async def test_failure_without_words_is_explained(root: Path, script: str, words: str) -> None:
    hello = function(root)
    async with _building(root) as (builder, _):
        with pytest.raises(BuildFailed, match=words):
            await builder.build(hello, plan(hello, script))


async def test_compiler_that_is_gone_is_named(root: Path) -> None:
    hello = function(root)
    wanted = plan(hello)
    command = dataclasses.replace(wanted.commands[0], argv=(str(root / "no-compiler"),))
    async with _building(root) as (builder, _):
        with pytest.raises(BuildFailed, match="no-compiler cannot be started"):
            await builder.build(hello, dataclasses.replace(wanted, commands=(command,)))


async def test_source_that_vanishes_under_the_build_is_named(root: Path) -> None:
    hello = function(root)
    wanted = dataclasses.replace(
        plan(hello), inputs=lambda _: [Path(hello.main_file.read_text("utf-8"))]
    )
    command = dataclasses.replace(
        wanted.commands[0], argv=("/bin/sh", "-c", "mv functions/hello.txt {work}/out")
    )
    async with _building(root) as (builder, _):
        with pytest.raises(BuildFailed, match=r"cannot be read: .*functions/hello\.txt"):
            await builder.build(hello, dataclasses.replace(wanted, commands=(command,)))


async def test_very_long_failure_is_cut(root: Path) -> None:
    hello = function(root)
    script = "yes 'main.go:1:1: wrong' | head -c 2000000; exit 1"
    async with _building(root) as (builder, _):
        with pytest.raises(BuildFailed) as caught:
            await builder.build(hello, plan(hello, script))

    assert len(caught.value.message) < 20_000
    assert "more characters" in caught.value.message


async def test_build_that_takes_too_long_is_stopped_and_says_what_it_had_said(root: Path) -> None:
    hello = function(root)
    script = "echo 'still linking'; echo $$ > begun; sleep 1000"
    async with _building(root, limit_s=0.3) as (builder, _):
        with pytest.raises(BuildFailed, match=r"stopped after 0\.3 s") as caught:
            await builder.build(hello, plan(hello, script))

    assert "still linking" in caught.value.message
    await eventually(lambda: not any(alive(int(pid)) for pid in lines(root / "begun")))


async def test_cancelled_build_leaves_no_process_and_no_directory(root: Path) -> None:
    hello = function(root)
    script = "sleep 1000 & echo $! $$ > begun; wait"
    async with _building(root) as (builder, events):
        task = asyncio.create_task(builder.build(hello, plan(hello, script)))
        await eventually(lambda: lines(root / "begun"))
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    pids = [int(word) for word in lines(root / "begun")[0].split()]
    await eventually(lambda: not any(map(alive, pids)))
    assert list((root / ".polyfn/build/hello").iterdir()) == []
    stopped = events[-1]
    assert isinstance(stopped, BuildStopped)
    assert stopped.reason == ""


async def test_cancelling_one_who_waits_does_not_end_the_build(root: Path) -> None:
    hello = function(root)
    script = f"{_FORMS}; {_UNTIL_GATE}"
    async with _building(root) as (builder, _):
        task = asyncio.create_task(builder.build(hello, plan(hello, script)))
        await eventually(lambda: lines(root / "begun"))
        waiting = asyncio.create_task(builder.build(hello, plan(hello, script)))
        await asyncio.sleep(0)
        waiting.cancel()
        (root / "gate").touch()

        assert (await task).path.read_text() == "one"


async def test_progress_tells_what_is_built_and_what_was_there(root: Path) -> None:
    hello = function(root)
    async with _building(root) as (builder, events):
        start = time.monotonic()
        await builder.build(hello, plan(hello, title="first"))
        took = time.monotonic() - start
        await builder.build(hello, plan(hello, title="first"))

    started, finished, cached = events
    assert started == BuildStarted(function="hello", title="first")
    assert isinstance(finished, BuildFinished)
    assert isinstance(cached, BuildFinished)
    assert (finished.cached, cached.cached) == (False, True)
    assert 0 < finished.seconds <= took


async def test_function_without_a_plan_is_its_own_artifact(root: Path) -> None:
    hello = function(root)
    async with _building(root) as (builder, _):
        first = await builder.build(hello, None)
        write(hello.main_file, "two")
        second = await builder.build(hello, None)

    assert first.path == second.path == hello.main_file
    assert first.version != second.version
    assert len(first.version) == 12
    assert not (root / ".polyfn").exists()


async def test_function_whose_file_is_gone_says_so(root: Path) -> None:
    hello = function(root)
    hello.main_file.unlink()
    async with _building(root) as (builder, _):
        with pytest.raises(BuildFailed, match="function 'hello' cannot be loaded"):
            await builder.build(hello, None)


async def test_plan_that_fails_may_name_another_in_its_place(root: Path) -> None:
    hello = function(root)
    other = plan(hello, "echo other > {work}/other", output="other")
    first = dataclasses.replace(
        plan(hello, "echo as a module; exit 1"),
        otherwise=lambda words: other if words == "as a module\n" else None,
    )
    async with _building(root) as (builder, events):
        artifact = await builder.build(hello, first)
        again = await builder.build(hello, first)

    assert artifact.path.read_text() == "other\n"
    assert (again.path, again.cached) == (artifact.path, True)
    assert [type(event) for event in events] == [BuildStarted, BuildFinished, BuildFinished]


async def test_plan_whose_words_name_no_other_has_failed(root: Path) -> None:
    hello = function(root)
    refused = dataclasses.replace(
        plan(hello, "echo no; exit 1"), otherwise=lambda _: None, explain=lambda words: f"» {words}"
    )
    async with _building(root) as (builder, _):
        with pytest.raises(BuildFailed, match="» no"):
            await builder.build(hello, refused)


async def test_warnings_are_told_once_and_not_of_what_is_in_the_cache(root: Path) -> None:
    hello = function(root)
    warning = dataclasses.replace(
        plan(hello, "cat functions/* > {work}/out; echo careful"),
        warn=lambda work, words: f"{words.strip()}, {(work / 'out').read_text()}\n",
    )
    async with _building(root) as (builder, events):
        artifact = await builder.build(hello, warning)
        again = await builder.build(hello, warning)

    assert (artifact.warnings, again.warnings) == ("careful, one", "")
    told = [event.warnings for event in events if isinstance(event, BuildFinished)]
    assert told == ["careful, one", ""]


async def test_command_beside_the_first_runs_meanwhile_and_ends_with_its_failure(
    root: Path,
) -> None:
    hello = function(root)

    def with_beside(first: str, beside: str) -> BuildPlan:
        made = plan(hello, first)
        (command,) = made.commands
        other = dataclasses.replace(command, argv=("/bin/sh", "-c", beside), beside=True)
        return dataclasses.replace(made, commands=(command, other))

    async with _building(root) as (builder, _):
        # Each waits for the other.
        first = "touch here; while [ ! -e there ]; do sleep 0.01; done; > {work}/out"
        beside = "while [ ! -e here ]; do sleep 0.01; done; touch there"
        await builder.build(hello, with_beside(first, beside))
        fails = "while [ ! -e pid ]; do sleep 0.01; done; echo first; exit 1"
        with pytest.raises(BuildFailed, match="first"):
            await builder.build(hello, with_beside(fails, "echo $$ > p; mv p pid; sleep 60"))
        assert not alive(int((root / "pid").read_text()))
        with pytest.raises(BuildFailed, match="second"):
            await builder.build(hello, with_beside("> {work}/out", "echo second; exit 1"))
