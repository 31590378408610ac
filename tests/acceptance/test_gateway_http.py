"""The gateway as HTTP clients see it: real sockets, the real server, functions of the test's."""

from __future__ import annotations

import asyncio
import socket
import struct
from typing import TYPE_CHECKING

import orjson
import psutil
import pytest

from polyfn.errors import (
    AddressInUse,
    BuildFailed,
    HandlerFailed,
    LoadFailed,
    PolyfnError,
    Throttled,
    TimedOut,
    Unavailable,
)
from polyfn.gateway.server import serve
from polyfn.model import Buffered, Kind, Value, Want
from polyfn.settings.values import Limits
from tests.acceptance.gateway_support import Chunks, Client, Served, served
from tests.unit.gateway.support import function
from tests.unit.gateway.test_identity import token
from tests.waiting import eventually

if TYPE_CHECKING:
    from polyfn.gateway.exchange import Receive, Scope, Send
    from polyfn.model import Invocation, Result

HELLO = "/.netlify/functions/hello"
POST = f"POST {HELLO} HTTP/1.1\r\n".encode()


def answers(gateway: Served, result: Result | Exception) -> None:
    """Let every call have that outcome."""

    async def handler(invocation: Invocation) -> Result:
        if isinstance(result, Exception):
            raise result
        return result

    gateway.invoker.handler = handler


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


@pytest.mark.parametrize("lines", [[], ["Content-Length: 0", "Content-Type: image/png"]])
async def test_empty_body_is_null_and_no_base64(lines: list[str]) -> None:
    async with served() as gateway:
        await gateway.call(f"POST {HELLO} HTTP/1.1", *lines)
    assert gateway.event["body"] is None
    assert gateway.event["isBase64Encoded"] is False
    assert gateway.invoker.invocations[0].body_kind.name == "RAW"


async def test_head_and_options_reach_the_function() -> None:
    async with served() as gateway:
        answers(gateway, Buffered(200, (), b"hello"))
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
        answers(gateway, Buffered(200, (("x-nf-request-id", "mine"),), b""))
        response = await gateway.get(HELLO)
        assert response.header("date") is not None
        assert response.header("x-nf-request-id") == gateway.invoker.invocations[0].request_id
        answers(gateway, Buffered(200, (("Date", "Thu, 01 Jan 1970 00:00:00 GMT"),), b""))
        assert (await gateway.get(HELLO)).header("date") == "Thu, 01 Jan 1970 00:00:00 GMT"
        assert (await gateway.get("/nowhere")).header("x-nf-request-id")


# Responses


async def test_whole_response_arrives_as_the_function_gave_it() -> None:
    async with served() as gateway:
        headers = (("X-A", "1"), ("set-cookie", "a=1"), ("set-cookie", "b=2"), ("x-l", "é"))
        answers(gateway, Buffered(418, headers, b"aGk=", is_base64=True))
        response = await gateway.get(HELLO)
    assert (response.status, response.body) == (418, b"hi")
    assert [value for name, value in response.headers if name == "set-cookie"] == ["a=1", "b=2"]
    assert (response.header("x-a"), response.header("x-l")) == ("1", "é")


async def test_value_of_a_runner_that_knows_no_http_is_judged_alike() -> None:
    async with served() as gateway:
        answers(gateway, Value(b'{"statusCode":201,"headers":{"x-a":1},"body":"hi"}'))
        response = await gateway.get(HELLO)
        assert (response.status, response.header("x-a"), response.body) == (201, "1", b"hi")
        answers(gateway, Value(b"null"))
        refused = await gateway.get(HELLO)
    assert refused.status == 502
    assert refused.json["errorType"] == "Function.InvalidResponse"
    assert "nothing (null)" in refused.json["errorMessage"]


async def test_answers_without_a_body_have_none() -> None:
    async with served() as gateway:
        client = await gateway.connect()
        for status in (204, 304):
            answers(gateway, Buffered(status, (), b"ignored"))
            await client.send(f"GET {HELLO} HTTP/1.1")
            head = await client.response()
            assert (head.status, head.header("content-length")) == (status, None)
        answers(gateway, Buffered(200, (), b"next"))
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
        answers(gateway, result)
        response = await gateway.get(HELLO)
    assert response.status == 502
    assert response.json["errorType"] == "Function.InvalidResponse"
    assert said in response.json["errorMessage"]


# Errors


@pytest.mark.parametrize(
    ("error", "status", "type_"),
    [
        (HandlerFailed("boom", trace=("at x.js:1",), type_="TypeError"), 502, "TypeError"),
        (LoadFailed("no module", type_="Runtime.HandlerNotFound"), 502, "Runtime.HandlerNotFound"),
        (BuildFailed("main.go:3: undefined: x"), 502, "Build.Failed"),
        (TimedOut("after 30.00 s"), 504, "Sandbox.Timedout"),
        (Unavailable("stopping"), 503, "Platform.Unavailable"),
        (Throttled("full", retry_after_s=3), 429, "Function.Throttled"),
    ],
)
async def test_error_of_a_call_is_told_as_json(error: PolyfnError, status: int, type_: str) -> None:
    async with served() as gateway:
        answers(gateway, error)
        response = await gateway.get(HELLO)
    assert response.status == status
    assert response.header("content-type") == "application/json"
    assert response.json == {
        "errorType": type_,
        "errorMessage": error.message,
        "trace": list(error.trace),
        "requestId": response.header("x-nf-request-id"),
    }
    assert response.header("retry-after") == ("3" if status == 429 else None)
    assert gateway.records[0].error is error


async def test_browser_gets_a_page() -> None:
    async with served() as gateway:
        answers(gateway, HandlerFailed("boom", type_="TypeError"))
        response = await gateway.get(HELLO, "Accept: text/html,*/*")
    assert (response.status, response.header("content-type")) == (502, "text/html; charset=utf-8")
    assert b"TypeError" in response.body


async def test_compat_answers_500() -> None:
    async with served(compat="netlify-dev") as gateway:
        answers(gateway, HandlerFailed("boom"))
        assert (await gateway.get(HELLO)).status == 500
        assert (await gateway.get("/nowhere")).status == 404


async def test_bug_of_ours_is_logged_whole_and_told_by_its_id() -> None:
    bug = RuntimeError("a secret detail")
    async with served() as gateway:
        answers(gateway, bug)
        response = await gateway.get(HELLO)
    assert response.status == 500
    assert b"secret" not in response.body
    assert response.json["requestId"] in response.json["errorMessage"]
    assert gateway.bugs == [(response.json["requestId"], bug)]


async def test_unknown_name_is_404_with_near_names() -> None:
    async with served() as gateway:
        response = await gateway.get("/.netlify/functions/helo")
    assert response.status == 404
    assert "'hello'" in response.json["errorMessage"]


async def test_invalid_function_is_400() -> None:
    async with served(function("bad", problem="`path` must be a text")) as gateway:
        response = await gateway.get("/.netlify/functions/bad")
    assert (response.status, response.json["errorType"]) == (400, "Function.Invalid")


async def test_wrong_method_is_405_with_what_is_allowed() -> None:
    async with served(function("hello", methods=("GET", "PUT"))) as gateway:
        response = await gateway.call(f"POST {HELLO} HTTP/1.1")
    assert (response.status, response.header("allow")) == (405, "GET, PUT")


@pytest.mark.parametrize("target", [f"{HELLO}/%zz", f"{HELLO}?a=%", "/.netlify/functions/%ff"])
async def test_malformed_encoding_is_400_and_the_connection_goes_on(target: str) -> None:
    async with served() as gateway:
        client = await gateway.connect()
        await client.send(f"GET {target} HTTP/1.1")
        refused = await client.response()
        assert (refused.status, refused.json["errorType"]) == (400, "Request.Malformed")
        await client.send(f"GET {HELLO} HTTP/1.1")
        assert (await client.response()).status == 200


@pytest.mark.parametrize(
    "raw",
    [
        b"hello\r\n\r\n",
        b"get / HTTP/1.1\r\n\r\n",
        "GET /é HTTP/1.1\r\n\r\n".encode(),
        b"GET http://host HTTP/1.1\r\n\r\n",
        b"GET / HTTP/1.1\r\nno colon\r\n\r\n",
        b"GET / HTTP/1.1\r\n : x\r\n\r\n",
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        POST + b"Content-Length: 1\r\nContent-Length: 2\r\n\r\n",
        POST + b"Content-Length: x\r\n\r\n",
        POST + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n",
    ],
)
async def test_malformed_http_is_400_in_json_and_ends_the_connection(raw: bytes) -> None:
    async with served() as gateway:
        client = await gateway.connect()
        await client.send_raw(raw)
        response = await client.response()
        assert (response.status, response.json["errorType"]) == (400, "Request.Malformed")
        assert response.json["requestId"] == response.header("x-nf-request-id")
        assert response.header("connection") == "close"
        assert await client.is_closed()
    assert gateway.invoker.invocations == []


async def test_broken_body_that_nobody_waits_for_has_one_answer() -> None:
    async with served() as gateway:
        client = await gateway.connect()
        await client.send_raw(b"POST /nowhere HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n")
        assert (await client.response()).status == 400
        assert await client.is_closed()
    assert gateway.bugs == []


def test_broken_body_has_one_answer_on_the_standard_event_loop_too() -> None:
    asyncio.run(test_broken_body_that_nobody_waits_for_has_one_answer())


async def test_garbage_after_a_request_does_not_spoil_its_answer() -> None:
    async with served() as gateway:
        client = await gateway.connect()
        await client.send_raw(f"GET {HELLO} HTTP/1.1\r\n\r\ngarbage\r\n\r\n".encode())
        assert (await client.response()).status == 200
        assert await client.is_closed()


async def test_broken_body_of_a_pipelined_request_leaves_the_answer_before_it() -> None:
    async with served() as gateway:
        client = await gateway.connect()
        broken = f"POST {HELLO} HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"
        await client.send_raw(f"GET {HELLO} HTTP/1.1\r\n\r\n{broken}".encode())
        assert (await client.response()).status == 200
        assert await client.is_closed()
    assert len(gateway.invoker.invocations) == 1


# Limits

SMALL = Limits(
    max_request_bytes=1000,
    max_response_bytes=1000,
    max_background_bytes=100,
    max_header_bytes=2000,
    max_uri_bytes=300,
    stream_max_bytes=1000,
    drain_s=1,
)


async def test_url_may_be_as_long_as_the_limit() -> None:
    async with served(limits=SMALL) as gateway:
        longest = HELLO + "?" + "a" * (300 - len(HELLO) - 1)
        assert (await gateway.get(longest)).status == 200
        response = await gateway.get(longest + "a")
    assert (response.status, response.json["errorType"]) == (414, "Request.UriTooLong")
    assert len(gateway.invoker.invocations) == 1


async def test_headers_may_be_as_long_as_the_limit() -> None:
    async with served(limits=SMALL) as gateway:
        spare = 2000 - len("Host: test\r\n") - len("X-Long: \r\n")
        assert (await gateway.get(HELLO, "X-Long: " + "a" * spare)).status == 200
        response = await gateway.get(HELLO, "X-Long: " + "a" * (spare + 1))
    assert (response.status, response.json["errorType"]) == (431, "Request.HeadersTooLarge")
    assert len(gateway.invoker.invocations) == 1


async def test_many_small_headers_count_together() -> None:
    async with served(limits=SMALL) as gateway:
        response = await gateway.get(HELLO, *[f"X-{number}: y" for number in range(300)])
    assert response.status == 431


@pytest.mark.parametrize(
    ("first", "status"), [(b"GET /", 414), (b"GET / HTTP/1.1\r\nX-Endless: ", 431)]
)
async def test_endless_line_is_refused_while_it_comes(first: bytes, status: int) -> None:
    async with served(limits=SMALL) as gateway:
        client = await gateway.connect()
        await client.send_raw(first)
        answer = asyncio.ensure_future(client.response())
        sent = 0
        while not answer.done() and sent < 64 * 1024 * 1024:
            await client.send_raw(b"a" * 16_384)
            sent += 16_384
        assert (await answer).status == status


@pytest.mark.parametrize(("size", "status"), [(1000, 200), (1001, 413)])
async def test_announced_body_may_be_as_long_as_the_limit(size: int, status: int) -> None:
    async with served(limits=SMALL) as gateway:
        client = await gateway.connect()
        await client.send(f"POST {HELLO} HTTP/1.1", f"Content-Length: {size}", body=b"x" * size)
        assert (await client.response()).status == status
        await client.send(f"GET {HELLO} HTTP/1.1")
        assert (await client.response()).status == 200
    assert len(gateway.invoker.invocations) == (2 if status == 200 else 1)


@pytest.mark.parametrize(("pieces", "status"), [(10, 200), (11, 413)])
async def test_unannounced_body_may_be_as_long_as_the_limit(pieces: int, status: int) -> None:
    async with served(limits=SMALL) as gateway:
        client = await gateway.connect()
        await client.send(f"POST {HELLO} HTTP/1.1", "Transfer-Encoding: chunked")
        for _ in range(pieces):
            await client.send_raw(b"64\r\n" + b"x" * 100 + b"\r\n")
        if status == 200:
            await client.send_raw(b"0\r\n\r\n")
        response = await client.response()
        assert response.status == status
    if status == 413:
        assert response.json["errorType"] == "Request.EntityTooLarge"
        assert gateway.invoker.invocations == []


async def test_too_large_body_is_refused_before_it_is_asked_for() -> None:
    async with served(limits=SMALL) as gateway:
        client = await gateway.connect()
        await client.send(f"POST {HELLO} HTTP/1.1", "Content-Length: 9999", "Expect: 100-continue")
        response = await client.response()
        assert (response.status, response.header("connection")) == (413, "close")
        assert await client.is_closed()


async def test_body_that_fits_is_asked_for() -> None:
    async with served(limits=SMALL) as gateway:
        client = await gateway.connect()
        await client.send(f"POST {HELLO} HTTP/1.1", "Content-Length: 2", "Expect: 100-continue")
        assert (await client.head()).status == 100
        await client.send_raw(b"hi")
        assert (await client.response()).body == b"hi"


async def test_six_megabytes_go_through_both_ways_and_one_byte_more_through_neither() -> None:
    limit = Limits().max_request_bytes
    assert limit == Limits().max_response_bytes == 6_291_556
    async with served() as gateway:
        whole = bytes(range(256)) * (limit // 256) + b"x" * (limit % 256)
        response = await gateway.call(
            f"POST {HELLO} HTTP/1.1", f"Content-Length: {limit}", body=whole
        )
        assert response.body == whole
        more = await gateway.call(
            f"POST {HELLO} HTTP/1.1", f"Content-Length: {limit + 1}", body=whole + b"x"
        )
        assert more.status == 413
        answers(gateway, Buffered(200, (), whole + b"x"))
        large = await gateway.get(HELLO)
    assert (large.status, large.json["errorType"]) == (502, "Function.ResponseSizeTooLarge")
    assert "6,291,557" in large.json["errorMessage"]


async def test_sender_of_a_body_without_end_is_cut_off() -> None:
    async with served(limits=SMALL) as gateway:
        client = await gateway.connect()
        await client.send(f"POST {HELLO} HTTP/1.1", f"Content-Length: {2**40}")
        assert (await client.response()).status == 413
        block = b"x" * (1024 * 1024)
        with pytest.raises(OSError, match=r"reset|Broken pipe|lost"):
            for _ in range(200):
                await client.send_raw(block)


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


# Streams


async def test_first_byte_arrives_before_the_stream_ends() -> None:
    chunks = Chunks()
    async with served() as gateway:
        answers(gateway, chunks.streamed(201, ("content-type", "text/event-stream")))
        client = await gateway.connect()
        await client.send(f"GET {HELLO} HTTP/1.1")
        head = await client.head()
        assert (head.status, head.header("content-type")) == (201, "text/event-stream")
        for piece in (b"one", b"two"):
            chunks.queue.put_nowait(piece)
            assert await client.chunk() == piece
        assert gateway.records == []
        chunks.queue.put_nowait(None)
        assert await client.chunk() == b""
        await client.send(f"GET {HELLO} HTTP/1.1")
        assert (await client.head()).status == 201
    assert chunks.closed
    assert (gateway.records[0].status, gateway.records[0].error) == (201, None)


async def test_stream_that_fails_is_cut_so_that_its_client_sees_it() -> None:
    chunks = Chunks()
    error = HandlerFailed("boom in the middle")
    async with served() as gateway:
        answers(gateway, chunks.streamed())
        client = await gateway.connect()
        await client.send(f"GET {HELLO} HTTP/1.1")
        await client.head()
        chunks.queue.put_nowait(b"half")
        assert await client.chunk() == b"half"
        chunks.queue.put_nowait(error)
        with pytest.raises(asyncio.IncompleteReadError):
            await client.chunk()
    assert chunks.closed
    assert (gateway.records[0].status, gateway.records[0].error) == (200, error)


async def test_stream_to_http_1_0_ends_with_the_connection() -> None:
    chunks = Chunks()
    async with served() as gateway:
        answers(gateway, chunks.streamed())
        client = await gateway.connect()
        await client.send(f"GET {HELLO} HTTP/1.0")
        for piece in (b"one", b"two", None):
            chunks.queue.put_nowait(piece)
        response = await client.response()
        assert response.header("transfer-encoding") is None
        assert response.body == b"onetwo"


async def test_stream_to_http_1_0_that_fails_ends_with_a_reset() -> None:
    chunks = Chunks()
    async with served() as gateway:
        answers(gateway, chunks.streamed())
        client = await gateway.connect()
        await client.send(f"GET {HELLO} HTTP/1.0")
        await client.head()
        chunks.queue.put_nowait(HandlerFailed("boom"))
        with pytest.raises(ConnectionResetError):
            await client.rest()


async def test_stream_over_its_limit_is_cut() -> None:
    chunks = Chunks()
    async with served(limits=SMALL) as gateway:
        answers(gateway, chunks.streamed())
        client = await gateway.connect()
        await client.send(f"GET {HELLO} HTTP/1.1")
        await client.head()
        chunks.queue.put_nowait(b"x" * 1000)
        assert len(await client.chunk()) == 1000
        chunks.queue.put_nowait(b"x")
        with pytest.raises(asyncio.IncompleteReadError):
            await client.chunk()
        await eventually(lambda: gateway.records)
    error = gateway.records[0].error
    assert error is not None
    assert error.error_type == "Function.ResponseSizeTooLarge"
    assert chunks.closed


async def test_client_that_leaves_a_silent_stream_closes_it() -> None:
    chunks = Chunks()
    async with served() as gateway:
        answers(gateway, chunks.streamed())
        client = await gateway.connect()
        await client.send(f"GET {HELLO} HTTP/1.1")
        await client.head()
        await client.close()
        await eventually(lambda: chunks.closed)
        await eventually(lambda: gateway.records)
        assert gateway.records[0].error is None


async def test_client_that_resets_a_stream_in_full_flow_closes_it() -> None:
    chunks = Chunks()
    async with served() as gateway:
        answers(gateway, chunks.streamed())
        client = await gateway.connect()
        await client.send(f"GET {HELLO} HTTP/1.1")
        await client.head()
        for _ in range(100):
            chunks.queue.put_nowait(b"x" * 65_536)
        raw = client.writer.get_extra_info("socket")
        raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        client.writer.transport.abort()
        await eventually(lambda: chunks.closed)
        assert (await gateway.get("/nowhere")).status == 404
    assert gateway.bugs == []


async def test_slow_client_slows_the_stream() -> None:
    chunks = Chunks()
    block = b"x" * 65_536
    async with served(limits=Limits(stream_max_bytes=0, drain_s=0)) as gateway:
        answers(gateway, chunks.streamed())
        client = await gateway.connect()
        await client.send(f"GET {HELLO} HTTP/1.1")
        await client.head()
        for _ in range(1000):
            chunks.queue.put_nowait(block)
        left = -1
        while left != chunks.queue.qsize():  # until nobody takes more
            left = chunks.queue.qsize()
            for _ in range(2000):
                await asyncio.sleep(0)
        assert left > 500
        assert await client.chunk() == block
        client.writer.transport.abort()
        await eventually(lambda: chunks.closed)


@pytest.mark.parametrize("method", ["HEAD", "GET"])
async def test_stream_that_may_have_no_body_is_closed_at_once(method: str) -> None:
    chunks = Chunks()
    async with served() as gateway:
        answers(gateway, chunks.streamed(200 if method == "HEAD" else 204))
        client = await gateway.connect()
        await client.send(f"{method} {HELLO} HTTP/1.1")
        await client.response(head_only=True)
        assert chunks.closed
        await client.send(f"GET {HELLO} HTTP/1.1")
        assert (await client.head()).status in (200, 204)


async def test_stream_with_an_impossible_head_is_a_bad_response_and_is_closed() -> None:
    chunks = Chunks()
    async with served() as gateway:
        answers(gateway, chunks.streamed(700))
        response = await gateway.get(HELLO)
    assert (response.status, response.json["errorType"]) == (502, "Function.InvalidResponse")
    assert chunks.closed


# Clients that leave


async def test_client_that_leaves_a_buffered_call_does_not_stop_it() -> None:
    go = asyncio.Event()

    async def handler(invocation: Invocation) -> Result:
        await go.wait()
        return Buffered(200, (), b"done")

    async with served() as gateway:
        gateway.invoker.handler = handler
        client = await gateway.connect()
        await client.send(f"GET {HELLO} HTTP/1.1")
        await eventually(lambda: gateway.invoker.invocations)
        await client.close()
        assert (await gateway.get("/nowhere")).status == 404
        assert gateway.invoker.finished == 0
        go.set()
        await eventually(lambda: gateway.invoker.finished)
        await eventually(lambda: len(gateway.records) == 2)
    assert gateway.records[1].error is None
    assert gateway.bugs == []


async def test_client_that_leaves_in_the_middle_of_its_body_calls_nothing() -> None:
    async with served() as gateway:
        client = await gateway.connect()
        await client.send(f"POST {HELLO} HTTP/1.1", "Content-Length: 100", body=b"half")
        await client.close()
        assert (await gateway.get("/nowhere")).status == 404
    assert gateway.invoker.invocations == []
    assert gateway.bugs == []


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
    assert (second.function, second.status, second.cold) == ("", 404, False)
    assert second.error is not None


# The server


def local_ports() -> set[int]:
    """This process's ends of TCP connections: for a server, the port it listens on."""
    return {each.laddr.port for each in psutil.Process().net_connections("tcp")}


async def nothing(scope: Scope, receive: Receive, send: Send) -> None:
    """Serve nobody."""


async def test_taken_port_is_an_error_before_anything_is_served() -> None:
    async with served() as gateway:
        with pytest.raises(AddressInUse, match=str(gateway.address.port)):
            async with serve(
                nothing,
                host="127.0.0.1",
                port=gateway.address.port,
                limits=Limits(),
            ):
                pass
        assert (await gateway.get(HELLO)).status == 200


async def test_port_is_free_once_the_server_has_stopped() -> None:
    async with served() as gateway:
        address = gateway.address
        client = await gateway.connect()
        await client.send(f"GET {HELLO} HTTP/1.1")
        await client.response()
    assert address.url == f"http://127.0.0.1:{address.port}"
    async with serve(nothing, host=address.host, port=address.port, limits=Limits()) as again:
        assert again == address


async def test_call_under_way_is_finished_before_the_server_stops() -> None:
    go = asyncio.Event()

    async def handler(invocation: Invocation) -> Result:
        await go.wait()
        return Buffered(200, (), b"done")

    async with served(limits=Limits(drain_s=10)) as gateway:
        gateway.invoker.handler = handler
        client = await gateway.connect()
        await client.send(f"GET {HELLO} HTTP/1.1")
        await eventually(lambda: gateway.invoker.invocations)
        asyncio.get_running_loop().call_later(0.3, go.set)
        answer = asyncio.ensure_future(client.response())
    response = await answer
    assert (response.body, response.header("connection")) == (b"done", "close")


async def test_client_that_reads_nothing_does_not_keep_the_server_from_stopping() -> None:
    chunks = Chunks()
    async with asyncio.timeout(10):
        async with served(limits=Limits(stream_max_bytes=0, drain_s=0)) as gateway:
            answers(gateway, chunks.streamed())
            client = Client(*await asyncio.open_connection("127.0.0.1", gateway.address.port))
            await client.send(f"GET {HELLO} HTTP/1.1")
            await client.head()
            for _ in range(1000):
                chunks.queue.put_nowait(b"x" * 65_536)
            await eventually(lambda: chunks.queue.qsize() < 1000)
            port = gateway.address.port
            assert port in local_ports()
        assert chunks.closed
        await eventually(lambda: port not in local_ports(), within_s=3)
        client.writer.transport.abort()


async def test_stream_that_does_not_end_is_cut_and_closed_when_the_server_stops() -> None:
    chunks = Chunks()
    async with asyncio.timeout(10):
        async with served(limits=Limits(drain_s=0)) as gateway:
            answers(gateway, chunks.streamed())
            client = await gateway.connect()
            await client.send(f"GET {HELLO} HTTP/1.1")
            await client.head()
            cut = asyncio.ensure_future(client.chunk())
        assert chunks.closed
        with pytest.raises((asyncio.IncompleteReadError, ConnectionResetError)):
            await cut
