"""A function's port: says over HTTP what can be inspected, and connects debuggers to it.

The same as Node's own inspector says (nodejs/node, `src/inspector_socket_server.cc`): `/json`,
`/json/list`, `/json/version`, and the WebSocket behind a path that cannot be guessed, for any page
in a browser may open a WebSocket to this machine. For that same reason a `Host` that is a name,
other than localhost, is refused: it may have been made to point here.
"""

from __future__ import annotations

import asyncio
import contextlib
import re
from typing import TYPE_CHECKING, Final, NamedTuple

import orjson

from polyfn.errors import PolyfnError, Unavailable
from polyfn.pool.inspector.news import Unreachable

if TYPE_CHECKING:
    from typing import TypeAlias

    from polyfn.model import JSON
    from polyfn.pool.inspector.inspection import Inspection
    from polyfn.pool.inspector.news import Listener
    from polyfn.pool.inspector.target import Target

    Streams: TypeAlias = tuple[asyncio.StreamReader, asyncio.StreamWriter]

_HEAD_WITHIN_S: Final = 10.0
_LAST_WORDS_S: Final = 0.25
_PAUSE_S: Final = 0.02
_TRIES: Final = 50
_PIECE_BYTES: Final = 64 * 1024
_SAFE_HOST: Final = re.compile(r"(localhost6?|\d+\.\d+\.\d+\.\d+|\[[0-9a-fA-F:.]+\])?(:\d+)?$")
_REASONS: Final = {200: "OK", 400: "Bad Request", 404: "Not Found", 503: "Service Unavailable"}


class Head(NamedTuple):
    """A request's head; header names are lower-case."""

    method: str
    path: str
    headers: dict[str, str]
    raw: bytes

    @property
    def is_websocket(self) -> bool:
        """Whether it asks for one."""
        return self.headers.get("upgrade", "").lower() == "websocket"

    def towards(self, path: str) -> bytes:
        """The same request for another path."""
        _, _, rest = self.raw.partition(b"\r\n")
        return f"GET {path} HTTP/1.1\r\n".encode("latin-1") + rest


def read_head(raw: bytes) -> Head | None:
    """What a request asks for; ``None`` for what is no request that may be answered."""
    first, *lines = raw.decode("latin-1").split("\r\n")
    parts = first.split(" ")
    pairs = (line.partition(":") for line in lines if line)
    headers = {name.strip().lower(): value.strip() for name, _, value in pairs}
    if len(parts) != 3 or not _SAFE_HOST.match(headers.get("host", "")):
        return None
    return Head(parts[0], parts[1], headers, raw)


class Port:
    """Answers who connects to one function's port.

    Args:
        path: Behind which its WebSocket is.
        main_file: The author's, as a URL.
        tell: Is told of debuggers that cannot be connected.
    """

    def __init__(
        self, inspection: Inspection, *, path: str, main_file: str, tell: Listener
    ) -> None:
        self._inspection = inspection
        self._path = path
        self._main_file = main_file
        self._tell = tell

    async def answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer one connection, to its end."""
        with contextlib.suppress(OSError, TimeoutError, asyncio.IncompleteReadError):
            async with asyncio.timeout(_HEAD_WITHIN_S):
                head = await self._head(reader)
            if head is None or head.method != "GET":
                await _reply(writer, 400, "This is an inspector's port: a debugger attaches here.")
            elif head.is_websocket or head.path == "/json/protocol":
                await self._attach(head, reader, writer)
            else:
                await self._tell_about(head, writer)

    async def _head(self, reader: asyncio.StreamReader) -> Head | None:
        try:
            return read_head(await reader.readuntil(b"\r\n\r\n"))
        except asyncio.LimitOverrunError:
            return None

    # HTTP

    async def _tell_about(self, head: Head, writer: asyncio.StreamWriter) -> None:
        host = head.headers.get("host") or self._inspection.url.split("/")[2]
        match head.path.rstrip("/"):
            case "/json" | "/json/list":
                await _reply(writer, 200, [self._description(host)])
            case "/json/version":
                await _reply(writer, 200, {"Browser": "node.js/polyfn", "Protocol-Version": "1.1"})
            case _:
                await _reply(writer, 404, "There is /json/list, /json/version, and the WebSocket.")

    def _description(self, host: str) -> JSON:
        """What debuggers show; as Node's own, but for the title."""
        place, function = f"{host}{self._path}", self._inspection.function
        page = "devtools://devtools/bundled/js_app.html?experiments=true&v8only=true&ws="
        return {
            "description": "node.js instance",
            "devtoolsFrontendUrl": page + place,
            "faviconUrl": "https://nodejs.org/static/images/favicons/favicon.ico",
            "id": self._path.strip("/"),
            "title": f"{function} (polyfn)",
            "type": "node",
            "url": self._main_file,
            "webSocketDebuggerUrl": f"ws://{place}",
        }

    # The WebSocket

    async def _attach(
        self, head: Head, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        if head.is_websocket and head.path != self._path:
            await _reply(writer, 404, "There is no such target: /json/list has it.")
            return
        try:
            target, streams = await self._reached()
        except PolyfnError as error:
            self._tell(Unreachable(function=self._inspection.function, error=error))
            await _reply(writer, 503, error.message)
            return
        await _connect(head, target, streams, (reader, writer))

    async def _reached(self) -> tuple[Target, Streams]:
        """A connection to the instance there is now; one that ends just now is not it.

        Raises:
            PolyfnError: There is none, and none starts.
        """
        for _ in range(_TRIES):
            target = await self._inspection.reach()
            with contextlib.suppress(OSError):
                if target.address is not None:
                    return target, await asyncio.open_connection(*target.address[:2])
            await asyncio.sleep(_PAUSE_S)
        raise Unavailable("The function has closed its inspector.")


async def _connect(head: Head, target: Target, node: Streams, debugger: Streams) -> None:
    """Carry what both say until one of them, or the process, ends it."""
    from_node, to_node = node
    reader, writer = debugger
    path = target.address.path if target.address else ""
    to_node.write(head.towards(path) if head.is_websocket else head.raw)
    there = asyncio.ensure_future(_pump(reader, to_node))
    back = asyncio.ensure_future(_pump(from_node, writer))

    def hang_up() -> None:
        there.cancel()

    try:
        with target.attachment(hang_up) if head.is_websocket else contextlib.nullcontext():
            await asyncio.wait((there, back), return_when=asyncio.FIRST_COMPLETED)
        with contextlib.suppress(OSError):
            to_node.write_eof()
        await asyncio.wait((back,), timeout=_LAST_WORDS_S)  # such as that the process ends
    finally:
        there.cancel()
        back.cancel()
        await asyncio.gather(there, back, return_exceptions=True)
        to_node.close()


async def _pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with contextlib.suppress(OSError):
        while data := await reader.read(_PIECE_BYTES):
            writer.write(data)
            await writer.drain()


async def _reply(writer: asyncio.StreamWriter, status: int, content: JSON) -> None:
    body = content.encode() if isinstance(content, str) else orjson.dumps(content)
    kind = "text/plain" if isinstance(content, str) else "application/json"
    lines = (
        f"HTTP/1.1 {status} {_REASONS[status]}",
        f"content-type: {kind}; charset=UTF-8",
        "cache-control: no-cache",
        f"content-length: {len(body)}",
        "connection: close",
    )
    writer.write("\r\n".join((*lines, "", "")).encode() + body)
    await writer.drain()
