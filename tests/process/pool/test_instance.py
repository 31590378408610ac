"""One real child: how it starts, answers, fails and ends."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import orjson
import psutil
import pytest

from polyfn.errors import (
    HandlerFailed,
    InitTimedOut,
    InstanceDied,
    LoadFailed,
    ProtocolViolation,
    TimedOut,
    Unavailable,
)
from polyfn.model import Buffered, Invocation, Result, Streamed, Timing, Value
from polyfn.pool.calls import Call
from polyfn.pool.deployment import Deployment
from polyfn.pool.instance import Instance
from polyfn.pool.spawner import Spawner
from polyfn.pool.states import IllegalTransition, State
from polyfn.settings.values import Limits
from tests.waiting import eventually

from .conftest import Ask, Deploy, Remembering


class Owner:
    """Stands where a pool stands: it is told what happens to the instance."""

    def __init__(self) -> None:
        self.idle = 0
        self.dead = 0

    def on_idle(self, _: Instance) -> None:
        self.idle += 1

    def on_dead(self, _: Instance) -> None:
        self.dead += 1


@asynccontextmanager
async def started(
    deployment: Deployment, sink: Remembering, owner: Owner | None = None, **limits: Any
) -> AsyncIterator[Instance]:
    owner = owner or Owner()
    with Spawner() as spawner:
        instance = Instance(
            deployment,
            Limits(**limits),
            sink,
            spawner,
            on_idle=owner.on_idle,
            on_dead=owner.on_dead,
        )
        async with instance:
            yield instance


async def call(instance: Instance, invocation: Invocation) -> Result:
    pending = Call(invocation, Timing(), asyncio.get_running_loop())
    instance.begin(pending)
    return await pending.answer


async def test_instance_answers_with_what_its_handler_returned(
    deploy: Deploy, ask: Ask, sink: Remembering
) -> None:
    async with started(deploy(), sink) as instance:
        result = await call(instance, ask("echo", body=b"hello"))
        assert isinstance(result, Buffered)
        assert (result.status, result.headers) == (200, (("content-type", "text/plain"),))
        assert orjson.loads(result.body)["body"] == "hello"
        assert await call(instance, ask("value")) == Value(b'{"a": 1}')


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux schedules so")
async def test_instance_wakes_without_pushing_others_off_the_processor(
    deploy: Deploy, sink: Remembering
) -> None:
    async with started(deploy(), sink) as instance:
        assert os.sched_getscheduler(instance.pid) == os.SCHED_BATCH
        assert os.sched_getscheduler(0) == os.SCHED_OTHER


async def test_instance_passes_a_body_of_megabytes_both_ways(
    deploy: Deploy, ask: Ask, sink: Remembering
) -> None:
    async with started(deploy(), sink) as instance:
        body = b"0123456789abcdef" * (6 * 65536)
        result = await call(instance, ask("echo", body=body))
        assert isinstance(result, Buffered)
        assert orjson.loads(result.body)["body"].encode() == body


async def test_instance_runs_one_invocation_at_a_time(
    deploy: Deploy, ask: Ask, sink: Remembering
) -> None:
    async with started(deploy(), sink) as instance:
        pending = Call(ask("sleep", seconds=0.05), Timing(), asyncio.get_running_loop())
        instance.begin(pending)
        with pytest.raises(IllegalTransition, match="busy got invoke"):
            instance.begin(Call(ask("echo"), Timing(), asyncio.get_running_loop()))
        await pending.answer


async def test_handler_that_fails_is_an_error_with_its_own_name_and_the_instance_lives(
    deploy: Deploy, ask: Ask, sink: Remembering
) -> None:
    async with started(deploy(), sink) as instance:
        with pytest.raises(HandlerFailed) as caught:
            await call(instance, ask("fail"))
        assert caught.value.error_type == "Scripted.Error"
        assert caught.value.trace == ("here:1",)
        assert instance.state is State.IDLE


@pytest.mark.parametrize(
    ("event", "words"),
    [
        ({"do": "exit", "status": 3}, "exited with status 3 before it answered"),
        ({"do": "exit", "status": 0}, "exited with status 0 before it answered"),
        ({"do": "kill"}, "was killed by SIGKILL before it answered"),
        ({"do": "half a frame"}, "exited with status 0 before it answered"),
    ],
)
async def test_instance_that_dies_mid_invocation_fails_it_once(
    deploy: Deploy, ask: Ask, sink: Remembering, event: dict[str, Any], words: str
) -> None:
    owner = Owner()
    async with started(deploy(), sink, owner) as instance:
        with pytest.raises(InstanceDied, match=words):
            await call(instance, ask(**event))
        await instance.dead.wait()
        assert (owner.idle, owner.dead) == (0, 1)


async def test_last_words_of_a_dying_instance_are_in_the_trace(
    deploy: Deploy, ask: Ask, sink: Remembering
) -> None:
    async with started(deploy(), sink) as instance:
        with pytest.raises(InstanceDied) as caught:
            await call(instance, ask("exit", status=2))
        assert caught.value.trace == ("last words",)


async def test_answer_that_was_written_before_the_exit_counts(
    deploy: Deploy, ask: Ask, sink: Remembering
) -> None:
    for _ in range(5):
        async with started(deploy(), sink) as instance:
            result = await call(instance, ask("answer and exit"))
            assert isinstance(result, Buffered)
            assert result.body == b"bye"


async def test_fatal_error_ends_the_instance_after_the_answer(
    deploy: Deploy, ask: Ask, sink: Remembering
) -> None:
    async with started(deploy(), sink) as instance:
        with pytest.raises(HandlerFailed):
            await call(instance, ask("fail and exit"))
        await asyncio.wait_for(instance.dead.wait(), 5)


@pytest.mark.parametrize("do", ["garbage", "answer twice"])
async def test_runner_that_breaks_the_protocol_is_killed_and_the_reason_logged(
    deploy: Deploy, ask: Ask, sink: Remembering, do: str
) -> None:
    async with started(deploy(), sink) as instance:
        if do == "garbage":
            with pytest.raises(ProtocolViolation, match="broke the runner protocol"):
                await call(instance, ask(do))
        else:
            await call(instance, ask(do))
        await asyncio.wait_for(instance.dead.wait(), 5)
        assert any("broke the runner protocol" in line.text for line in sink.lines)


async def test_invocation_past_its_time_is_stopped_even_when_it_ignores_sigterm(
    deploy: Deploy, ask: Ask, sink: Remembering
) -> None:
    async with started(deploy(), sink) as instance:
        with pytest.raises(TimedOut, match=r"stopped after 0\.[23]\d s"):
            await call(instance, ask("deaf", timeout_s=0.2))
        await asyncio.wait_for(instance.dead.wait(), 1)


@pytest.mark.parametrize(
    ("main_file", "error", "words"),
    [
        ("throws", LoadFailed, "it does not load"),
        ("exits", LoadFailed, "exited with status 3 while it was loading"),
        ("hangs", InitTimedOut, "did not load within 0.2 s"),
        ("violates", ProtocolViolation, "broke the runner protocol"),
    ],
)
async def test_function_that_does_not_load_says_why(
    deploy: Deploy, sink: Remembering, main_file: str, error: type[Exception], words: str
) -> None:
    with pytest.raises(error, match=words):
        async with started(deploy(main_file), sink, init_timeout_s=0.2):
            pass


async def test_files_are_told_before_the_function_is_ready_or_has_failed(
    deploy: Deploy, sink: Remembering
) -> None:
    for main_file in ("fine", "throws", "exits"):
        told: list[tuple[str, ...]] = []
        with Spawner() as spawner:
            instance = Instance(
                deploy(main_file, TELLS='["/srv/a.js", "/srv/b.js"]'),
                Limits(),
                sink,
                spawner,
                on_idle=Owner().on_idle,
                on_dead=Owner().on_dead,
                on_loaded=told.append,
            )
            with contextlib.suppress(LoadFailed, InstanceDied):
                await instance.start()
            assert told == [("/srv/a.js", "/srv/b.js")]
            await instance.stop()


async def test_runner_of_another_protocol_version_is_refused(
    deploy: Deploy, sink: Remembering
) -> None:
    with pytest.raises(ProtocolViolation, match="speaks protocol 2, polyfn speaks 1"):
        async with started(deploy(SPEAKS="2"), sink):
            pass


async def test_program_that_is_not_there_is_named(deploy: Deploy, sink: Remembering) -> None:
    from dataclasses import replace

    from polyfn.model import LaunchSpec

    gone = replace(deploy(), launch=LaunchSpec(argv=("/nowhere/node", "x")))
    fds = _open_fds()
    with pytest.raises(Unavailable, match="/nowhere/node could not be started: No such file"):
        async with started(gone, sink):
            pass
    assert _open_fds() == fds


def _open_fds() -> int:
    return psutil.Process().num_fds()


async def test_lines_carry_the_request_id_of_the_call_that_wrote_them(
    deploy: Deploy, ask: Ask, sink: Remembering
) -> None:
    async with started(deploy(), sink) as instance:
        requests = [ask("log", lines=50) for _ in range(20)]
        for request in requests:
            await call(instance, request)
        for request in requests:
            texts = sink.texts(request.request_id)
            assert [text for text in texts if text.startswith("raw")] == [
                f"raw {n}" for n in range(50)
            ]
            assert [text for text in texts if text.startswith("said")] == [
                f"said {n}" for n in range(50)
            ]
            assert texts.count("no end of line") == 1


async def test_line_that_comes_after_the_answer_still_belongs_to_its_call(
    deploy: Deploy, ask: Ask, sink: Remembering
) -> None:
    async with started(deploy(), sink) as instance:
        requests = [ask("log late") for _ in range(5)]
        for request in requests:
            await call(instance, request)
        await call(instance, ask("echo"))
        for request in requests:
            assert sink.texts(request.request_id) == [f"late line of {request.request_id}"]


async def test_flood_of_output_is_read_no_faster_than_is_fair(
    deploy: Deploy, ask: Ask, sink: Remembering
) -> None:
    async with started(deploy(), sink) as instance:
        began = time.monotonic()
        await call(instance, ask("flood", kib=4096))
        assert time.monotonic() - began > 0.2  # 4 MiB at 10 MB/s, less the pipe's own room
        assert len(sink.lines) == 4096


async def test_stream_arrives_in_order_and_frees_the_instance_at_its_end(
    deploy: Deploy, ask: Ask, sink: Remembering
) -> None:
    owner = Owner()
    async with started(deploy(), sink, owner) as instance:
        result = await call(instance, ask("stream", chunks=26, size=1000))
        assert isinstance(result, Streamed)
        data = b"".join([chunk async for chunk in result.chunks])
        assert data == b"".join(bytes([65 + n]) * 1000 for n in range(26))
        assert owner.idle == 1


async def test_stream_that_fails_is_cut_with_its_error(
    deploy: Deploy, ask: Ask, sink: Remembering
) -> None:
    async with started(deploy(), sink) as instance:
        result = await call(instance, ask("stream", chunks=3, size=10, cut=True))
        assert isinstance(result, Streamed)
        received = []
        with pytest.raises(HandlerFailed, match="cut"):
            async for chunk in result.chunks:
                received.append(chunk)  # noqa: PERF401  # what came before the error counts
        assert len(received) == 3


async def test_stream_that_nobody_reads_stops_its_writer(
    deploy: Deploy, ask: Ask, sink: Remembering
) -> None:
    async with started(deploy(), sink) as instance:
        result = await call(instance, ask("stream", chunks=4000, size=16_384))
        assert isinstance(result, Streamed)
        child = psutil.Process(instance.pid)
        ticks, still = child.cpu_times().user, 0
        while still < 10:  # the writer stands still
            await asyncio.sleep(0.01)
            now = child.cpu_times().user
            still, ticks = (still + 1 if now == ticks else 0), now
        assert result.chunks._held < 1024 * 1024  # type: ignore[attr-defined]  # what is at rest here
        total = 0
        async for chunk in result.chunks:
            total += len(chunk)
        assert total == 4000 * 16_384


async def test_client_that_leaves_a_stream_frees_the_instance_when_the_handler_ends(
    deploy: Deploy, ask: Ask, sink: Remembering
) -> None:
    owner = Owner()
    async with started(deploy(), sink, owner) as instance:
        result = await call(instance, ask("stream", chunks=1000, size=16_384))
        assert isinstance(result, Streamed)
        await anext(result.chunks)
        await result.chunks.aclose()  # type: ignore[attr-defined]  # its iterator can be closed
        await eventually(lambda: owner.idle)
        assert isinstance(await call(instance, ask("echo")), Buffered)


async def test_stop_ends_an_idle_instance_cleanly(deploy: Deploy, sink: Remembering) -> None:
    owner = Owner()
    async with started(deploy(), sink, owner) as instance:
        await instance.stop(drain_s=5)
        assert owner.dead == 1
        assert not psutil.pid_exists(instance.pid)


async def test_stop_lets_a_running_invocation_finish(
    deploy: Deploy, ask: Ask, sink: Remembering
) -> None:
    async with started(deploy(), sink) as instance:
        pending = Call(ask("sleep", seconds=0.2), Timing(), asyncio.get_running_loop())
        instance.begin(pending)
        await instance.stop(drain_s=5)
        result = await pending.answer
        assert isinstance(result, Buffered)
        assert result.body == b"slept"


async def test_stop_kills_what_does_not_want_to_go(
    deploy: Deploy, ask: Ask, sink: Remembering
) -> None:
    async with started(deploy(), sink) as instance:
        pending = Call(ask("deaf"), Timing(), asyncio.get_running_loop())
        instance.begin(pending)
        began = time.monotonic()
        await instance.stop()
        assert time.monotonic() - began < 3
        with pytest.raises(InstanceDied):
            await pending.answer


async def test_children_of_a_function_go_with_its_instance(
    deploy: Deploy, ask: Ask, sink: Remembering
) -> None:
    async with started(deploy(), sink) as instance:
        await call(instance, ask("leave children"))
        (child,) = psutil.Process(instance.pid).children()
        await instance.stop(drain_s=5)
        psutil.wait_procs([child], timeout=5)
        assert not child.is_running() or child.status() == psutil.STATUS_ZOMBIE


async def test_idle_instance_that_is_killed_leaves_the_pool(
    deploy: Deploy, sink: Remembering
) -> None:
    owner = Owner()
    async with started(deploy(), sink, owner) as instance:
        os.kill(instance.pid, signal.SIGKILL)
        await asyncio.wait_for(instance.dead.wait(), 5)
        assert owner.dead == 1
