"""A gateway on a real socket with functions that a test writes, and a client that sees raw HTTP."""

from __future__ import annotations

import asyncio
import contextlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import orjson

from polyfn.gateway.direct import DirectCalls
from polyfn.gateway.gateway import Gateway
from polyfn.gateway.listen import listening
from polyfn.gateway.server import serve
from polyfn.model import BodyKind, Buffered, Streamed
from polyfn.settings.values import Limits
from tests.unit.gateway.support import FixedFleet, function

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Sequence

    from polyfn.errors import PolyfnError
    from polyfn.gateway.exchange import RequestRecord
    from polyfn.gateway.listen import Listener
    from polyfn.model import Function, Invocation, Result, Timing

HELLO = "/.netlify/functions/hello"
# Small enough that a test can step over each of them.
SMALL = Limits(
    max_request_bytes=1000,
    max_response_bytes=1000,
    max_background_bytes=100,
    max_header_bytes=2000,
    max_uri_bytes=300,
    stream_max_bytes=1000,
    drain_s=1,
)


class ScriptedInvoker:
    """An Invoker whose functions are coroutines of the test; keeps what it was given."""

    def __init__(self) -> None:
        self.handler: Callable[[Invocation], Awaitable[Result]] = echo
        self.invocations: list[Invocation] = []
        self.finished = 0
        self.cold = False

    async def invoke(self, invocation: Invocation, timing: Timing) -> Result:
        self.invocations.append(invocation)
        timing.cold = self.cold
        try:
            return await self.handler(invocation)
        finally:
            self.finished += 1


class ScriptedCaller:
    """A Caller in front of a scripted invoker."""

    def __init__(self, invoker: ScriptedInvoker) -> None:
        self._invoker = invoker
        self._tasks: set[asyncio.Task[None]] = set()

    def call(
        self, invocation: Invocation, timing: Timing, done: Callable[[Result | PolyfnError], None]
    ) -> bool:
        task = asyncio.create_task(self._run(invocation, timing, done))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return True

    async def _run(
        self, invocation: Invocation, timing: Timing, done: Callable[[Result | PolyfnError], None]
    ) -> None:
        try:
            outcome: Any = await self._invoker.invoke(invocation, timing)
        except Exception as error:  # noqa: BLE001  # also what only a bug of ours would raise
            outcome = error
        done(outcome)


class ListedJobs:
    """A JobQueue that only lists what it took."""

    def __init__(self) -> None:
        self.taken: list[Invocation] = []
        self.refusal: Exception | None = None

    async def enqueue(self, invocation: Invocation) -> None:
        if self.refusal is not None:
            raise self.refusal
        self.taken.append(invocation)


async def echo(invocation: Invocation) -> Result:
    """Answer with the body as it came; its kind in a header."""
    headers = (
        ("content-type", "application/octet-stream"),
        ("x-kind", BodyKind(invocation.body_kind).name),
    )
    return Buffered(200, headers, invocation.body)


@dataclass
class Served:
    """A gateway that runs, and what is behind it."""

    address: Listener
    fleet: FixedFleet
    invoker: ScriptedInvoker
    jobs: ListedJobs
    records: list[RequestRecord] = field(default_factory=list)
    bugs: list[tuple[str, Exception]] = field(default_factory=list)
    clients: list[Client] = field(default_factory=list)

    def answers(self, result: Result | Exception) -> None:
        """Let every call have that outcome."""

        async def handler(invocation: Invocation) -> Result:
            if isinstance(result, Exception):
                raise result
            return result

        self.invoker.handler = handler

    async def connect(self) -> Client:
        """A connection, which is closed after the gateway at the latest."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self.address.port)
        self.clients.append(Client(reader, writer))
        return self.clients[-1]

    async def call(self, *lines: str, body: bytes = b"") -> Response:
        """One request on a connection of its own."""
        client = await self.connect()
        await client.send(*lines, body=body)
        response = await client.response(head_only=lines[0].startswith("HEAD "))
        await client.close()
        return response

    async def get(self, path: str, *headers: str) -> Response:
        return await self.call(f"GET {path} HTTP/1.1", "Host: test", *headers)

    @property
    def event(self) -> dict[str, Any]:
        """The last event that was delivered."""
        event: dict[str, Any] = orjson.loads(self.invoker.invocations[-1].event)
        return event


@contextlib.asynccontextmanager
async def served(
    *functions: Function,
    limits: Limits | None = None,
    compat: str | None = None,
    directly: bool = True,
) -> AsyncIterator[Served]:
    """Serve those functions, or one named ``hello``; ``directly``: without ASGI where it can be."""
    limits = limits or Limits(drain_s=1)
    invoker, jobs = ScriptedInvoker(), ListedJobs()
    records: list[RequestRecord] = []
    bugs: list[tuple[str, Exception]] = []
    fleet = FixedFleet(functions or [function("hello")])
    gateway = Gateway(
        fleet=fleet,
        invoker=invoker,
        jobs=jobs,
        limits=limits,
        compat=compat,
        on_request=records.append,
        on_bug=lambda request_id, bug: bugs.append((request_id, bug)),
    )
    clients: list[Client] = []
    try:
        direct = DirectCalls(gateway, ScriptedCaller(invoker)) if directly else None
        async with (
            listening("127.0.0.1", 0) as address,
            serve(gateway, address, limits=limits, direct=direct),
        ):
            yield Served(address, fleet, invoker, jobs, records, bugs, clients)
    finally:
        for client in clients:
            await client.close()


@dataclass(frozen=True)
class Response:
    """A response as a client sees it; header names in lower case."""

    status: int
    headers: Sequence[tuple[str, str]]
    body: bytes

    def header(self, name: str) -> str | None:
        values = [value for each, value in self.headers if each == name]
        assert len(values) < 2, f"{name} came {len(values)} times"
        return values[0] if values else None

    @property
    def json(self) -> Any:
        return orjson.loads(self.body)


class Client:
    """One connection; every read has a bound in time."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader = reader
        self.writer = writer

    async def send(self, *lines: str, body: bytes = b"") -> None:
        """Write a request; a body is framed by what the lines say."""
        head = "".join(f"{line}\r\n" for line in lines) + "\r\n"
        self.writer.write(head.encode("latin-1") + body)
        await self.drain()

    async def send_raw(self, data: bytes) -> None:
        self.writer.write(data)
        await self.drain()

    async def drain(self) -> None:
        async with asyncio.timeout(10):
            await self.writer.drain()

    async def head(self) -> Response:
        """The next status line and headers."""
        async with asyncio.timeout(10):
            raw = await self.reader.readuntil(b"\r\n\r\n")
        status_line, *lines = raw.decode("latin-1").split("\r\n")[:-2]
        pairs = [line.split(": ", 1) for line in lines]
        return Response(
            int(status_line.split(" ")[1]), [(name, value) for name, value in pairs], b""
        )

    async def chunk(self) -> bytes:
        """The next chunk of a chunked body; empty at its end."""
        async with asyncio.timeout(10):
            size = int(await self.reader.readuntil(b"\r\n"), 16)
            return (await self.reader.readexactly(size + 2))[:-2]

    async def rest(self) -> bytes:
        """What comes until the connection ends."""
        async with asyncio.timeout(10):
            return await self.reader.read()

    async def response(self, *, head_only: bool = False) -> Response:
        """The next response, whole.

        Raises:
            asyncio.IncompleteReadError: It was cut.
        """
        head = await self.head()
        if head_only or head.status in (204, 304):
            return head
        if head.header("transfer-encoding") == "chunked":
            parts = []
            while part := await self.chunk():
                parts.append(part)
            return Response(head.status, head.headers, b"".join(parts))
        length = head.header("content-length")
        if length is None:
            return Response(head.status, head.headers, await self.rest())
        async with asyncio.timeout(10):
            body = await self.reader.readexactly(int(length))
        return Response(head.status, head.headers, body)

    async def is_closed(self) -> bool:
        """Whether the server ends the connection now, with nothing more to say.

        Sooner than an idle connection ends by itself, which is after 5 s.
        """
        async with asyncio.timeout(3):
            return await self.reader.read() == b""

    async def close(self) -> None:
        self.writer.close()
        with contextlib.suppress(OSError):
            await self.writer.wait_closed()


class Chunks:
    """A stream that the test feeds."""

    def __init__(self) -> None:
        self.queue: asyncio.Queue[bytes | Exception | None] = asyncio.Queue()
        self.closed = False

    def __aiter__(self) -> Chunks:
        return self

    async def __anext__(self) -> bytes:
        item = await self.queue.get()
        if item is None:
            raise StopAsyncIteration
        if isinstance(item, Exception):
            raise item
        return item

    async def aclose(self) -> None:
        self.closed = True

    def streamed(self, status: int = 200, *headers: tuple[str, str]) -> Streamed:
        return Streamed(status, headers, self)
