"""Bodies of megabytes through a real child and back, among short ones."""

from __future__ import annotations

from functools import partial

import orjson
import pytest

from polyfn.errors import InstanceDied
from polyfn.model import Buffered
from tests.waiting import eventually

from .conftest import Ask, Deploy, Remembering
from .test_instance import call, started


def heard(sink: Remembering, text: str) -> bool:
    return text in [line.text for line in sink.lines]


@pytest.mark.parametrize("size", [65_536, 300_000, 1_048_576, 6_000_000])
async def test_long_bodies_come_back_whole_among_short_ones(
    deploy: Deploy, ask: Ask, sink: Remembering, size: int
) -> None:
    async with started(deploy(), sink) as instance:
        for number in range(3):
            body = f"{number} größe ".encode() * (size // 10)
            answer = await call(instance, ask("echo", body=body))
            assert isinstance(answer, Buffered)
            assert orjson.loads(answer.body)["body"] == body.decode()
            short = await call(instance, ask("log", lines=2))
            assert isinstance(short, Buffered)
            assert short.body == b"logged"


async def test_what_is_said_right_behind_a_long_answer_is_heard(
    deploy: Deploy, ask: Ask, sink: Remembering
) -> None:
    async with started(deploy(), sink) as instance:
        for size in (70_000, 1_048_576, 3_000_000):
            invocation = ask("long and log", size=size)
            answer = await call(instance, invocation)
            assert isinstance(answer, Buffered)
            assert len(answer.body) == size
            said = f"late line of {invocation.request_id}"
            await eventually(partial(heard, sink, said))


async def test_child_that_ends_in_the_middle_of_a_long_answer_has_not_answered(
    deploy: Deploy, ask: Ask, sink: Remembering
) -> None:
    async with started(deploy(), sink) as instance:
        with pytest.raises(InstanceDied):
            await call(instance, ask("half a long frame"))
        await instance.dead.wait()
