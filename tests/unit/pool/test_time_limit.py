"""How long a call may take, and the stream that its answer may be."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest

from polyfn.model import Api, Function, FunctionConfig, Kind
from polyfn.pool.time_limit import TimeLimit
from polyfn.settings.stream_limits import stream_max_bytes, stream_timeout_s
from polyfn.settings.values import Limits

LIMITS = Limits(stream_timeout_s=7, stream_max_bytes=70)
HELLO = Function(
    name="hello",
    runtime="node",
    main_file=Path("/p/hello.js"),
    source=Path("/p/hello.js"),
    project_root=Path("/p"),
)
OWN = replace(HELLO, config=FunctionConfig(stream_timeout_s=0, stream_max_bytes=0))


@pytest.mark.parametrize(
    ("function", "expected"),
    [
        (HELLO, 7),
        (OWN, 0),
        (replace(HELLO, api=Api.MODERN), None),
        (replace(OWN, api=Api.MODERN), 0),
        (replace(HELLO, kind=Kind.BACKGROUND), None),
        (replace(HELLO, kind=Kind.SCHEDULED), None),
    ],
)
def test_time_of_a_stream_is_the_functions_own_before_that_of_all(
    function: Function, expected: float | None
) -> None:
    assert stream_timeout_s(function, LIMITS) == expected


def test_size_of_a_stream_is_the_functions_own_before_that_of_all() -> None:
    assert stream_max_bytes(HELLO, LIMITS) == 70
    assert stream_max_bytes(OWN, LIMITS) == 0
    assert stream_max_bytes(None, LIMITS) == 70


async def gone_off(function: Function, limits: Limits, *, unread: bool = False) -> str:
    """What is said of a call of 20 ms at most that streams at once."""
    loop = asyncio.get_running_loop()
    due = asyncio.Event()
    limit = TimeLimit(loop, function, limits, due.set)
    limit.begin(loop.time(), 0.02)
    limit.stream(loop.time())
    if unread:
        limit.unread()
    try:
        async with asyncio.timeout(0.5):
            await due.wait()
    except TimeoutError:
        return ""
    finally:
        limit.close()
    return limit.error(1.5).message


async def test_stream_has_its_own_time_in_place_of_the_calls() -> None:
    told = await gone_off(HELLO, Limits(stream_timeout_s=0.1))
    assert told == (
        "Function 'hello' had run for 1.50 s, the time limit of a stream: it was cut. Set "
        "`stream_timeout` for it, or under [limits] for all streams, in polyfn.toml; 0 is no limit."
    )


async def test_stream_of_a_modern_function_has_the_calls_time() -> None:
    told = await gone_off(replace(HELLO, api=Api.MODERN), Limits())
    assert "Set `timeout` for it" in told


async def test_stream_without_a_limit_goes_on() -> None:
    assert await gone_off(HELLO, Limits(stream_timeout_s=0)) == ""


async def test_stream_that_nobody_reads_has_10_seconds_whatever_its_limit() -> None:
    assert await gone_off(HELLO, Limits(stream_timeout_s=0.1), unread=True) == ""


async def test_what_goes_on_after_a_long_stream_is_not_ended_at_once() -> None:
    loop = asyncio.get_running_loop()
    due = asyncio.Event()
    limit = TimeLimit(loop, HELLO, Limits(stream_timeout_s=0), due.set)
    limit.begin(loop.time() - 3600, 0.1)
    limit.stream(loop.time() - 3600)
    limit.hold(loop.time() - 3600, 0.1)
    await asyncio.sleep(0)
    assert not due.is_set()
    async with asyncio.timeout(5):
        await due.wait()
    limit.close()


@pytest.mark.parametrize("stream_timeout_s", [3600.05, 3.0], ids=["soon", "past"])
async def test_time_of_a_stream_counts_from_the_start_of_its_call(stream_timeout_s: float) -> None:
    loop = asyncio.get_running_loop()
    due = asyncio.Event()
    limit = TimeLimit(loop, HELLO, Limits(stream_timeout_s=stream_timeout_s), due.set)
    began = loop.time() - 3600
    limit.begin(began, 7200)
    limit.stream(began)
    async with asyncio.timeout(5):
        await due.wait()
    limit.close()


@pytest.mark.parametrize("stream_timeout_s", [0, 3.0, 60.0])
async def test_time_of_a_modern_functions_stream_counts_from_there_too(
    stream_timeout_s: float,
) -> None:
    loop = asyncio.get_running_loop()
    due = asyncio.Event()
    modern = replace(HELLO, api=Api.MODERN)
    limit = TimeLimit(loop, modern, Limits(stream_timeout_s=stream_timeout_s), due.set)
    began = loop.time() - 3600
    limit.begin(began, 3600.05)
    limit.stream(began)
    assert not due.is_set()
    async with asyncio.timeout(5):
        await due.wait()
    limit.close()
