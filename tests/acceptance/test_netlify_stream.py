"""`stream` of the npm package @netlify/functions, unchanged, in the versions that people have."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from tests.acceptance.projects import write_project
from tests.acceptance.serving import Served, served
from tests.acceptance.streaming import streamed
from tests.npm import install

VERSIONS = ("1.6.0", "2.8.2", "4.3.0", "6.0.0")

FUNCTIONS = {
    "text.js": """
        const { stream } = require("@netlify/functions");
        exports.handler = stream(async (event) => ({
          statusCode: 203,
          headers: { "content-type": "text/csv", "x-number": 7 },
          multiValueHeaders: { "x-many": ["a", "b"] },
          body: `${event.httpMethod},é`,
        }));
    """,
    "no-body.mjs": """
        import { stream } from "@netlify/functions";
        const headers = { "x-empty": "yes" };
        export const handler = stream(async () => ({ statusCode: 202, headers }));
    """,
    "web.mjs": """
        import { stream } from "@netlify/functions";
        export const handler = stream(async () => {
          const encoder = new TextEncoder();
          let next = 0;
          const body = new ReadableStream({
            async pull(controller) {
              if (next === 3) return controller.close();
              controller.enqueue(encoder.encode(`web ${next++}\\n`));
            },
          });
          return { statusCode: 200, headers: { "content-type": "text/plain" }, body };
        });
    """,
    "node.js": """
        const { Readable } = require("node:stream");
        const { stream } = require("@netlify/functions");
        exports.handler = stream(async () => ({
          statusCode: 200,
          body: Readable.from(["node 0\\n", Buffer.from("node 1\\n"), "node 2\\n"]),
        }));
    """,
    "events.mts": """
        import { stream, type StreamingHandler } from "@netlify/functions";
        const relay = async (event: { queryStringParameters: Record<string, string> }) => {
          const source = await fetch(event.queryStringParameters.from);
          const headers = { "content-type": "text/event-stream" };
          return { statusCode: source.status, headers, body: source.body };
        };
        export const handler = stream(relay as StreamingHandler);
    """,
    "dry.js": """
        const { Readable } = require("node:stream");
        const { stream } = require("@netlify/functions");
        async function* source() { yield "wet\\n"; throw new RangeError("dry"); }
        exports.handler = stream(async () => ({ statusCode: 200, body: Readable.from(source()) }));
    """,
    "early.js": """
        const { stream } = require("@netlify/functions");
        exports.handler = stream(async () => { throw new RangeError("too early"); });
    """,
    "nothing.js": """
        const { stream } = require("@netlify/functions");
        exports.handler = stream(async () => {});
    """,
}


class Events:
    """A server whose answer is events: the first at once, each other when it is told to."""

    def __init__(self) -> None:
        self.go_on = threading.Event()
        self.left = threading.Event()
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self.send_response(200)
                self.send_header("content-type", "text/event-stream")
                self.end_headers()
                self.wfile.write(b"data: first\n\n")
                outer.go_on.wait(30)
                self.wfile.write(b"data: second\n\n")
                while self.path == "/endless" and not outer.left.is_set():
                    try:
                        self.wfile.write(b"data: more\n\n" * 100)
                    except OSError:
                        outer.left.set()

            def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
                """Keep quiet."""

        self.http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.http.server_port}"


@pytest.fixture
def events() -> Iterator[Events]:
    source = Events()
    thread = threading.Thread(target=source.http.serve_forever, daemon=True)
    thread.start()
    try:
        yield source
    finally:
        source.go_on.set()
        source.left.set()
        source.http.shutdown()
        source.http.server_close()
        thread.join(5)


@pytest.fixture(scope="module", params=VERSIONS)
def server(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Served]:
    version: str = request.param
    root = write_project(tmp_path_factory.mktemp("streams"), FUNCTIONS)
    package = {"private": True, "dependencies": {"@netlify/functions": version}}
    (root / "package.json").write_text(json.dumps(package))
    install(root)
    with served(root) as server:
        yield server


def test_text_is_a_body(server: Served) -> None:
    answer = server.get("text")
    assert (answer.status, answer.body.decode()) == (203, "GET,é")
    assert (answer.header("content-type"), answer.header("x-number")) == ("text/csv", "7")
    assert [value for name, value in answer.headers if name == "x-many"] == ["a", "b"]


def test_no_body_has_its_status_and_headers(server: Served) -> None:
    answer = server.get("no-body")
    assert (answer.status, answer.body, answer.header("x-empty")) == (202, b"", "yes")


@pytest.mark.parametrize("name", ["web", "node"])
def test_stream_is_a_body(server: Served, name: str) -> None:
    answer = server.get(name)
    assert (answer.status, answer.body.decode()) == (200, f"{name} 0\n{name} 1\n{name} 2\n")
    assert answer.header("transfer-encoding") == "chunked"


def test_events_of_another_server_are_relayed_as_they_come(server: Served, events: Events) -> None:
    with streamed(server, "events", f"?from={events.url}/two") as stream:
        assert (stream.status, stream.header("content-type")) == (200, "text/event-stream")
        assert stream.until(b"\n\n") == b"data: first\n\n"
        events.go_on.set()
        assert stream.until(b"second\n\n") == b"data: second\n\n"
        assert stream.rest() == (0, True)


def test_other_server_hears_of_a_client_that_leaves(server: Served, events: Events) -> None:
    events.go_on.set()
    with streamed(server, "events", f"?from={events.url}/endless") as stream:
        stream.until(b"data: more")
    assert events.left.wait(10)


def test_source_that_fails_cuts_the_answer_and_is_told(server: Served) -> None:
    with streamed(server, "dry") as stream:
        assert stream.until(b"\n") == b"wet\n"
        assert stream.rest() == (0, False)
    server.wait_for_output("RangeError: dry")


def test_error_before_the_first_byte_is_502(server: Served) -> None:
    answer = server.get("early")
    told = json.loads(answer.body)
    assert (answer.status, told["errorType"], told["errorMessage"]) == (
        502,
        "RangeError",
        "too early",
    )


def test_handler_that_returns_nothing_is_502(server: Served) -> None:
    answer = server.get("nothing")
    assert (answer.status, json.loads(answer.body)["errorType"]) == (502, "TypeError")
