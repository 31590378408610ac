"""A host of this very process, which is the program too: raw sockets say what a client would."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any, NamedTuple

import orjson

from polyfn.errors import ProtocolViolation
from polyfn.runtime_api import Host
from polyfn.wire import messages as m
from polyfn.wire.connection import FromRunner

NEXT = "/2018-06-01/runtime/invocation/next"
INIT_ERROR = "/2018-06-01/runtime/init/error"
ARN = "arn:aws:lambda:us-east-1:123456789012:function:sh"
BOUND_S = 20.0


def response(request_id: str = "r-1") -> str:
    return f"/2018-06-01/runtime/invocation/{request_id}/response"


def error(request_id: str = "r-1") -> str:
    return f"/2018-06-01/runtime/invocation/{request_id}/error"


class Reply(NamedTuple):
    """An answer; names of headers as they came."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return orjson.loads(self.body)

    @property
    def kind(self) -> tuple[int, str]:
        return self.status, self.json["errorType"]


class Client:
    """One connection, byte by byte under the test's control."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader, self.writer = reader, writer

    def write(self, data: bytes) -> None:
        self.writer.write(data)

    def request(self, method: str, path: str, body: bytes = b"", **headers: str) -> None:
        """Send one; ``content_type`` is Content-Type, and so on."""
        lines = [f"{method} {path} HTTP/1.1", "Host: it"]
        lines += [f"{name.replace('_', '-').title()}: {value}" for name, value in headers.items()]
        if method != "GET" and not {"transfer_encoding", "content_length"} & headers.keys():
            lines.append(f"Content-Length: {len(body)}")
        self.write("\r\n".join([*lines, "", ""]).encode() + body)

    async def ask(self, method: str, path: str, body: bytes = b"", **headers: str) -> Reply:
        self.request(method, path, body, **headers)
        return await self.reply()

    async def reply(self) -> Reply:
        async with asyncio.timeout(BOUND_S):
            status, *lines = (
                (await self.reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
            )
            headers = dict(line.split(": ", 1) for line in lines if line)
            body = await self.reader.readexactly(int(headers.get("Content-Length", 0)))
        return Reply(int(status.split()[1]), headers, body)

    async def at_end(self) -> bool:
        """Whether nothing more comes, and the other side has closed."""
        async with asyncio.timeout(BOUND_S):
            try:
                return await self.reader.read() == b""
            except ConnectionResetError:
                return True

    def break_off(self) -> None:
        self.writer.transport.abort()


class Program:
    """A host and what it said to the pool."""

    def __init__(self, host: Host, stack: AsyncExitStack) -> None:
        self.host, self._stack = host, stack
        self.said: list[FromRunner] = []
        self.ended: list[ProtocolViolation | None] = []
        self.terminated = 0
        self._came = asyncio.Event()

    @property
    def waiting(self) -> int:
        return len(self.host.waiting)

    @property
    def connections(self) -> int:
        return self.host.connections

    def terminate(self) -> None:
        self.terminated += 1

    def hear(self, message: FromRunner) -> None:
        self.said.append(message)
        self._came.set()

    async def told(self, kind: type[Any], count: int = 1) -> Any:
        """The last of so many messages of a kind."""
        async with asyncio.timeout(BOUND_S):
            while len(found := [each for each in self.said if isinstance(each, kind)]) < count:
                self._came.clear()
                await self._came.wait()
        return found[count - 1]

    async def connect(self) -> Client:
        host, port = self.host.address.split(":")
        reader, writer = await asyncio.open_connection(host, int(port))
        self._stack.callback(writer.close)
        return Client(reader, writer)

    def invoke(self, request_id: str = "r-1", event: bytes = b'{"a":1}', **more: Any) -> int:
        fields: dict[str, Any] = {"body_kind": 0, "body": None, "extras": None, **more}
        return self.host.invoke(
            request_id=request_id, remaining_ms=30_000, want=1, event=event, **fields
        )

    async def begun(self, request_id: str = "r-1") -> Client:
        """A client that has the event of an invocation."""
        client = await self.connect()
        client.request("GET", NEXT)
        await self.told(m.Ready)
        self.invoke(request_id)
        assert (await client.reply()).status == 200
        return client


@asynccontextmanager
async def program(group: int | None = None) -> AsyncIterator[Program]:
    """One that is loaded, and has asked for nothing yet; its processes are this one."""
    host = Host()
    async with AsyncExitStack() as stack:
        stack.callback(host.close)
        made = Program(host, stack)
        host.belongs_to(group or os.getpid(), made.terminate)
        host.listen(made.hear, made.ended.append)
        await host.open()
        await made.told(m.Hello)
        spec = {"arn": ARN, "function": "sh", "version": "$LATEST", "handler": "app.handler"}
        host.load(spec)
        yield made


def reason(message: m.Error) -> tuple[str, str]:
    told = orjson.loads(message.error)
    return told["errorType"], told["errorMessage"]
