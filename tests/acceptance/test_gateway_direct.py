"""Calls that are answered without ASGI: the same request again and again, in whatever pieces."""

from __future__ import annotations

import asyncio
from typing import Any

import orjson
import pytest

from polyfn.errors import HandlerFailed
from polyfn.model import Buffered, Invocation, Kind, Result, Streamed
from tests.acceptance.gateway_support import HELLO, Client, Response, Served, served
from tests.unit.gateway.support import function

GET = f"GET {HELLO}?q=1 HTTP/1.1\r\nHost: test\r\nCookie: a=b\r\n\r\n".encode()
POST = f"POST {HELLO} HTTP/1.1\r\nHost: test\r\nContent-Length: 4\r\n\r\nbody".encode()


async def ask(client: Client, *pieces: bytes) -> Response:
    for piece in pieces:
        await client.send_raw(piece)
        await asyncio.sleep(0)
    return await client.response()


def own_parts(event: dict[str, Any]) -> set[str]:
    """Every place in an event that holds its request's id."""
    context = event["requestContext"]
    return {
        event["headers"]["x-nf-request-id"],
        *event["multiValueHeaders"]["x-nf-request-id"],
        context["requestId"],
        context["extendedRequestId"],
    }


async def test_the_same_request_again_is_another_invocation_with_an_id_of_its_own() -> None:
    async with served() as gateway:
        client = await gateway.connect()
        answers = [await ask(client, GET) for _ in range(5)]
        events = [orjson.loads(each.event) for each in gateway.invoker.invocations]
        ids = [answer.header("x-nf-request-id") for answer in answers]
        assert len(set(ids)) == 5
        assert [own_parts(event) for event in events] == [{each} for each in ids]
        assert [each.request_id for each in gateway.invoker.invocations] == ids
        assert {event["rawQuery"] for event in events} == {"q=1"}
        assert [record.request_id for record in gateway.records] == ids


@pytest.mark.parametrize("request_", [GET, POST])
async def test_what_was_seen_whole_is_understood_in_pieces_too(request_: bytes) -> None:
    async with served() as gateway:
        client = await gateway.connect()
        for cut in (0, 0, 1, len(request_) // 2, len(request_) - 1, 0):
            answer = await ask(client, request_[:cut], request_[cut:])
            assert answer.status == 200
        first, *others = (orjson.loads(each.event) for each in gateway.invoker.invocations)
        for event in others:
            assert {*event} == {*first}
            assert event["headers"].keys() == first["headers"].keys()
        assert {each.body for each in gateway.invoker.invocations} == {
            b"body" if request_ is POST else b""
        }


async def test_the_same_request_several_times_in_one_piece_is_answered_as_often() -> None:
    async with served() as gateway:
        client = await gateway.connect()
        assert (await ask(client, GET)).status == 200
        await client.send_raw(GET * 3)
        for _ in range(3):
            assert (await client.response()).status == 200
        assert (await ask(client, GET)).status == 200
        assert len({each.request_id for each in gateway.invoker.invocations}) == 5


async def test_the_same_request_while_the_first_is_answered_waits_for_its_turn() -> None:
    go_on = asyncio.Event()

    async def slow(invocation: Invocation) -> Result:
        await go_on.wait()
        return Buffered(200, (), invocation.request_id.encode())

    async with served() as gateway:
        client = await gateway.connect()
        assert (await ask(client, GET)).status == 200
        gateway.invoker.handler = slow
        await client.send_raw(GET)
        await client.send_raw(GET)
        go_on.set()
        answers = [await client.response(), await client.response()]
        assert [a.header("x-nf-request-id") for a in answers] == [a.body.decode() for a in answers]
        assert len({a.body for a in answers}) == 2


async def test_another_request_between_two_that_are_the_same_is_not_taken_for_them() -> None:
    other = GET.replace(b"q=1", b"q=2")
    async with served() as gateway:
        client = await gateway.connect()
        for request_ in (GET, GET, other, GET, other, other):
            assert (await ask(client, request_)).status == 200
        queries = [orjson.loads(each.event)["rawQuery"] for each in gateway.invoker.invocations]
        assert queries == ["q=1", "q=1", "q=2", "q=1", "q=2", "q=2"]


async def test_the_same_request_finds_what_its_function_has_become() -> None:
    hello = function("hello")
    async with served(hello) as gateway:
        client = await gateway.connect()
        assert (await ask(client, GET)).status == 200
        gateway.fleet.all = [function("hello", timeout_s=7.0)]
        assert (await ask(client, GET)).status == 200
        assert gateway.invoker.invocations[-1].timeout_s == 7.0
        gateway.fleet.all = [function("hello", methods=("POST",))]
        assert (await ask(client, GET)).status == 405
        gateway.fleet.all = [function("hello", kind=Kind.BACKGROUND)]
        assert (await ask(client, GET)).status == 202
        gateway.fleet.all = []
        assert (await ask(client, GET)).status == 404
        gateway.fleet.all = [hello]
        assert (await ask(client, GET)).status == 200


async def test_body_that_comes_after_its_head_is_waited_for() -> None:
    async with served() as gateway:
        client = await gateway.connect()
        head, body = POST[:-4], POST[-4:]
        await client.send_raw(head)
        await client.send_raw(body)
        assert (await client.response()).status == 200
        assert gateway.invoker.invocations[-1].body == b"body"


async def two_chunks() -> Any:
    yield b"one "
    yield b"two"


async def both_ways(gateway: Served, outcome: Result | Exception) -> Response:
    gateway.answers(outcome)
    return await gateway.get(HELLO)


@pytest.mark.parametrize("directly", [True, False])
async def test_errors_and_streams_are_told_the_same_whichever_way_they_began(
    directly: bool,
) -> None:
    async with served(directly=directly) as gateway:
        failed = await both_ways(
            gateway, HandlerFailed("it broke", type_="TypeError", trace=("at x",))
        )
        assert (failed.status, failed.json["errorType"]) == (502, "TypeError")
        assert failed.json["requestId"] == failed.header("x-nf-request-id")
        streamed = await both_ways(gateway, Streamed(201, (("x-a", "b"),), two_chunks()))
        assert (streamed.status, streamed.body) == (201, b"one two")
        bad = await both_ways(gateway, Buffered(99, (), b""))
        assert bad.status == 502
        bug = await both_ways(gateway, ZeroDivisionError("ours"))
        assert bug.status == 500
        assert [request_id for request_id, _ in gateway.bugs] == [bug.header("x-nf-request-id")]
        statuses = [record.status for record in gateway.records]
        assert statuses == [502, 201, 502, 500]
        assert all(record.function == "hello" for record in gateway.records)
        ids = [each.request_id for each in gateway.invoker.invocations]
        assert [record.request_id for record in gateway.records] == ids
