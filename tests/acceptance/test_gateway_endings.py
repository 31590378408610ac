"""Streams, clients that leave, and servers that stop: who ends what, and how it is seen."""

from __future__ import annotations

import asyncio
import socket
import struct
from typing import TYPE_CHECKING

import psutil
import pytest

from polyfn.errors import (
    AddressInUse,
    HandlerFailed,
)
from polyfn.gateway.listen import listening
from polyfn.gateway.server import serve
from polyfn.model import Buffered
from polyfn.settings.values import Limits
from tests.acceptance.gateway_support import HELLO, SMALL, Chunks, Client, served
from tests.waiting import eventually

if TYPE_CHECKING:
    from polyfn.gateway.exchange import Receive, Scope, Send
    from polyfn.model import Invocation, Result


# Streams


async def test_first_byte_arrives_before_the_stream_ends() -> None:
    chunks = Chunks()
    async with served() as gateway:
        gateway.answers(chunks.streamed(201, ("content-type", "text/event-stream")))
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
        gateway.answers(chunks.streamed())
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
        gateway.answers(chunks.streamed())
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
        gateway.answers(chunks.streamed())
        client = await gateway.connect()
        await client.send(f"GET {HELLO} HTTP/1.0")
        await client.head()
        chunks.queue.put_nowait(HandlerFailed("boom"))
        with pytest.raises(ConnectionResetError):
            await client.rest()


async def test_stream_over_its_limit_is_cut() -> None:
    chunks = Chunks()
    async with served(limits=SMALL) as gateway:
        gateway.answers(chunks.streamed())
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
        gateway.answers(chunks.streamed())
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
        gateway.answers(chunks.streamed())
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
        gateway.answers(chunks.streamed())
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
        gateway.answers(chunks.streamed(200 if method == "HEAD" else 204))
        client = await gateway.connect()
        await client.send(f"{method} {HELLO} HTTP/1.1")
        await client.response(head_only=True)
        assert chunks.closed
        await client.send(f"GET {HELLO} HTTP/1.1")
        assert (await client.head()).status in (200, 204)


async def test_stream_with_an_impossible_head_is_a_bad_response_and_is_closed() -> None:
    chunks = Chunks()
    async with served() as gateway:
        gateway.answers(chunks.streamed(700))
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


# The server


def local_ports() -> set[int]:
    """This process's ends of TCP connections: for a server, the port it listens on."""
    return {each.laddr.port for each in psutil.Process().net_connections("tcp")}


async def nothing(scope: Scope, receive: Receive, send: Send) -> None:
    """Serve nobody."""


async def test_taken_port_is_an_error_before_anything_is_served() -> None:
    async with served() as gateway:
        with pytest.raises(AddressInUse, match=str(gateway.address.port)):
            async with listening("127.0.0.1", gateway.address.port):
                pass
        assert (await gateway.get(HELLO)).status == 200


async def test_port_is_free_once_the_server_has_stopped() -> None:
    async with served() as gateway:
        address = gateway.address
        client = await gateway.connect()
        await client.send(f"GET {HELLO} HTTP/1.1")
        await client.response()
        host, port = address.host, address.port
    async with listening(host, port) as again, serve(nothing, again, limits=Limits()):
        assert (again.host, again.port) == (host, port)


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
            gateway.answers(chunks.streamed())
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
            gateway.answers(chunks.streamed())
            client = await gateway.connect()
            await client.send(f"GET {HELLO} HTTP/1.1")
            await client.head()
            cut = asyncio.ensure_future(client.chunk())
        assert chunks.closed
        with pytest.raises((asyncio.IncompleteReadError, ConnectionResetError)):
            await cut
