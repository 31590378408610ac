"""A debugger: a small client of the Chrome DevTools Protocol over its WebSocket (RFC 6455)."""

from __future__ import annotations

import base64
import http.client
import json
import os
import socket
import struct
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Self
from urllib.parse import unquote, urlsplit

_WITHIN_S = 20.0
_TEXT, _CLOSE, _PING = 1, 8, 9
_BASE64 = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
Json = dict[str, Any]


class Refused(Exception):
    """The WebSocket was not opened."""


class Left(Exception):
    """The other side has closed the WebSocket."""


class Debugger:
    """What an editor does: sends commands, and waits for events.

    Attributes:
        scripts: Every `Debugger.scriptParsed`, by its URL.
    """

    def __init__(self, url: str, **headers: str) -> None:
        place = urlsplit(url)
        self.scripts: dict[str, Json] = {}
        self._events: list[Json] = []
        self._last_id = 0
        self._data = b""
        self._socket = socket.create_connection((place.hostname, place.port), _WITHIN_S)
        self._shake_hands(f"{place.hostname}:{place.port}", place.path, headers)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc_info: object) -> None:
        self.leave()

    def leave(self) -> None:
        """Hang up."""
        self._socket.close()

    def send(self, method: str, **params: Any) -> Json:
        """Send a command, and return its result."""
        self._last_id += 1
        self._write(json.dumps({"id": self._last_id, "method": method, "params": params}))
        while True:
            message = self._read()
            if message.get("id") == self._last_id:
                assert "error" not in message, (method, message["error"])
                result: Json = message["result"]
                return result
            self._keep(message)

    def wait_for(self, method: str, within_s: float = _WITHIN_S) -> Json:
        """The next event of that name; those before it of other names stay."""
        self._socket.settimeout(within_s)
        while True:
            for event in self._events:
                if event["method"] == method:
                    self._events.remove(event)
                    params: Json = event["params"]
                    return params
            self._keep(self._read())

    def wait_for_end(self) -> None:
        """Return when the other side has hung up."""
        try:
            while True:
                self._keep(self._read())
        except Left:
            return

    def wait_for_script(self, url: str) -> Json:
        """The script of that URL, once it has been parsed."""
        while url not in self.scripts:
            self._keep(self._read())
        return self.scripts[url]

    def begin(self) -> None:
        """What an editor sends first."""
        self.send("Runtime.enable")
        self.send("Debugger.enable")

    def go(self) -> None:
        """Let a process that waits for a debugger run."""
        self.send("Runtime.runIfWaitingForDebugger")

    def break_at(self, url: str, line: int, column: int = 0) -> Json:
        """Set a breakpoint; lines and columns count from 0."""
        return self.send(
            "Debugger.setBreakpointByUrl", url=url, lineNumber=line, columnNumber=column
        )

    def where(self) -> tuple[str, int, int]:
        """Wait until it is paused: URL, line and column of the top frame, from 0."""
        place = self.wait_for("Debugger.paused")["callFrames"][0]["location"]
        url = next(
            url for url, script in self.scripts.items() if script["scriptId"] == place["scriptId"]
        )
        return url, place["lineNumber"], place["columnNumber"]

    def _keep(self, message: Json) -> None:
        if message.get("method") == "Debugger.scriptParsed":
            self.scripts[message["params"]["url"]] = message["params"]
        elif "method" in message:
            self._events.append(message)

    def _shake_hands(self, host: str, path: str, headers: dict[str, str]) -> None:
        key = base64.b64encode(os.urandom(16)).decode()
        fields = {
            "Host": host, "Upgrade": "websocket", "Connection": "Upgrade",
            "Sec-WebSocket-Key": key, "Sec-WebSocket-Version": "13", **headers,
        }  # fmt: skip
        lines = [f"GET {path} HTTP/1.1", *(f"{name}: {value}" for name, value in fields.items())]
        self._socket.sendall("\r\n".join([*lines, "", ""]).encode())
        while b"\r\n\r\n" not in self._data:
            piece = self._socket.recv(65536)
            if not piece:
                self.leave()
                raise Refused(self._data.decode())
            self._data += piece
        head, _, self._data = self._data.partition(b"\r\n\r\n")
        if b" 101 " not in head.split(b"\r\n")[0]:
            self.leave()
            raise Refused(head.decode())

    def _write(self, text: str, opcode: int = _TEXT) -> None:
        data, mask = text.encode(), os.urandom(4)
        if len(data) < 126:
            size = bytes([0x80 | len(data)])
        elif len(data) < 65536:
            size = struct.pack(">BH", 0x80 | 126, len(data))
        else:
            size = struct.pack(">BQ", 0x80 | 127, len(data))
        masked = bytes(byte ^ mask[at % 4] for at, byte in enumerate(data))
        self._socket.sendall(bytes([0x80 | opcode]) + size + mask + masked)

    def _read(self) -> Json:
        """The next message; the inspector sends each in one frame."""
        while True:
            first, size = self._take(2)
            if size == 126:
                (size,) = struct.unpack(">H", self._take(2))
            elif size == 127:
                (size,) = struct.unpack(">Q", self._take(8))
            data = self._take(size)
            if first & 15 == _CLOSE:
                self.leave()
                raise Left
            if first & 15 == _TEXT:
                message: Json = json.loads(data)
                return message

    def _take(self, size: int) -> bytes:
        while len(self._data) < size:
            try:
                piece = self._socket.recv(1 << 20)
            except ConnectionResetError:
                piece = b""
            if not piece:
                self.leave()
                raise Left
            self._data += piece
        data, self._data = self._data[:size], self._data[size:]
        return data


def targets(port: int, path: str = "/json/list", **headers: str) -> Any:
    """What an inspector's port says of itself over HTTP."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=_WITHIN_S)
    try:
        connection.request("GET", path, headers=headers)
        response = connection.getresponse()
        body = response.read()
        return json.loads(body) if response.status == 200 else response.status
    finally:
        connection.close()


class SourceMap:
    """A source map (revision 3), read as debuggers do: relative to where it lies.

    Args:
        script: A `Debugger.scriptParsed` whose map is a file.
    """

    def __init__(self, script: Json) -> None:
        base = Path(unquote(urlsplit(script["url"]).path)).parent
        place = base / unquote(script["sourceMapURL"])
        told = json.loads(place.read_bytes())
        root = told.get("sourceRoot") or ""
        self.sources = [
            Path(os.path.normpath(place.parent / root / unquote(source)))
            for source in told["sources"]
        ]
        self._rows = list(_rows(told["mappings"]))

    def generated(self, file: Path, line: int) -> tuple[int, int]:
        """Where the first piece of a line of the author's went; both count from 0."""
        source = self.sources.index(file)
        return min((row[0], row[1]) for row in self._rows if row[2] == source and row[3] == line)

    def original(self, line: int, column: int) -> tuple[Path, int]:
        """The author's file and line that a place came from."""
        row = max(row for row in self._rows if row[:2] <= (line, column) and row[0] == line)
        return self.sources[row[2]], row[3]


def _rows(mappings: str) -> Iterator[tuple[int, int, int, int]]:
    """Generated line and column, number of the source, its line."""
    source = line = 0
    for number, text in enumerate(mappings.split(";")):
        column = 0
        for segment in filter(None, text.split(",")):
            fields = list(_numbers(segment))
            column += fields[0]
            if len(fields) > 1:
                source += fields[1]
                line += fields[2]
                yield number, column, source, line


def _numbers(segment: str) -> Iterator[int]:
    """Base64 VLQ."""
    value = shift = 0
    for letter in segment:
        digit = _BASE64.index(letter)
        value |= (digit & 31) << shift
        shift += 5
        if not digit & 32:
            yield -(value >> 1) if value & 1 else value >> 1
            value = shift = 0
