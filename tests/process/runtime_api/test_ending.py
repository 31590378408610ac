"""How a program is told to end, how its end is heard of, and who is not answered."""

from __future__ import annotations

import asyncio
import sys

import pytest

from polyfn.wire import messages as m
from tests.waiting import eventually

from .raw_program import NEXT, program, response


async def test_a_program_that_waits_is_told_to_end_at_once() -> None:
    async with program() as it:
        client = await it.connect()
        client.request("GET", NEXT)
        await it.told(m.Ready)
        it.host.drain()
        assert it.terminated == 1


async def test_a_program_that_runs_is_told_to_end_when_it_has_answered() -> None:
    async with program() as it:
        client = await it.begun()
        it.host.drain()
        assert it.terminated == 0
        assert (await client.ask("POST", response(), b"1")).status == 202
        assert await it.told(m.Value) == m.Value(1, b"1")
        assert it.terminated >= 1


async def test_what_an_exited_program_has_sent_is_still_read() -> None:
    async with program() as it:
        client = await it.begun()
        client.request("POST", response(), b"1")
        client.writer.write_eof()
        it.host.exited()
        await eventually(lambda: it.ended)
        assert it.said[-1] == m.Value(1, b"1")
        assert it.ended == [None]


async def test_a_program_that_exits_without_a_connection_has_ended() -> None:
    async with program() as it:
        it.host.exited()
        assert it.ended == [None]
        with pytest.raises(OSError):  # noqa: PT011  # refused, or reset by the closing listener
            await it.connect()


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere psutil may need rights to tell")
async def test_a_process_that_is_not_the_programs_is_answered_nothing() -> None:
    other = await asyncio.create_subprocess_exec(
        sys.executable, "-c", "input()", stdin=asyncio.subprocess.PIPE, start_new_session=True
    )
    async with program(group=other.pid) as it:
        it.invoke()
        stranger = await it.connect()
        stranger.request("GET", NEXT)
        assert (await stranger.reply()).kind == (403, "Forbidden")
        assert await stranger.at_end()
        stranger = await it.connect()
        stranger.request("POST", response(), b'"stolen"')
        assert (await stranger.reply()).status == 403
        logged = [each for each in it.said if not isinstance(each, m.Hello)]
        assert [(each.id, each.level) for each in logged if isinstance(each, m.Log)] == [
            (0, "warn"),
            (0, "warn"),
        ]
        assert all(isinstance(each, m.Log) and "Runtime API" in each.text for each in logged)
    await other.communicate(b"\n")
