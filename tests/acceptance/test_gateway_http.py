"""The gateway as HTTP clients see it: what functions get, and what comes back."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import orjson
import pytest

from polyfn.errors import (
    Unavailable,
)
from polyfn.model import Buffered, Kind, Value, Want
from tests.acceptance.gateway_support import HELLO, SMALL, served
from tests.unit.gateway.support import function
from tests.unit.gateway.test_identity import token
from tests.waiting import eventually

if TYPE_CHECKING:
    from polyfn.model import Invocation, Result


# Events


async def test_event_of_raw_http_bytes_field_by_field() -> None:
    async with served() as gateway:
        client = await gateway.connect()
        await client.send_raw(
            b"POST /.netlify/functions/hello/a%20b?x=1&x=2&y=%C3%BC+z HTTP/1.1\r\n"
            b"Host: api.example.test:8888\r\n"
            b"User-Agent: raw/1\r\n"
            b"X-Tag: one\r\nX-Tag: two\r\n"
            b"X-Latin: caf\xe9\r\n"
            b"X-NF-Geo: lie\r\nClient-IP: 1.2.3.4\r\n"
            b"Content-Type: application/json; charset=utf-8\r\n"
            b'Content-Length: 7\r\n\r\n{"a":1}'
        )
        response = await client.response()
    event, invocation = gateway.event, gateway.invoker.invocations[0]
    request_id = response.header("x-nf-request-id")
    assert event["httpMethod"] == "POST"
    assert event["path"] == "/.netlify/functions/hello/a%20b"
    assert event["rawQuery"] == "x=1&x=2&y=%C3%BC+z"
    assert event["rawUrl"] == (
        "http://api.example.test:8888/.netlify/functions/hello/a%20b?x=1&x=2&y=%C3%BC+z"
    )
    assert event["queryStringParameters"] == {"x": "1, 2", "y": "ü z"}
    assert event["multiValueQueryStringParameters"] == {"x": ["1", "2"], "y": ["ü z"]}
    assert event["headers"]["x-tag"] == "one, two"
    assert event["multiValueHeaders"]["x-tag"] == ["one", "two"]
    assert event["headers"]["x-latin"] == "café"
    assert event["headers"]["x-nf-geo"] != "lie"
    assert event["headers"]["client-ip"] == "127.0.0.1"
    assert event["headers"]["x-nf-client-connection-ip"] == "127.0.0.1"
    assert event["headers"]["x-nf-request-id"] == request_id == invocation.request_id
    assert event["pathParameters"] == {"proxy": "a b"}
    assert event["requestContext"]["identity"]["sourceIp"] == "127.0.0.1"
    assert event["requestContext"]["protocol"] == "HTTP/1.1"
    assert not {"body", "isBase64Encoded"} & set(event)
    assert (invocation.body, invocation.body_kind.name) == (b'{"a":1}', "TEXT")
    assert (invocation.function, invocation.timeout_s, invocation.want) == ("hello", 30, Want.HTTP)


async def test_binary_body_arrives_byte_for_byte() -> None:
    everything = bytes(range(256)) * 300
    async with served() as gateway:
        response = await gateway.call(
            f"POST {HELLO} HTTP/1.1", f"Content-Length: {len(everything)}", body=everything
        )
    assert response.body == everything
    assert response.header("x-kind") == "BINARY"


async def test_chunked_body_arrives_joined() -> None:
    async with served() as gateway:
        response = await gateway.call(
            f"POST {HELLO} HTTP/1.1",
            "Transfer-Encoding: chunked",
            body=b"3\r\nhel\r\n2;x=y\r\nlo\r\n0\r\nX-Trailer: t\r\n\r\n",
        )
    assert (response.body, response.header("x-kind")) == (b"hello", "TEXT")
    assert "x-trailer" not in gateway.event["headers"]


async def test_long_piece_of_a_body_is_followed_by_short_ones() -> None:
    long, short = b"l" * 70_000, b"1\r\ns\r\n"
    async with served() as gateway:
        response = await gateway.call(
            f"POST {HELLO} HTTP/1.1",
            "Transfer-Encoding: chunked",
            body=b"11170\r\n%s\r\n%s11170\r\n%s\r\n0\r\n\r\n" % (long, short * 500, long),
        )
    assert response.body == long + b"s" * 500 + long


@pytest.mark.parametrize("lines", [[], ["Content-Length: 0", "Content-Type: image/png"]])
async def test_empty_body_is_null_and_no_base64(lines: list[str]) -> None:
    async with served() as gateway:
        await gateway.call(f"POST {HELLO} HTTP/1.1", *lines)
    assert gateway.event["body"] is None
    assert gateway.event["isBase64Encoded"] is False
    assert gateway.invoker.invocations[0].body_kind.name == "RAW"


async def test_head_and_options_reach_the_function() -> None:
    async with served() as gateway:
        gateway.answers(Buffered(200, (), b"hello"))
        head = await gateway.call(f"HEAD {HELLO} HTTP/1.1")
        options = await gateway.call(f"OPTIONS {HELLO} HTTP/1.1")
    assert (head.header("content-length"), head.body) == ("5", b"")
    assert options.body == b"hello"
    methods = [orjson.loads(each.event)["httpMethod"] for each in gateway.invoker.invocations]
    assert methods == ["HEAD", "OPTIONS"]


async def test_json_web_token_becomes_the_client_context() -> None:
    async with served() as gateway:
        await gateway.get(HELLO, f"Authorization: Bearer {token({'email': 'a@example.test'})}")
    raw = gateway.invoker.invocations[0].client_context
    assert raw is not None
    context = orjson.loads(raw)
    assert context["user"] == {"email": "a@example.test"}
    assert context["identity"]["url"] == "http://test/.netlify/identity"


async def test_request_of_http_1_0_is_answered_and_the_connection_ends() -> None:
    async with served() as gateway:
        client = await gateway.connect()
        await client.send(f"GET {HELLO} HTTP/1.0")
        response = await client.response()
        assert response.status == 200
        assert await client.is_closed()
    assert gateway.event["requestContext"]["protocol"] == "HTTP/1.0"
    assert gateway.event["rawUrl"] == f"http://localhost{HELLO}"


async def test_head_that_asks_for_another_protocol_is_answered_here_with_its_body() -> None:
    async with served() as gateway:
        client = await gateway.connect()
        await client.send(
            f"POST {HELLO} HTTP/1.1",
            "Connection: Upgrade, HTTP2-Settings",
            "Upgrade: h2c",
            "HTTP2-Settings: AAEAAEAAAAIAAAABAAMAAABkAAQBAAAAAAUAAEAA",
            "Content-Length: 11",
        )
        await client.send_raw(b"hello ")
        await client.send_raw(b"worldGET / HTTP/1.1\r\nContent-Length: 1\r\n\r\nx")
        response = await client.response()
        assert response.body == b"hello world"
        assert await client.is_closed()
    assert len(gateway.invoker.invocations) == 1


async def test_request_to_upgrade_without_a_body_keeps_the_connection() -> None:
    async with served() as gateway:
        client = await gateway.connect()
        upgrade = f"GET {HELLO} HTTP/1.1\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n"
        await client.send_raw(upgrade.encode() + f"GET {HELLO}/2 HTTP/1.1\r\n\r\n".encode())
        assert (await client.response()).status == 200
        assert (await client.response()).status == 200
    assert gateway.event["path"] == f"{HELLO}/2"


# Connections


async def test_connection_serves_one_request_after_the_other() -> None:
    async with served() as gateway:
        client = await gateway.connect()
        for number in range(20):
            body = b"x" * number
            await client.send(f"PUT {HELLO} HTTP/1.1", f"Content-Length: {number}", body=body)
            assert (await client.response()).body == body


async def test_pipelined_requests_are_answered_in_order_and_one_at_a_time() -> None:
    running = most = 0

    async def handler(invocation: Invocation) -> Result:
        nonlocal running, most
        running += 1
        most = max(most, running)
        for _ in range(3):
            await asyncio.sleep(0)
        running -= 1
        return Buffered(200, (), invocation.body)

    async with served() as gateway:
        gateway.invoker.handler = handler
        client = await gateway.connect()
        await client.send_raw(
            b"".join(
                f"POST {HELLO} HTTP/1.1\r\nContent-Length: 1\r\n\r\n{number}".encode()
                for number in range(5)
            )
        )
        bodies = [(await client.response()).body for _ in range(5)]
    assert bodies == [b"0", b"1", b"2", b"3", b"4"]
    assert most == 1


async def test_every_answer_has_a_date_and_one_request_id() -> None:
    async with served() as gateway:
        gateway.answers(Buffered(200, (("x-nf-request-id", "mine"),), b""))
        response = await gateway.get(HELLO)
        assert response.header("date") is not None
        assert response.header("x-nf-request-id") == gateway.invoker.invocations[0].request_id
        gateway.answers(Buffered(200, (("Date", "Thu, 01 Jan 1970 00:00:00 GMT"),), b""))
        assert (await gateway.get(HELLO)).header("date") == "Thu, 01 Jan 1970 00:00:00 GMT"
        assert (await gateway.get("/nowhere")).header("x-nf-request-id")


# Responses


async def test_whole_response_arrives_as_the_function_gave_it() -> None:
    async with served() as gateway:
        headers = (("X-A", "1"), ("set-cookie", "a=1"), ("set-cookie", "b=2"), ("x-l", "é"))
        gateway.answers(Buffered(418, headers, b"aGk=", is_base64=True))
        response = await gateway.get(HELLO)
    assert (response.status, response.body) == (418, b"hi")
    assert [value for name, value in response.headers if name == "set-cookie"] == ["a=1", "b=2"]
    assert (response.header("x-a"), response.header("x-l")) == ("1", "é")


async def test_value_of_a_runner_that_knows_no_http_is_judged_alike() -> None:
    async with served() as gateway:
        gateway.answers(Value(b'{"statusCode":201,"headers":{"x-a":1},"body":"hi"}'))
        response = await gateway.get(HELLO)
        assert (response.status, response.header("x-a"), response.body) == (201, "1", b"hi")
        gateway.answers(Value(b"null"))
        refused = await gateway.get(HELLO)
    assert refused.status == 502
    assert refused.json["errorType"] == "Function.InvalidResponse"
    assert "nothing (null)" in refused.json["errorMessage"]


async def test_answers_without_a_body_have_none() -> None:
    async with served() as gateway:
        client = await gateway.connect()
        for status in (204, 304):
            gateway.answers(Buffered(status, (), b"ignored"))
            await client.send(f"GET {HELLO} HTTP/1.1")
            head = await client.response()
            assert (head.status, head.header("content-length")) == (status, None)
        gateway.answers(Buffered(200, (), b"next"))
        await client.send(f"GET {HELLO} HTTP/1.1")
        assert (await client.response()).body == b"next"


@pytest.mark.parametrize(
    ("result", "said"),
    [
        (Buffered(999, (), b""), "status 999"),
        (Buffered(200, (("x-bad", "a\r\nx: y"),), b""), "'x-bad'"),
        (Buffered(200, (("bad name", "a"),), b""), "'bad name'"),
        (Buffered(200, (), b"%%%", is_base64=True), "no base64"),
    ],
)
async def test_response_that_http_cannot_carry_is_a_bad_response(result: Result, said: str) -> None:
    async with served() as gateway:
        gateway.answers(result)
        response = await gateway.get(HELLO)
    assert response.status == 502
    assert response.json["errorType"] == "Function.InvalidResponse"
    assert said in response.json["errorMessage"]


# Functions that nobody waits for


@pytest.mark.parametrize("kind", [Kind.BACKGROUND, Kind.SCHEDULED, Kind.EVENT])
async def test_call_that_nobody_waits_for_is_accepted_with_an_empty_202(kind: Kind) -> None:
    async with served(function("work", kind=kind)) as gateway:
        response = await gateway.call(
            "POST /.netlify/functions/work HTTP/1.1", "Content-Length: 2", body=b"hi"
        )
        assert (response.status, response.body) == (202, b"")
        assert response.header("content-type") is None
    (job,) = gateway.jobs.taken
    assert (job.function, job.body, job.want) == ("work", b"hi", Want.VALUE)
    assert job.request_id == response.header("x-nf-request-id")
    assert gateway.invoker.invocations == []


async def test_call_that_cannot_be_queued_is_not_accepted() -> None:
    async with served(function("work", kind=Kind.BACKGROUND)) as gateway:
        gateway.jobs.refusal = Unavailable("stopping")
        assert (await gateway.get("/.netlify/functions/work")).status == 503


@pytest.mark.parametrize(("size", "status"), [(100, 202), (101, 413)])
async def test_payload_of_a_background_call_has_its_own_limit(size: int, status: int) -> None:
    async with served(function("work", kind=Kind.BACKGROUND), limits=SMALL) as gateway:
        response = await gateway.call(
            "POST /.netlify/functions/work HTTP/1.1",
            f"Content-Length: {size}",
            body=b"x" * size,
        )
    assert response.status == status
    assert len(gateway.jobs.taken) == (status == 202)


# The list


@pytest.mark.parametrize("path", ["/.netlify/functions/", "/.netlify/functions"])
async def test_list_names_what_can_be_called(path: str) -> None:
    async with served(
        function("b"), function("a", kind=Kind.BACKGROUND), function("c", problem="no")
    ) as gateway:
        response = await gateway.get(path)
        assert response.json == {"functions": ["a", "b"]}
        head = await gateway.call(f"HEAD {path} HTTP/1.1")
        assert head.header("content-length") == str(len(response.body))
        refused = await gateway.call(f"POST {path} HTTP/1.1")
    assert (refused.status, refused.header("allow")) == (405, "GET, HEAD")


# Records


async def test_every_answered_request_is_recorded() -> None:
    async with served() as gateway:
        gateway.invoker.cold = True
        response = await gateway.get(HELLO + "?a=1")
        await gateway.get("/nowhere")
        await eventually(lambda: len(gateway.records) == 2)
    first, second = gateway.records
    assert first.request_id == response.header("x-nf-request-id")
    assert (first.method, first.path, first.function) == ("GET", HELLO, "hello")
    assert (first.status, first.cold, first.error) == (200, True, None)
    assert 0 < first.duration_s < 10
    assert (second.function, second.status, second.cold) == ("", 404, None)
    assert second.error is not None
