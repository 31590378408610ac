"""Modern functions over HTTP: Request in, Response out, and what Netlify puts around them."""

from __future__ import annotations

import http.client
import json
import time
from pathlib import Path

import pytest

from tests.acceptance.projects import write_project
from tests.acceptance.serving import Served, polyfn, served
from tests.npm import install

FUNCTIONS = {
    "echo.mjs": """
        export default async (req, context) => Response.json({
          method: req.method, url: req.url, text: await req.text(), two: req.headers.get('x-two'),
          cookie: context.cookies.get('b'), ip: context.ip, id: context.requestId, pid: process.pid,
        });
        """,
    "common.cjs": "exports.default = async () => new Response('common');\n",
    "typed.mts": """
        import type { Context } from '@netlify/functions';
        enum Colour { Red = 'red' }
        export default async (req: Request, context: Context): Promise<Response> =>
          new Response(`${Colour.Red} ${context.params.id} ${context.params[0]}`);
        export const config = { path: '/typed/:id/*' };
        """,
    "failing.ts": """
        interface Nothing {}

        export default async (req: Request) => {
          const what: string = new URL(req.url).search;
          if (what === '?text') return 'text';
          throw new RangeError('no');
        };
        """,
    "heads.mjs": """
        export default async (req) => {
          if (req.url.endsWith('redirect')) return Response.redirect(new URL('/there', req.url));
          const headers = { connection: 'x', 'x-a': '1' };
          const response = new Response('text', { status: 418, headers });
          response.headers.append('set-cookie', 'a=1');
          response.headers.append('set-cookie', 'b=2; Expires=Thu, 01 Jan 1970 00:00:00 GMT');
          return response;
        };
        """,
    "both.mjs": """
        export default async () => new Response('modern');
        export const handler = async () => ({ statusCode: 200, body: 'handler' });
        """,
    "object.mjs": "export default { fetch: async () => new Response('fetched') };\n",
    "later.mjs": """
        export default async (req, context) => {
          context.waitUntil((async () => {
            console.log('begun', context.requestId);
            await new Promise((resolve) => setTimeout(resolve, 300));
            console.log('done', Netlify.context.requestId);
          })());
          return new Response(String(process.pid));
        };
        """,
    "hangs.mjs": """
        export default async (req, context) => {
          context.waitUntil(new Promise((resolve) => setTimeout(resolve, 60_000)));
          return new Response('at once');
        };
        """,
    "stream.mjs": """
        export default async (req) => {
          const pause = Number(new URL(req.url).searchParams.get('ms'));
          req.signal.addEventListener('abort', () => console.log('aborted'));
          let count = 0;
          return new Response(new ReadableStream({
            async pull(controller) {
              if (count > 0) await new Promise((resolve) => setTimeout(resolve, pause));
              controller.enqueue(`${process.pid} ${count}\\n`);
              if (++count === 5) controller.close();
            },
          }));
        };
        """,
    "work-background.mjs": """
        export default async (req) => { console.log('worked on', req.method, await req.text()); };
        """,
    "nightly.mjs": """
        export default async (req) => { console.log('nightly', await req.text()); };
        export const config = { schedule: '@daily' };
        """,
    "polyfn.toml": """
        [limits]
        stream_timeout = "0.2s"

        [functions.hangs]
        timeout = "1s"
        """,
}


@pytest.fixture
def project(tmp_path: Path) -> Path:
    return write_project(tmp_path, FUNCTIONS)


def test_request_and_response_are_what_was_sent(project: Path) -> None:
    with served(project) as server:
        target = "/.netlify/functions/echo/a%20b?q=%C3%A9&q=+"
        sent = [
            ("x-two", "1"),
            ("x-two", "2"),
            ("cookie", "a=1; b=2"),
            ("content-type", "text/plain"),
        ]
        answer = server.call("POST", target, "grüße".encode(), sent)
        told = json.loads(answer.body)
        assert answer.header("content-type") == "application/json"
        assert told["url"] == f"http://{server.host}:{server.port}{target}"
        assert (told["method"], told["text"], told["two"], told["cookie"], told["ip"]) == (
            "POST", "grüße", "1, 2", "2", "127.0.0.1",
        )  # fmt: skip
        assert told["id"] == answer.header("x-nf-request-id")


def test_each_way_to_write_one_is_called(project: Path) -> None:
    with served(project) as server:
        assert server.get("common").body == b"common"
        assert server.call("GET", "/typed/a%20b/c/d").body == b"red a%20b c/d"
        assert server.get("object").body == b"fetched"
        assert server.get("both").body == b"handler"


def test_heads_go_out_as_the_response_has_them(project: Path) -> None:
    with served(project) as server:
        answer = server.get("heads")
        cookies = [value for name, value in answer.headers if name == "set-cookie"]
        assert (answer.status, answer.header("x-a"), answer.body) == (418, "1", b"text")
        assert cookies == ["a=1", "b=2; Expires=Thu, 01 Jan 1970 00:00:00 GMT"]
        assert answer.header("connection") is None
        head = server.call("HEAD", "/.netlify/functions/heads")
        assert (head.status, head.body, head.header("content-length")) == (418, b"", "4")
        redirect = server.get("heads", "?redirect")
        assert redirect.status == 302
        assert (redirect.header("location") or "").endswith("/there")


def test_what_goes_wrong_is_told_in_netlifys_words_and_with_the_authors_lines(
    project: Path,
) -> None:
    with served(project) as server:
        wrong = server.get("failing", "?text")
        told = json.loads(wrong.body)
        assert (wrong.status, told["errorType"]) == (502, "Function.InvalidResponse")
        assert told["errorMessage"].startswith(
            "Function returned an unsupported value. Accepted types are 'Response' or 'undefined'"
        )
        told = json.loads(server.get("failing").body)
        assert (told["errorType"], told["errorMessage"]) == ("RangeError", "no")
        assert "netlify/functions/failing.ts:7:" in told["trace"][1]


def test_request_that_no_request_object_can_stand_for_is_the_clients_mistake(
    project: Path,
) -> None:
    with served(project) as server:
        refused = server.call("TRACE", "/.netlify/functions/common")
        assert (refused.status, "POST" in (refused.header("allow") or "")) == (405, True)
        connection = http.client.HTTPConnection(server.host, server.port, timeout=30)
        connection.putrequest("GET", "/.netlify/functions/common", skip_host=True)
        connection.putheader("Host", "a b")
        connection.endheaders()
        assert connection.getresponse().status == 400
        connection.close()


def test_stream_comes_as_it_is_written_and_has_the_time_of_a_call(project: Path) -> None:
    with served(project) as server:
        began = time.monotonic()
        connection, response = _begin(server, "stream?ms=150")
        assert b" 0" in response.readline()
        first = time.monotonic()
        rest = response.read()
        last = time.monotonic()
        assert last - first > 0.4 > 0.2  # [limits] stream_timeout does not cut it
        assert first - began < 5
        assert rest.count(b"\n") == 4
        connection.close()


def test_client_that_leaves_a_stream_aborts_it_and_the_instance_is_used_again(
    project: Path,
) -> None:
    with served(project) as server:
        connection, response = _begin(server, "stream?ms=2000")
        pid = response.readline().split()[0]
        response.close()
        connection.close()
        server.wait_for_output("aborted")
        connection, response = _begin(server, "stream?ms=1")
        assert response.read().split()[0] == pid
        connection.close()


def test_work_after_the_answer_holds_nobody_up_and_logs_under_its_request(project: Path) -> None:
    with served(project) as server:
        server.get("later")
        server.wait_for_output("done ")
        began = time.monotonic()
        answer = server.get("later")
        assert time.monotonic() - began < 0.25  # the work alone takes 0.3 s
        server.wait_for_output(f"done {answer.header('x-nf-request-id')}")


def test_work_after_the_answer_survives_a_new_version(project: Path) -> None:
    with served(project) as server:
        request_id = server.get("later").header("x-nf-request-id")
        source = project / "netlify/functions/later.mjs"
        source.write_text("export default async () => new Response('new');\n")
        deadline = time.monotonic() + 10
        while server.get("later").body != b"new":
            assert time.monotonic() < deadline
        server.wait_for_output(f"done {request_id}")


def test_work_after_the_answer_ends_at_the_time_limit_and_is_told_of(project: Path) -> None:
    with served(project) as server:
        assert server.get("hangs").body == b"at once"
        server.wait_for_output("before all was done that it does after its answer")
        assert server.get("hangs").body == b"at once"


def test_background_and_scheduled_functions_get_the_request(project: Path) -> None:
    with served(project) as server:
        answer = server.call("POST", "/.netlify/functions/work-background", b"this")
        assert (answer.status, answer.body) == (202, b"")
        server.wait_for_output("worked on POST this")
        assert server.call("POST", "/.netlify/functions/nightly", b"{}").status == 202
        server.wait_for_output("nightly {}")


def test_invoke_prints_what_a_modern_function_answers(project: Path) -> None:
    done = polyfn("invoke", "stream", "--query", "ms=1", "--cwd", str(project))
    assert (done.returncode, done.stdout.count(b"\n")) == (0, 5)
    event = '{"httpMethod": "POST", "path": "/x", "body": "raw"}'
    raw = polyfn("invoke", "echo", "--event", event, "--cwd", str(project))
    told = json.loads(json.loads(raw.stdout)["body"])
    assert (told["method"], told["text"]) == ("POST", "raw")


def test_real_helpers_of_netlify_find_the_context(tmp_path: Path) -> None:
    project = write_project(
        tmp_path,
        {
            "context.mjs": """
                import { getContext } from '@netlify/functions';
                export default async (req, context) => {
                  await new Promise(setImmediate);
                  return Response.json([getContext() === context, Netlify.context === context]);
                };
                """,
        },
    )
    install(project, "@netlify/functions@5.3.0")
    with served(project) as server:
        assert json.loads(server.get("context").body) == [True, True]


def _begin(
    server: Served, target: str
) -> tuple[http.client.HTTPConnection, http.client.HTTPResponse]:
    connection = http.client.HTTPConnection(server.host, server.port, timeout=30)
    connection.request("GET", f"/.netlify/functions/{target}")
    return connection, connection.getresponse()
