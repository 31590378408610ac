"""Background, scheduled and event functions: 202 at once, and they run."""

from __future__ import annotations

import json
import time
from pathlib import Path

import pytest

from tests.acceptance.projects import HELLO, write_project
from tests.acceptance.serving import polyfn, served

KINDS = {
    "count-background.js": """
        exports.handler = async (event) => {
          for (let i = 0; i < 3; i += 1) {
            console.log(`count ${i}`);
            await new Promise((resolve) => setTimeout(resolve, 100));
          }
          console.log("Done", event.body);
        };
        """,
    "nightly.py": """
        config = {"schedule": "@daily"}

        def handler(event, context):
            print("nightly ran")
        """,
    "hourly.mjs": """
        export const config = { schedule: "@hourly" };
        export const handler = async ({ httpMethod, headers, body }) => {
          console.log(httpMethod, headers["x-nf-event"], JSON.parse(body));
        };
        """,
    "deploy-succeeded.js": """
        exports.handler = async (event) => {
          console.log("deployed", event.body);
        };
        """,
    "identity-signup.js": """
        exports.handler = async (event) => {
          const { event: name, user } = JSON.parse(event.body);
          console.log(`${name} of ${user.email}`);
        };
        """,
    "fails-background.py": "def handler(event, context):\n    raise ValueError('in vain')\n",
    "hello.js": HELLO,
}


@pytest.fixture
def project(tmp_path: Path) -> Path:
    return write_project(tmp_path, KINDS)


def test_each_kind_is_found_and_listed(project: Path) -> None:
    rows = json.loads(polyfn("list", "--json", "--cwd", str(project)).stdout)["functions"]
    assert {row["name"]: (row["kind"], row["schedule"]) for row in rows} == {
        "count-background": ("background", None),
        "deploy-succeeded": ("event", None),
        "fails-background": ("background", None),
        "hello": ("sync", None),
        "hourly": ("scheduled", "@hourly"),
        "identity-signup": ("event", None),
        "nightly": ("scheduled", "@daily"),
    }


def test_call_by_http_is_202_at_once_and_the_function_runs(project: Path) -> None:
    with served(project) as server:
        target = "/.netlify/functions/count-background"
        server.call("POST", target, b"warm up")
        server.wait_for_output("Done warm up")
        began = time.monotonic()
        answer = server.call("POST", target, b"payload")
        assert (answer.status, answer.body) == (202, b"")
        assert time.monotonic() - began < 0.25  # the function alone takes 0.3 s
        server.wait_for_output("Done payload")
        assert server.call("POST", "/.netlify/functions/nightly", b"").status == 202
        server.wait_for_output("nightly ran")
        assert server.call("POST", "/.netlify/functions/deploy-succeeded", b"{}").status == 202
        server.wait_for_output("deployed")
        assert server.call("POST", "/.netlify/functions/fails-background").status == 202
        server.wait_for_output("in vain")


def test_call_of_a_scheduled_function_brings_what_the_scheduler_sends(project: Path) -> None:
    with served(project) as server:
        assert server.get("hourly").status == 202
        server.wait_for_output("POST schedule { next_run: '20")
        server.call("POST", "/.netlify/functions/hourly", b'{"mine": 1}')
        server.wait_for_output("POST schedule { mine: 1 }")
    told = polyfn("invoke", "hourly", "--cwd", str(project))
    assert b":00:00.000Z' }" in told.stderr


def test_background_call_that_runs_is_finished_when_polyfn_stops(project: Path) -> None:
    with served(project) as server:
        server.call("POST", "/.netlify/functions/count-background", b"at the end")
        server.wait_for_output("count 0")
    assert any("Done at the end" in line for line in server.output)


def test_invoke_brings_a_payload_as_the_event_would(project: Path) -> None:
    payload = ["--payload", '{"branch": "main"}', "--cwd", str(project)]
    deployed = polyfn("invoke", "deploy-succeeded", *payload)
    assert b'deployed {"payload":{"branch":"main"},"site":{' in deployed.stderr
    user = ["--payload", '{"email": "ada@example.com"}', "--cwd", str(project)]
    assert b"signup of ada@example.com" in polyfn("invoke", "identity-signup", *user).stderr
    refused = polyfn("invoke", "hello", *payload)
    assert refused.returncode == 2
    assert b"send its body with --body" in refused.stderr


def test_invoke_without_a_server_runs_a_background_function_to_its_end(project: Path) -> None:
    done = polyfn("invoke", "count-background", "--body", "alone", "--cwd", str(project))
    assert done.returncode == 0
    assert b"Done alone" in done.stderr
    failed = polyfn("invoke", "fails-background", "--cwd", str(project))
    assert failed.returncode == 1
    assert b"in vain" in failed.stderr
