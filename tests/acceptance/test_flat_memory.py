"""What a call leaves behind in the supervisor: nothing, whatever its URL, headers and outcome."""

from __future__ import annotations

import http.client
import os
import re
import signal
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.acceptance.projects import HELLO, write_project
from tests.acceptance.serving import Served, started
from tests.waiting import eventually

# The last 256 heads of requests are kept, and forgotten together: a multiple of that finds as many.
WARM_UP = 512
CALLS = 768
# An empty dict with its place in another one takes 100; a request as it was kept, 2,000.
MAX_BYTES_PER_CALL = 100
# What is forgotten together is so at another moment each time; a leak is there each time.
ROUNDS = 3
_COUNT = re.compile(r"<bytes (\d+)>")

# polyfn that says how many bytes Python holds, when it is asked.
COUNTING = """
import gc, os, signal, tracemalloc
from polyfn.cli import main

def count(*_):
    for _ in range(3):
        gc.collect()
    os.write(2, f"<bytes {tracemalloc.get_traced_memory()[0]}>\\n".encode())

signal.signal(signal.SIGUSR1, count)
main()
"""
FILES = {
    "hello.js": HELLO,
    "modern.mjs": """
        export default async (request) => new Response(new URL(request.url).search);
        export const config = { path: '/modern/:id' };
    """,
    "fails.js": "exports.handler = async (event) => { throw new Error(event.path) };",
    "wrong.js": "exports.handler = async (event) => event.path;",
    "typed.ts": """
        export const handler = async (event: { body: string | null }) => ({
          statusCode: 200, headers: { 'x-body': `${event.body}` },
        });
    """,
}
WAYS = {
    "a plain call": ("GET", "/.netlify/functions/hello/{n}?q={n}", 200),
    "a route of a modern function": ("GET", "/modern/{n}?q={n}", 200),
    "a body": ("POST", "/.netlify/functions/typed?q={n}", 200),
    "an error": ("GET", "/.netlify/functions/fails/{n}", 502),
    "an answer that is wrong": ("GET", "/.netlify/functions/wrong/{n}", 502),
    "a function that is not there": ("GET", "/.netlify/functions/none-{n}", 404),
    "a broken path": ("GET", "/.netlify/functions/hello/%zz{n}", 400),
}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    project: Path = write_project(tmp_path_factory.mktemp("flat"), FILES)
    program = (sys.executable, "-X", "tracemalloc=1", "-c", COUNTING)
    with started(project, env=dict(os.environ), program=program) as server:
        yield server


@pytest.mark.parametrize("way", WAYS)
async def test_call_leaves_nothing_behind(server: Served, way: str) -> None:
    call(server, way, range(WARM_UP))
    held = [await held_bytes(server)]
    for round_ in range(ROUNDS):
        call(server, way, numbers(round_))
        held.append(await held_bytes(server))
        if (held[-1] - held[-2]) / CALLS < MAX_BYTES_PER_CALL:
            return
    pytest.fail(f"bytes held after rounds of {CALLS} calls: {held}")


def numbers(round_: int) -> range:
    first = WARM_UP + round_ * CALLS
    return range(first, first + CALLS)


def call(server: Served, way: str, numbers: range) -> None:
    method, target, status = WAYS[way]
    connection = http.client.HTTPConnection(server.host, server.port, timeout=60)
    for n in numbers:
        headers = {f"x-name-{n}": f"value-{n}", "x-request-id": f"id-{n}", "cookie": f"a={n}"}
        body = f"body {n}" if method == "POST" else None
        connection.request(method, target.replace("{n}", str(n)), body, headers)
        answer = connection.getresponse()
        answer.read()
        assert answer.status == status
    connection.close()


async def held_bytes(server: Served) -> int:
    """How many bytes Python has in use there, when what is under way has been done.

    Log lines, for one, are printed a moment later: the count has to stay the same for a while.
    """
    counts: list[int] = []

    def settled() -> bool:
        counts.append(count(server))
        return len(counts) > 5 and max(counts[-5:]) - min(counts[-5:]) < CALLS * 10

    await eventually(settled, within_s=30)
    return min(counts[-5:])


def count(server: Served) -> int:
    told = len(_COUNT.findall("\n".join(server.output)))
    server.process.send_signal(signal.SIGUSR1)
    while len(counts := _COUNT.findall("\n".join(server.output))) == told:
        server.get("hello")  # a signal is handled when the loop turns
    return int(counts[-1])
