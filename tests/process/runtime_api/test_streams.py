"""Answers that go on while they come."""

from __future__ import annotations

import asyncio
import base64

import orjson
import pytest

from polyfn.wire import messages as m

from .raw_program import NEXT, Client, Program, program, reason, response

_INTEGRATION = "application/vnd.awslambda.http-integration-response"
_PRELUDE = b'{"statusCode":201,"headers":{"x-a":"b"},"cookies":["c=d"]}'
_HEADERS = ["x-a", "b", "set-cookie", "c=d"]
# What the sockets between take in is some megabytes; the rest stays with the client.
_ENOUGH = 64 * 1024
_TRAILERS = "Lambda-Runtime-Function-Error-Type, Lambda-Runtime-Function-Error-Body"


def _chunk(data: bytes) -> bytes:
    return b"%x\r\n%b\r\n" % (len(data), data)


def _begin(client: Client, mode: str = "streaming", kind: str = _INTEGRATION) -> None:
    headers = {"transfer_encoding": "chunked", "content_type": kind, "trailer": _TRAILERS}
    if mode:
        headers["lambda_runtime_function_response_mode"] = mode
    client.request("POST", response(), b"", **headers)


async def _streaming(it: Program) -> Client:
    """A client whose stream has begun, with a first chunk."""
    client = await it.begun()
    _begin(client)
    client.write(_chunk(_PRELUDE + bytes(8) + b"one"))
    await it.told(m.Chunk)
    return client


@pytest.mark.parametrize("mode", ["streaming", ""], ids=["Rust, Node", "Go"])
async def test_a_stream_reaches_the_caller_as_it_is_written(mode: str) -> None:
    async with program() as it:
        client = await it.begun()
        _begin(client, mode)
        client.write(_chunk(_PRELUDE + bytes(8)))
        assert await it.told(m.Head) == m.Head(1, 201, _HEADERS)
        for count, data in enumerate((b"one", b"two"), 1):
            client.write(_chunk(data))
            assert await it.told(m.Chunk, count) == m.Chunk(1, data)
        client.write(b"0\r\n\r\n")
        assert (await client.reply()).status == 202
        assert await it.told(m.End) == m.End(1)
        client.request("GET", NEXT)
        it.invoke("r-2")
        assert (await client.reply()).status == 200


@pytest.mark.parametrize("at", [1, 20, len(_PRELUDE), len(_PRELUDE) + 3, len(_PRELUDE) + 8])
async def test_a_prelude_may_be_cut_anywhere(at: int) -> None:
    whole = _PRELUDE + bytes(8) + b"one"
    async with program() as it:
        client = await it.begun()
        _begin(client)
        client.write(_chunk(whole[:at]) + _chunk(whole[at:]) + b"0\r\n\r\n")
        assert await it.told(m.Head) == m.Head(1, 201, _HEADERS)
        assert await it.told(m.Chunk) == m.Chunk(1, b"one")
        assert await it.told(m.End) == m.End(1)


async def test_a_stream_of_another_type_has_no_prelude() -> None:
    async with program() as it:
        client = await it.begun()
        _begin(client, kind="text/plain")
        client.write(_chunk(b"one") + b"0\r\n\r\n")
        assert await it.told(m.Head) == m.Head(1, 200, ["content-type", "text/plain"])
        assert await it.told(m.Chunk) == m.Chunk(1, b"one")
        assert await it.told(m.End) == m.End(1)


@pytest.mark.parametrize(
    "body", [b"hello", b"hello" + bytes(8), b"[]" + bytes(8), b'{"statusCode":"x"}' + bytes(8), b""]
)
async def test_a_stream_without_a_right_prelude_is_an_error(body: bytes) -> None:
    async with program() as it:
        client = await it.begun()
        _begin(client)
        client.write((_chunk(body) if body else b"") + b"0\r\n\r\n")
        kind, message = reason(await it.told(m.Error))
        assert kind == "Function.InvalidResponse"
        assert "prelude" in message or "statusCode" in message
        assert (await client.reply()).status == 202
        it.invoke("r-2")
        assert (await client.ask("GET", NEXT)).status == 200


async def test_trailers_with_an_error_cut_the_stream() -> None:
    async with program() as it:
        client = await _streaming(it)
        body = base64.b64encode(orjson.dumps({"errorType": "Oops", "errorMessage": "no"}))
        client.write(
            b"0\r\nLambda-Runtime-Function-Error-Type: Oops\r\n"
            b"Lambda-Runtime-Function-Error-Body: " + body + b"\r\n\r\n"
        )
        told = await it.told(m.Error)
        assert (told.id, told.fatal, reason(told)) == (1, False, ("Oops", "no"))
        assert (await client.reply()).status == 202
        assert not [each for each in it.said if isinstance(each, m.End)]


async def test_trailers_with_an_error_make_a_whole_answer_an_error() -> None:
    async with program() as it:
        client = await it.begun()
        _begin(client, mode="", kind="application/json")
        client.write(_chunk(b"1") + b"0\r\nLambda-Runtime-Function-Error-Type: Oops\r\n\r\n")
        assert reason(await it.told(m.Error))[0] == "Oops"
        assert (await client.reply()).status == 202
        assert not [each for each in it.said if isinstance(each, m.Value)]


async def test_a_stream_that_breaks_off_is_never_taken_for_whole() -> None:
    async with program() as it:
        client = await _streaming(it)
        client.break_off()
        told = await it.told(m.Error)
        assert reason(told) == ("Function.StreamError", "the program broke off its response")
        assert not [each for each in it.said if isinstance(each, m.End)]
        it.invoke("r-2")
        assert (await (await it.connect()).ask("GET", NEXT)).status == 200


async def test_a_caller_that_does_not_read_stops_the_program() -> None:
    async with program() as it:
        client = await _streaming(it)
        it.host.pause()
        count = 0
        while client.writer.transport.get_write_buffer_size() < _ENOUGH:
            client.write(_chunk(bytes(_ENOUGH)))
            count += 1
            await asyncio.sleep(0)
        assert _streamed(it) == len(b"one")
        it.host.resume()
        client.write(b"0\r\n\r\n")
        assert await it.told(m.End) == m.End(1)
        assert _streamed(it) == len(b"one") + count * _ENOUGH


def _streamed(it: Program) -> int:
    return sum(len(each.data) for each in it.said if isinstance(each, m.Chunk))


async def test_a_stream_that_nobody_reads_is_left_by_the_program() -> None:
    async with program() as it:
        client = await _streaming(it)
        it.host.cancel(1)
        assert (await client.reply()).status == 202
        assert not [each for each in it.said if isinstance(each, m.End)]
        client.writer.close()
        await it.told(m.End)
        it.invoke("r-2")
        assert (await (await it.connect()).ask("GET", NEXT)).status == 200


async def test_an_unknown_response_mode_is_refused() -> None:
    async with program() as it:
        client = await it.begun()
        _begin(client, mode="backwards")
        client.write(b"0\r\n\r\n")
        assert (await client.reply()).kind == (400, "InvalidFunctionResponseMode")
        assert (await client.ask("POST", response(), b"1")).status == 202
