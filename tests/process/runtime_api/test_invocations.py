"""Invocations over the Runtime API: what `next` brings, and what comes of the answers."""

from __future__ import annotations

import time

import pytest

from polyfn.wire import messages as m
from polyfn.wire.frames import MAX_FRAME_BYTES

from .raw_program import ARN, INIT_ERROR, NEXT, error, program, reason, response


async def test_the_first_next_says_that_the_program_is_ready() -> None:
    async with program() as it:
        client = await it.connect()
        assert not [each for each in it.said if isinstance(each, m.Ready)]
        client.request("GET", NEXT)
        assert await it.told(m.Ready) == m.Ready(0, b"{}")


async def test_next_brings_the_event_and_what_goes_with_it() -> None:
    async with program() as it:
        client = await it.connect()
        client.request("GET", NEXT)
        await it.told(m.Ready)
        began = time.time() * 1000
        it.invoke(
            event=b'{"a":[1.50]}',
            extras=b'{"trace_id":"Root=1-2","client_context":{"c":"\xc3\xa9"}}',
        )
        reply = await client.reply()
    assert (reply.status, reply.body) == (200, b'{"a":[1.50]}')
    deadline = int(reply.headers.pop("Lambda-Runtime-Deadline-Ms"))
    assert began + 30_000 - 1 <= deadline <= time.time() * 1000 + 30_000
    assert reply.headers == {
        "Content-Type": "application/json",
        "Content-Length": "12",
        "Lambda-Runtime-Aws-Request-Id": "r-1",
        "Lambda-Runtime-Invoked-Function-Arn": ARN,
        "Lambda-Runtime-Trace-Id": "Root=1-2",
        "Lambda-Runtime-Client-Context": '{"c":"\\u00e9"}',
    }


async def test_an_event_that_was_there_before_next_is_brought_by_it() -> None:
    async with program() as it:
        it.invoke()
        client = await it.connect()
        assert (await client.ask("GET", NEXT)).body == b'{"a":1}'


@pytest.mark.parametrize(
    ("kind", "body", "brought"),
    [
        (1, 'a"é'.encode(), b'{"a":1,"body":"a\\"\xc3\xa9","isBase64Encoded":false}'),
        (2, b"\x00\xff", b'{"a":1,"body":"AP8=","isBase64Encoded":true}'),
    ],
)
async def test_a_body_is_in_the_event(kind: int, body: bytes, brought: bytes) -> None:
    async with program() as it:
        it.invoke(body_kind=kind, body=body)
        client = await it.connect()
        assert (await client.ask("GET", NEXT)).body == brought


async def test_a_response_is_the_invocations_value() -> None:
    async with program() as it:
        client = await it.begun()
        reply = await client.ask("POST", response(), b'{"statusCode":200}')
        assert (reply.status, reply.json) == (202, {"status": "OK"})
        assert await it.told(m.Value) == m.Value(1, b'{"statusCode":200}')


async def test_an_empty_response_is_null() -> None:
    async with program() as it:
        client = await it.begun()
        assert (await client.ask("POST", response())).status == 202
        assert await it.told(m.Value) == m.Value(1, b"null")


async def test_an_error_is_the_invocations_ending_and_the_program_goes_on() -> None:
    async with program() as it:
        client = await it.begun()
        body = b'{"errorType":"Oops","errorMessage":"no","stackTrace":["one","two"]}'
        reply = await client.ask("POST", error(), body)
        assert (reply.status, reply.json) == (202, {"status": "OK"})
        told = await it.told(m.Error)
        assert (told.id, told.fatal, reason(told)) == (1, False, ("Oops", "no"))
        client.request("GET", NEXT)
        it.invoke("r-2")
        assert (await client.reply()).headers["Lambda-Runtime-Aws-Request-Id"] == "r-2"


async def test_an_init_error_is_why_the_program_does_not_load() -> None:
    async with program() as it:
        client = await it.connect()
        body = b'{"errorType":"Runtime.ImportModuleError","errorMessage":"no app"}'
        assert (await client.ask("POST", INIT_ERROR, body)).status == 202
        told = await it.told(m.Error)
        assert (told.id, told.fatal) == (0, True)
        assert reason(told) == ("Runtime.ImportModuleError", "no app")
        again = await client.ask("POST", INIT_ERROR, body)
        assert again.kind == (403, "InvalidStateTransition")


async def test_a_response_may_be_as_large_as_a_frame_and_no_larger() -> None:
    async with program() as it:
        client = await it.begun()
        body = b"1" * MAX_FRAME_BYTES
        assert (await client.ask("POST", response(), body)).status == 202
        assert (await it.told(m.Value)).value == body
        client.request("GET", NEXT)
        it.invoke("r-2")
        await client.reply()
        reply = await client.ask("POST", response("r-2"), body + b"1")
        assert reply.kind == (413, "RequestEntityTooLarge")
        told = await it.told(m.Error)
        assert (told.id, reason(told)[0]) == (2, "Function.ResponseSizeTooLarge")
        client.request("GET", NEXT)
        it.invoke("r-3")
        assert (await client.reply()).status == 200
