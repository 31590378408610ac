"""A host of this process's own, what it tells, and a client that writes HTTP by hand."""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest

from polyfn.runtime_api import Host
from polyfn.wire import messages as m
from tests.waiting import eventually

if TYPE_CHECKING:
    from polyfn.errors import ProtocolViolation

RUNTIME = "/2018-06-01/runtime"
NEXT = f"{RUNTIME}/invocation/next"
SPEC = {"arn": "arn:f", "function": "f", "version": "$LATEST", "handler": ""}


class Got(NamedTuple):
    """An HTTP answer; names of headers are in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def error(self) -> str:
        return str(json.loads(self.body)["errorType"])


class Program:
    """One connection of a program, which writes what it wants."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader, self.writer = reader, writer

    async def ask(
        self, method: str, target: str, body: bytes | None = None, /, **headers: str
    ) -> Got:
        self.write_head(method, target, body, **headers)
        return await self.answer()

    def write_head(
        self, method: str, target: str, body: bytes | None = None, /, **headers: str
    ) -> None:
        fields = {"host": "x", **{k.replace("_", "-"): v for k, v in headers.items()}}
        if body is not None:
            fields["content-length"] = str(len(body))
        lines = [f"{method} {target} HTTP/1.1", *(f"{k}: {v}" for k, v in fields.items())]
        self.writer.write("\r\n".join([*lines, "", ""]).encode("latin-1") + (body or b""))

    def chunk(self, data: bytes) -> None:
        self.writer.write(b"%x\r\n%s\r\n" % (len(data), data))

    def last_chunk(self, **trailers: str) -> None:
        lines = (f"{k.replace('_', '-')}: {v}\r\n" for k, v in trailers.items())
        self.writer.write(b"0\r\n" + "".join(lines).encode() + b"\r\n")

    async def answer(self) -> Got:
        async with asyncio.timeout(10):
            head = (await self.reader.readuntil(b"\r\n\r\n")).decode("latin-1")
            first, *lines = head.split("\r\n")[:-2]
            fields = dict(line.split(": ", 1) for line in lines)
            headers = {name.lower(): value for name, value in fields.items()}
            body = await self.reader.readexactly(int(headers.get("content-length", "0")))
        return Got(int(first.split()[1]), headers, body)

    async def is_closed(self) -> bool:
        async with asyncio.timeout(10):
            return await self.reader.read() == b""


class Lab:
    """A host, and all that it has told; of what it holds and releases apart."""

    def __init__(self) -> None:
        self.host = Host()
        self.told: list[m.FromRunner] = []
        self.ends: list[ProtocolViolation | None] = []
        self.terminated = 0
        self._programs: list[Program] = []
        self._closing: asyncio.Task[None] | None = None
        self.holds: list[m.Hold | m.Release] = []
        self.host.listen(self._hear, self.ends.append)
        self.host.belongs_to(os.getpgid(0), self._terminate)
        self.host.load(SPEC)

    def _terminate(self) -> None:
        self.terminated += 1

    def _hear(self, message: m.FromRunner) -> None:
        if isinstance(message, m.Hold | m.Release):
            self.holds.append(message)
        else:
            self.told.append(message)

    def invoke(self, event: bytes = b'{"a":1}', **changes: Any) -> int:
        fields: dict[str, Any] = {
            "request_id": f"id-{len(self.told)}",
            "remaining_ms": 5000,
            "want": 1,
            "event": event,
            "body_kind": 0,
            "body": None,
            "extras": None,
        }
        return self.host.invoke(**{**fields, **changes})

    async def open(self) -> None:
        if self._closing is None:
            await self.host.open()
            self._closing = asyncio.create_task(self._close_at_the_end())

    async def program(self) -> Program:
        await self.open()
        address, port = self.host.address.split(":")
        program = Program(*await asyncio.open_connection(address, int(port)))
        self._programs.append(program)
        return program

    async def running(self) -> tuple[Program, str]:
        """A program that has got an event; the path below which it answers."""
        program = await self.program()
        program.write_head("GET", NEXT)
        await eventually_told(self, m.Ready)
        self.invoke()
        got = await program.answer()
        return program, f"{RUNTIME}/invocation/{got.headers['lambda-runtime-aws-request-id']}"

    async def _close_at_the_end(self) -> None:
        """The loop cancels what still runs when the test is over."""
        try:
            await asyncio.Event().wait()
        finally:
            for each in self._programs:
                each.writer.close()
            self.host.close()


async def eventually_told(lab: Lab, kind: type[Any]) -> Any:
    """Wait for a message of that kind; the last one."""
    await eventually(lambda: any(isinstance(each, kind) for each in lab.told))
    return [each for each in lab.told if isinstance(each, kind)][-1]


@pytest.fixture
def lab() -> Lab:
    return Lab()
