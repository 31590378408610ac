"""Go programs written to any event type, or to none: frameworks, behind the adapters there are."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from polyfn.gateway import events
from polyfn.gateway.router import Match
from polyfn.gateway.site import Site
from polyfn.model import EventFormat
from tests.acceptance.serving import Answer, Served, served
from tests.acceptance.streaming import streamed_at
from tests.process.go_support import go_tool
from tests.unit.gateway.support import STAMP, function, request

FRAMEWORKS = Path(__file__).resolve().parents[1] / "functions/frameworks"
WEB = "/.netlify/functions/web"
VERSION_1 = ("gin-v1", "echo-v1", "chi-v1", "mux-switchable", "http-v1", "handlerfunc-v1")
VERSION_2 = ("gin-v2", "echo-v2", "chi-v2", "http-v2", "handlerfunc-v2")
LOAD_BALANCER = ("gin-alb", "echo-alb", "mux-alb", "http-alb")
ADAPTERS = (*VERSION_1, *VERSION_2, *LOAD_BALANCER)
ASKING = [("x-tag", "a"), ("x-tag", "b"), ("cookie", "a=1; b=2")]
BYTES = bytes(range(256)) * 40

pytestmark = pytest.mark.timeout(300)  # the first build compiles the frameworks


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    go_tool()
    project = tmp_path_factory.mktemp("frameworks") / "project"
    shutil.copytree(FRAMEWORKS, project, ignore=shutil.ignore_patterns(".polyfn"))
    with served(project) as running:
        yield running


def web(server: Served, adapter: str, target: str, body: bytes | None = None) -> Answer:
    headers = [*ASKING, ("x-adapter", adapter), ("content-type", "image/png")]
    return server.call("GET" if body is None else "POST", WEB + target, body, headers, 250)


def values(answer: Answer, name: str) -> list[str]:
    return [value for key, value in answer.headers if key.lower() == name]


@pytest.mark.parametrize("adapter", ADAPTERS)
def test_framework_finds_the_request_and_its_answer_goes_out(server: Served, adapter: str) -> None:
    answer = web(server, adapter, "/hello/j%C3%B6rg?q=1&q=a%20b")
    assert (answer.status, values(answer, "content-type")) == (200, ["application/json"])
    assert values(answer, "set-cookie") == ["first=1", "second=2"]
    assert values(answer, "x-many") == (["1,2"] if adapter in VERSION_2 else ["1", "2"])
    seen = json.loads(answer.body)
    uri = seen.pop("uri")
    assert uri.startswith("/hello/j%C3%B6rg?q=1&q=a")
    assert seen == {
        "name": "jörg",
        "path": "/hello/jörg",
        "q": ["1", "a b"],
        "tags": ["a", "b"],
        "cookie": "b=2",
        "host": f"127.0.0.1:{server.port}",
        "from": "" if adapter in LOAD_BALANCER else "127.0.0.1",
    }


@pytest.mark.parametrize("adapter", ADAPTERS)
def test_bytes_redirects_and_what_a_framework_does_not_know(server: Served, adapter: str) -> None:
    posted = web(server, adapter, "/bytes", BYTES)
    assert (posted.status, posted.body) == (201, BYTES)
    assert values(posted, "content-type") == ["image/png"]
    away = web(server, adapter, "/away")
    assert (away.status, values(away, "location")) == (302, ["/elsewhere?a=1"])
    assert web(server, adapter, "/nowhere").status == 404


def test_one_event_fills_every_type(server: Served) -> None:
    answer = web(server, "types", "/x?q=1&q=a%20b")
    assert values(answer, "set-cookie") == ["a=1", "b=2"]
    seen = json.loads(answer.body)
    first, second, url, balancer = (seen[each] for each in ("v1", "v2", "url", "alb"))
    path, host = f"{WEB}/x", f"127.0.0.1:{server.port}"
    for each in (first, balancer):
        assert (each["httpMethod"], each["path"]) == ("GET", path)
        assert each["multiValueHeaders"]["x-tag"] == ["a", "b"]
        assert each["multiValueQueryStringParameters"] == {"q": ["1", "a b"]}
    assert first["resource"] == f"{WEB}/{{proxy+}}"
    assert first["pathParameters"] == second["pathParameters"] == {"proxy": "x"}
    for each in (second, url):
        context = each["requestContext"]
        assert (each["version"], each["rawPath"]) == ("2.0", path)
        assert (each["rawQueryString"], each["cookies"]) == ("q=1&q=a%20b", ["a=1", "b=2"])
        assert each["headers"]["cookie"] == "a=1; b=2"
        assert context["http"] == {
            "method": "GET",
            "path": path,
            "protocol": "HTTP/1.1",
            "sourceIp": "127.0.0.1",
            "userAgent": "",
        }
        assert context["time"] == first["requestContext"]["requestTime"]
        assert context["timeEpoch"] == first["requestContext"]["requestTimeEpoch"] > 0
    for each in (first, second, url):
        context = each["requestContext"]
        assert (context["accountId"], context["domainName"]) == ("123456789012", host)
        assert context["requestId"] == each["headers"]["x-nf-request-id"]
    assert first["requestContext"]["identity"]["sourceIp"] == "127.0.0.1"
    assert (second["routeKey"], second["requestContext"]["stage"]) == ("$default", "$default")


@pytest.mark.parametrize(
    ("event_format", "said"),
    [
        (EventFormat.V2, "known"),
        (EventFormat.ALB, "known"),
        (EventFormat.ALL, 'json: unknown field "path"'),
    ],
)
def test_events_of_aws_have_no_field_that_its_types_do_not_know(
    server: Served, event_format: EventFormat, said: str
) -> None:
    asked = request(("cookie", "a=1"), ("x-tag", "a"), query="q=1")
    match = Match(function("web", event_format=event_format), None, WEB, {"proxy": "x"})
    event = events.build(asked, b"", match, STAMP, Site()).event
    named = "v2" if event_format is EventFormat.ALL else event_format
    headers = [("x-adapter", "strict"), ("content-type", "application/json")]
    answer = server.call("POST", f"{WEB}?as={named}", event, headers)
    assert (answer.status, answer.body.decode()) == (200, said)


def test_site_behind_lambdaurl_sees_the_request(server: Served) -> None:
    answer = server.call("GET", "/app/hello?q=1&q=a%20b", headers=ASKING, timeout_s=250)
    assert (answer.status, values(answer, "set-cookie")) == (200, ["first=1", "second=2"])
    assert answer.body.decode() == (
        f"GET https://127.0.0.1:{server.port}/app/hello?q=1&q=a%20b [1 a b] [a, b] b=2 "
        "[a=1 b=2] 2.0 /app/hello"
    )
    posted = server.call("POST", "/app/bytes", BYTES, [("content-type", "image/png")])
    assert (posted.status, posted.body) == (201, BYTES)
    away = server.call("GET", "/app/away")
    assert (away.status, values(away, "location")) == (302, ["/elsewhere?a=1"])
    assert server.call("GET", "/app/nowhere").status == 404


def test_site_behind_lambdaurl_sends_events_as_they_happen(server: Served, tmp_path: Path) -> None:
    go = tmp_path / "go"
    with streamed_at(server, f"/app/events?file={go}") as stream:
        assert stream.header("content-type") == "text/event-stream"
        assert stream.until(b"\n\n") == b"data: first\n\n"
        go.touch()
        assert stream.until(b"\n\n") == b"data: second\n\n"
        assert stream.rest() == (0, True)


def test_site_behind_lambdaurl_that_panics_is_cut(server: Served) -> None:
    with streamed_at(server, "/app/panic") as stream:
        assert stream.rest() == (len(b"half"), False)
    server.wait_for_output("Function 'url' panicked amid its stream: the site is broken")
    assert server.call("GET", "/app/away").status == 302
