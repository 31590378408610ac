"""Functions written for AWS Lambda and its HTTP APIs, served as they are."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from tests.acceptance.projects import write_project
from tests.acceptance.serving import polyfn, served

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.acceptance.serving import Served

FILES = {
    "polyfn.toml": """
        [functions."users"]
        handler = "create"
        [functions."api"]
        handler = "routes.hello"
        event_format = "v2"
        [functions."root"]
        path = ["/orders/:id", "/orders"]
        method = ["GET", "POST"]
        event_format = "v2"
        """,
    "root.mjs": "export const handler = (e) => [e.rawPath, e.pathParameters ?? null];",
    "users.js": """
        exports.create = async () => ({ statusCode: 201, body: process.env._HANDLER });
        exports.remove = async () => ({ statusCode: 204 });
        """,
    "api.mjs": "export const routes = { hello: (event) => ({ version: event.version }) };",
    "strict.mjs": "export const handler = async () => ({ message: 'hi' });",
}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    project = write_project(tmp_path_factory.mktemp("lambda"), FILES)
    with served(project) as running:
        yield running


def test_settings_name_the_export_that_is_called(server: Served) -> None:
    answer = server.get("users")
    assert (answer.status, answer.body) == (201, b"users.create")


@pytest.mark.parametrize("call", ["first", "later"])
def test_value_without_a_status_is_sent_as_json_to_a_caller_of_an_http_api(
    server: Served, call: str
) -> None:
    answer = server.get("api", f"?{call}")
    assert (answer.status, answer.header("content-type")) == (200, "application/json")
    assert json.loads(answer.body) == {"version": "2.0"}


def test_program_that_routes_by_itself_is_at_the_path_that_settings_give_it(server: Served) -> None:
    assert json.loads(server.call("GET", "/orders/7").body) == ["/orders/7", {"id": "7"}]
    assert json.loads(server.call("POST", "/orders").body) == ["/orders", None]
    assert server.call("DELETE", "/orders").status == 405
    assert server.get("root").status == 404


def test_value_without_a_status_is_a_mistake_elsewhere(server: Served) -> None:
    answer = server.get("strict")
    assert answer.status == 502
    assert "without `statusCode`" in json.loads(answer.body)["errorMessage"]


def test_name_that_is_not_exported_is_told_beside_those_that_are(tmp_path: Path) -> None:
    toml = '[functions.users]\nhandler = "update"\n'
    project = write_project(tmp_path, {**FILES, "polyfn.toml": toml})
    told = polyfn("invoke", "users", "--cwd", str(project))
    assert told.returncode == 1
    assert b'exports no function "update"; it exports: create, remove' in told.stderr
