"""The npm package @netlify/functions, unchanged, in the versions that people have installed."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.acceptance.serving import Served, polyfn, served
from tests.npm import install

VERSIONS = ("1.6.0", "2.8.2", "6.0.0")
"""The last one in CommonJS alone, the last of the second major, and the newest."""

FUNCTIONS = {
    "cached.js": """
        const { builder } = require("@netlify/functions");
        let calls = 0;
        exports.handler = builder(async (event) => {
          calls += 1;
          const { queryStringParameters: one, multiValueQueryStringParameters: many } = event;
          const body = JSON.stringify({ calls, one, many });
          return { statusCode: 200, headers: { "x-here": "yes" }, body, ttl: 60 };
        });
    """,
    "called-back.js": """
        const { builder } = require("@netlify/functions");
        exports.handler = builder((event, context, callback) => {
          callback(null, { statusCode: 201, body: "called back", metadata: { mine: true } });
        });
    """,
    "plain.js": """
        exports.handler = async () => ({ statusCode: 200, body: "plain" });
    """,
    "throws.mjs": """
        import { builder } from "@netlify/functions";
        export const handler = builder(async () => { throw new TypeError("not today"); });
    """,
    "nightly.js": """
        const { schedule: every } = require("@netlify/functions");
        const cron = `0 ${3} * * *`;
        exports.handler = every(cron, async () => ({ statusCode: 200 }));
    """,
    "hourly.mts": """
        import { schedule, type Handler } from "@netlify/functions";
        const work: Handler = async () => ({ statusCode: 200 });
        export const handler = schedule("@hourly", work);
    """,
}
NEWER = {
    "purge.js": """
        const { purgeCache } = require("@netlify/functions");
        exports.handler = async () => {
          const outcome = await purgeCache({ tags: ["news", "sport"] });
          return { statusCode: 200, body: String(outcome) };
        };
    """,
    "purge-all.mts": """
        import { purgeCache } from "@netlify/functions";
        export const handler = async () => {
          await purgeCache();
          return { statusCode: 200, body: "all" };
        };
    """,
}
NEWEST = {
    "who.mts": """
        import { getContext, type Config } from "@netlify/functions";
        const later = async () => {
          await new Promise((resolve) => setImmediate(resolve));
          return getContext();
        };
        export default async () => {
          const [{ params, requestId }, same] = [getContext(), await later()];
          return Response.json({ params, requestId, isOne: same.requestId === requestId });
        };
        export const config: Config = { path: "/who/:name/:rest*" };
    """,
    "nobody.js": """
        const { getContext } = require("@netlify/functions");
        let outside = "no error";
        try { getContext(); } catch (error) { outside = error.message; }
        exports.handler = async () => ({ statusCode: 200, body: outside });
    """,
}


@pytest.fixture(scope="module", params=VERSIONS)
def project(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    version: str = request.param
    root = tmp_path_factory.mktemp("helpers")
    package = {"private": True, "dependencies": {"@netlify/functions": version}}
    (root / "package.json").write_text(json.dumps(package))
    install(root)
    directory = root / "netlify/functions"
    directory.mkdir(parents=True)
    newer = NEWER if version != VERSIONS[0] else {}
    newest = NEWEST if version == VERSIONS[-1] else {}
    files = {**FUNCTIONS, **newer, **newest}
    for name, source in files.items():
        (directory / name).write_text(source)
    return root


@pytest.fixture(scope="module")
def server(project: Path) -> Iterator[Served]:
    with served(project) as server:
        yield server


@pytest.mark.parametrize("place", ["functions", "builders"])
def test_builder_sees_no_query_and_is_not_cached(server: Served, place: str) -> None:
    bodies = []
    for query in ("?a=1&a=2", "?b=3"):
        answer = server.call("GET", f"/.netlify/{place}/cached{query}")
        assert (answer.status, answer.header("x-here")) == (200, "yes")
        bodies.append(json.loads(answer.body))
    first, second = bodies
    assert second["calls"] == first["calls"] + 1
    assert first["one"] == first["many"] == {}


@pytest.mark.parametrize("place", ["functions", "builders"])
def test_builder_answers_reading_requests_alone(server: Served, place: str) -> None:
    assert server.call("HEAD", f"/.netlify/{place}/cached").status == 200
    for method in ("POST", "PUT", "PATCH", "DELETE", "OPTIONS"):
        answer = server.call(method, f"/.netlify/{place}/cached", b"")
        assert (answer.status, answer.body) == (405, b"Method Not Allowed"), method


@pytest.mark.parametrize("place", ["functions", "builders"])
def test_builder_may_answer_through_its_callback(server: Served, place: str) -> None:
    answer = server.call("GET", f"/.netlify/{place}/called-back")
    assert (answer.status, answer.body) == (201, b"called back")


def test_what_is_no_builder_does_not_answer_at_the_place_of_builders(server: Served) -> None:
    answer = server.call("GET", "/.netlify/builders/plain")
    assert answer.status == 400
    told = json.loads(answer.body)
    assert told["errorType"] == "Function.Invalid"
    assert told["errorMessage"] == (
        "Function 'plain' is no on-demand builder: wrap its handler in builder() of "
        "@netlify/functions, or call it at /.netlify/functions/plain."
    )
    assert server.get("plain").body == b"plain"


@pytest.mark.parametrize("place", ["functions", "builders"])
def test_builder_that_throws_is_told_like_any_function(server: Served, place: str) -> None:
    answer = server.call("GET", f"/.netlify/{place}/throws")
    assert answer.status == 502
    assert json.loads(answer.body)["errorMessage"] == "not today"


def test_schedule_is_read_whatever_it_is_called(project: Path) -> None:
    listed = json.loads(polyfn("list", "--json", "--cwd", str(project)).stdout)["functions"]
    found = {row["name"]: (row["kind"], row["schedule"]) for row in listed if row["schedule"]}
    assert found == {"nightly": ("scheduled", "0 3 * * *"), "hourly": ("scheduled", "@hourly")}


def test_scheduled_function_runs_when_it_is_called(server: Served) -> None:
    for name in ("nightly", "hourly"):
        assert server.call("POST", f"/.netlify/functions/{name}", b"{}").status == 202


@pytest.mark.parametrize("project", VERSIONS[1:], indirect=True)
def test_purge_cache_says_that_there_is_nothing_to_purge(server: Served) -> None:
    answer = server.get("purge")
    assert (answer.status, answer.body) == (200, b"undefined")
    server.wait_for_output("Skipping purgeCache for tags news, sport in local development.")
    assert server.get("purge-all").body == b"all"
    server.wait_for_output("Skipping purgeCache in local development.")


@pytest.mark.parametrize("project", VERSIONS[-1:], indirect=True)
def test_get_context_finds_that_of_its_own_request(server: Served) -> None:
    for name in ("Ann", "J%C3%BCrgen"):
        answer = server.call("GET", f"/who/{name}/a/b")
        told = json.loads(answer.body)
        assert told["params"] == {"name": name, "rest": "a/b"}
        assert told["requestId"] == answer.header("x-nf-request-id")
        assert told["isOne"] is True
    assert json.loads(server.call("GET", "/who/Ann").body)["params"] == {"name": "Ann"}


@pytest.mark.parametrize("project", VERSIONS[-1:], indirect=True)
def test_get_context_outside_of_a_request_says_so(server: Served) -> None:
    assert b"can only be called within a Netlify serverless function" in server.get("nobody").body
