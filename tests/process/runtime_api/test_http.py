"""HTTP as clients write it, well or badly."""

from __future__ import annotations

import pytest

from polyfn.wire import messages as m

from .raw_program import NEXT, program, response

_ACCEPTED = 202


async def test_one_connection_serves_many_invocations() -> None:
    async with program() as it:
        client = await it.begun()
        for number in range(1, 20):
            assert (await client.ask("POST", response(f"r-{number}"), b"1")).status == _ACCEPTED
            client.request("GET", NEXT)
            it.invoke(f"r-{number + 1}")
            await client.reply()
        assert it.connections == 1


async def test_each_request_may_have_a_connection_of_its_own() -> None:
    async with program() as it:
        it.invoke()
        for method, path in (("GET", NEXT), ("POST", response())):
            client = await it.connect()
            reply = await client.ask(method, path, b"", connection="close")
            assert reply.status in (200, _ACCEPTED)
            assert reply.headers["Connection"] == "close"
            assert await client.at_end()


async def test_http_1_0_is_answered_and_closed() -> None:
    async with program() as it:
        it.invoke()
        client = await it.connect()
        client.write(f"GET {NEXT} HTTP/1.0\r\n\r\n".encode())
        assert (await client.reply()).status == 200
        assert await client.at_end()


async def test_a_client_may_close_its_side_when_it_has_asked() -> None:
    async with program() as it:
        client = await it.connect()
        client.request("GET", NEXT, connection="close")
        client.writer.write_eof()
        await it.told(m.Ready)
        it.invoke()
        assert (await client.reply()).status == 200


async def test_a_request_may_come_byte_by_byte() -> None:
    async with program() as it:
        client = await it.begun()
        whole = f"POST {response()} HTTP/1.1\r\nhost: x\r\ncontent-length: 3\r\n\r\n123".encode()
        for at in range(len(whole)):
            client.write(whole[at : at + 1])
            await client.writer.drain()
        assert (await client.reply()).status == _ACCEPTED
        assert await it.told(m.Value) == m.Value(1, b"123")


async def test_requests_may_come_one_behind_the_other() -> None:
    async with program() as it:
        client = await it.begun()
        client.request("POST", response(), b"1")
        client.request("GET", NEXT)
        assert (await client.reply()).status == _ACCEPTED
        it.invoke("r-2")
        assert (await client.reply()).headers["Lambda-Runtime-Aws-Request-Id"] == "r-2"


async def test_a_body_in_chunks_is_joined() -> None:
    async with program() as it:
        client = await it.begun()
        chunks = b"2\r\n12\r\n3;x=y\r\n345\r\n0\r\n\r\n"
        client.request("POST", response(), chunks, transfer_encoding="chunked")
        assert (await client.reply()).status == _ACCEPTED
        assert await it.told(m.Value) == m.Value(1, b"12345")


async def test_a_client_that_waits_for_100_gets_it() -> None:
    async with program() as it:
        client = await it.begun()
        client.request("POST", response(), content_length="3", expect="100-continue")
        assert (await client.reply()).status == 100
        client.write(b"123")
        assert (await client.reply()).status == _ACCEPTED


async def test_a_client_that_waits_for_100_is_refused_when_its_body_has_come() -> None:
    async with program() as it:
        client = await it.begun()
        client.request("POST", response("r-9"), content_length="3", expect="100-continue")
        assert (await client.reply()).status == 100
        client.write(b"123")
        assert (await client.reply()).kind == (400, "InvalidRequestID")


async def test_a_client_that_offers_http_2_is_answered_in_http_1() -> None:
    async with program() as it:
        it.invoke()
        client = await it.connect()
        reply = await client.ask(
            "GET", NEXT, connection="Upgrade, HTTP2-Settings", upgrade="h2c", http2_settings="AAM"
        )
        assert reply.status == 200
        assert (await client.ask("POST", response(), b"1")).status == _ACCEPTED


async def test_a_header_may_have_a_mebibyte() -> None:
    async with program() as it:
        client = await it.begun()
        cause = "x" * 1024 * 1024
        reply = await client.ask(
            "POST", response(), b"1", lambda_runtime_function_xray_error_cause=cause
        )
        assert reply.status == _ACCEPTED


@pytest.mark.parametrize(
    "malformed",
    [
        b"nonsense\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",  # TLS
        b"GET /2018-06-01/runtime/invocation/next HTTP/9.9\r\n\r\n",
        b"POST /x HTTP/1.1\r\nhost: x\r\ncontent-length: many\r\n\r\n",
        b"POST /x HTTP/1.1\r\nhost: x\r\ncontent-length: -1\r\n\r\n",
        b"POST /x HTTP/1.1\r\nhost: x\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\nab",
        b"POST /x HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n",
        b"GET /\xff\xfe HTTP/1.1\r\nhost: x\r\n\r\n",
        b"GET /x HTTP/1.1\r\nhost x\r\n\r\n",
        b"GET /x HTTP/1.1\r\nh\xc3\xa9: x\r\n\r\n",
        b"GET /x HTTP/1.1\r\nx: " + b"x" * 3 * 1024 * 1024 + b"\r\n\r\n",
        b"GET /" + b"x" * 3 * 1024 * 1024 + b" HTTP/1.1\r\n\r\n",
    ],
    ids=lambda each: repr(each[:45]),
)
async def test_a_malformed_request_is_refused_and_the_program_served_on(malformed: bytes) -> None:
    async with program() as it:
        client = await it.connect()
        client.write(malformed)
        assert (await client.reply()).kind == (400, "InvalidRequest")
        assert await client.at_end()
        it.invoke()
        assert (await (await it.connect()).ask("GET", NEXT)).status == 200


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/", 404),
        ("GET", "/2018-06-01/runtime/invocation", 404),
        ("GET", f"{NEXT}/", 404),
        ("POST", "/2018-06-01/runtime/invocation//response", 404),
        ("POST", "/2018-06-01/runtime/restore/error", 404),
        ("POST", NEXT, 405),
        ("GET", response(), 405),
    ],
)
async def test_what_is_not_of_the_api_is_refused_and_the_connection_lives(
    method: str, path: str, status: int
) -> None:
    async with program() as it:
        it.invoke()
        client = await it.connect()
        assert (await client.ask(method, path)).status == status
        assert (await client.ask("GET", f"{NEXT}?x=y")).status == 200
