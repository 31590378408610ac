"""What the gateway answers instead of a function: errors, malformed HTTP, limits."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from polyfn.errors import (
    BuildFailed,
    HandlerFailed,
    LoadFailed,
    PolyfnError,
    Throttled,
    TimedOut,
    Unavailable,
)
from polyfn.model import Buffered
from polyfn.settings.values import Limits
from tests.acceptance.gateway_support import HELLO, SMALL, served
from tests.unit.gateway.support import function

if TYPE_CHECKING:
    pass

POST = f"POST {HELLO} HTTP/1.1\r\n".encode()

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
        gateway.answers(error)
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
        gateway.answers(HandlerFailed("boom", type_="TypeError"))
        response = await gateway.get(HELLO, "Accept: text/html,*/*")
    assert (response.status, response.header("content-type")) == (502, "text/html; charset=utf-8")
    assert b"TypeError" in response.body


async def test_compat_answers_500() -> None:
    async with served(compat="netlify-dev") as gateway:
        gateway.answers(HandlerFailed("boom"))
        assert (await gateway.get(HELLO)).status == 500
        assert (await gateway.get("/nowhere")).status == 404


async def test_bug_of_ours_is_logged_whole_and_told_by_its_id() -> None:
    bug = RuntimeError("a secret detail")
    async with served() as gateway:
        gateway.answers(bug)
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
        gateway.answers(Buffered(200, (), whole + b"x"))
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
