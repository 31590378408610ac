"""Until when a call may take that has begun to answer."""

from __future__ import annotations

import asyncio
from pathlib import Path

from polyfn.model import Api, Function, Invocation, Timing
from polyfn.pool import deadlines
from polyfn.pool.calls import Call

NOW = 1000.0


def function(api: Api) -> Function:
    path = Path("/project/hello.js")
    return Function(
        name="hello", runtime="node", main_file=path, source=path, project_root=path, api=api
    )


async def begun(at: float) -> Call:
    invocation = Invocation("hello", "r-1", b"{}", timeout_s=30.0)
    call = Call(invocation, Timing(), asyncio.get_running_loop())
    call.begin(at)
    return call


async def test_stream_of_a_handler_has_the_time_of_streams_from_the_calls_start() -> None:
    call = await begun(NOW - 4)
    assert deadlines.of_stream(call, function(Api.LAMBDA), 10.0, NOW) == NOW + 6
    assert deadlines.of_stream(call, function(Api.LAMBDA), 3.0, NOW) == NOW
    assert deadlines.of_stream(call, function(Api.LAMBDA), 0, NOW) is None


async def test_stream_of_a_modern_function_has_the_time_of_a_call() -> None:
    call = await begun(NOW - 4)
    for timeout_s in (0, 3.0, 60.0):
        assert deadlines.of_stream(call, function(Api.MODERN), timeout_s, NOW) == NOW + 26
    assert deadlines.of_call(call) == NOW + 26
