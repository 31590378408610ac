"""Many HTTP requests at once, over as many connections that are kept open."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Iterator


async def get_all(
    port: int, targets: Iterator[str], connections: int
) -> Counter[tuple[int, bytes]]:
    """GET every target, each connection one after the other; how often each answer came."""
    answers: Counter[tuple[int, bytes]] = Counter()
    async with asyncio.TaskGroup() as group:
        for _ in range(connections):
            group.create_task(_one_connection(port, targets, answers))
    return answers


async def _one_connection(
    port: int, targets: Iterator[str], answers: Counter[tuple[int, bytes]]
) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    for target in targets:
        writer.write(f"GET {target} HTTP/1.1\r\nhost: localhost\r\n\r\n".encode())
        answers[await _answer(reader)] += 1
    writer.close()
    await writer.wait_closed()


async def _answer(reader: asyncio.StreamReader) -> tuple[int, bytes]:
    head = (await reader.readuntil(b"\r\n\r\n")).lower()
    length = int(head.split(b"content-length: ")[1].split(b"\r\n")[0])
    return int(head.split(b" ", 2)[1]), await reader.readexactly(length)
