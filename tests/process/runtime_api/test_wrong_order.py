"""What is not allowed now, and who gets an event when several ask: as of AWS's emulator."""

from __future__ import annotations

import pytest

from polyfn.wire import messages as m
from tests.waiting import eventually

from .raw_program import INIT_ERROR, NEXT, error, program, response


@pytest.mark.parametrize("path", [response("r-2"), error("r-2"), response("%72-1")])
async def test_an_answer_to_another_invocation_is_a_wrong_request_id(path: str) -> None:
    async with program() as it:
        client = await it.begun()
        reply = await client.ask("POST", path, b"{}")
        assert reply.kind == (400, "InvalidRequestID")
        assert reply.json["errorMessage"] == "Invalid request ID"
        assert (await client.ask("POST", response(), b"1")).status == 202


@pytest.mark.parametrize("path", [response(), error()])
async def test_an_answer_before_the_first_next_is_a_wrong_request_id(path: str) -> None:
    async with program() as it:
        client = await it.connect()
        assert (await client.ask("POST", path, b"{}")).kind == (400, "InvalidRequestID")
        it.invoke()
        assert (await client.ask("POST", path, b"{}")).kind == (400, "InvalidRequestID")


@pytest.mark.parametrize("second", [response, error])
async def test_an_invocation_is_answered_once(second: type) -> None:
    async with program() as it:
        client = await it.begun()
        assert (await client.ask("POST", response(), b"1")).status == 202
        reply = await client.ask("POST", second(), b"2")
        assert reply.kind == (403, "InvalidStateTransition")
        endings = [each for each in it.said if each.id == 1]
        assert endings == [m.Value(1, b"1")]


async def test_a_refusal_names_both_states_as_lambda_does() -> None:
    async with program() as it:
        client = await it.begun()
        await client.ask("POST", response(), b"1")
        assert (await client.ask("POST", response(), b"1")).json["errorMessage"] == (
            "State transition from RuntimeResponseSent to InvocationResponse failed for runtime. "
            "Error: State transition is not allowed"
        )
        assert (await client.ask("POST", error(), b"{}")).json["errorMessage"] == (
            "State transition from RuntimeResponseSent to InvocationErrorResponse failed for "
            "runtime. Error: State transition is not allowed"
        )


async def test_an_init_error_comes_before_the_first_next_only() -> None:
    async with program() as it:
        client = await it.begun()
        reply = await client.ask("POST", INIT_ERROR, b"{}")
        assert reply.kind == (403, "InvalidStateTransition")
        assert not [each for each in it.said if isinstance(each, m.Error)]


async def test_a_program_that_does_not_load_gets_no_event() -> None:
    async with program() as it:
        client = await it.connect()
        await client.ask("POST", INIT_ERROR, b"{}")
        assert (await client.ask("GET", NEXT)).kind == (403, "InvalidStateTransition")


async def test_next_before_an_answer_brings_the_same_event() -> None:
    async with program() as it:
        client = await it.begun()
        again = await client.ask("GET", NEXT)
        assert again.headers["Lambda-Runtime-Aws-Request-Id"] == "r-1"
        assert (await client.ask("POST", response(), b"1")).status == 202


async def test_of_several_that_wait_for_next_one_gets_the_event() -> None:
    async with program() as it:
        clients = [await it.connect() for _ in range(3)]
        for client in clients:
            client.request("GET", NEXT)
        await eventually(lambda: it.waiting == 3)
        it.invoke()
        got = [await clients[-1].reply()]
        assert got[0].headers["Lambda-Runtime-Aws-Request-Id"] == "r-1"
        await clients[-1].ask("POST", response(), b"1")
        assert it.waiting == 2
        it.invoke("r-2")
        assert (await clients[1].reply()).headers["Lambda-Runtime-Aws-Request-Id"] == "r-2"


async def test_a_connection_that_breaks_while_it_waits_costs_no_event() -> None:
    async with program() as it:
        gone, client = await it.connect(), await it.connect()
        client.request("GET", NEXT)
        await it.told(m.Ready)
        gone.request("GET", NEXT)
        await eventually(lambda: it.waiting == 2)
        gone.break_off()
        await eventually(lambda: it.waiting == 1)
        it.invoke()
        assert (await client.reply()).status == 200


async def test_an_answer_that_breaks_off_may_be_sent_again() -> None:
    async with program() as it:
        client = await it.begun()
        client.request("POST", response(), b"12", content_length="5")
        await eventually(lambda: it.connections == 1)
        client.break_off()
        await eventually(lambda: it.connections == 0)
        client = await it.connect()
        assert (await client.ask("POST", response(), b"12345")).status == 202
        assert await it.told(m.Value) == m.Value(1, b"12345")
