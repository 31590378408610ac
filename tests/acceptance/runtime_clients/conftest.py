"""A server for each runtime client, with the functions that its tests call."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.acceptance.runtime_clients.clients import Client
from tests.acceptance.serving import Answer, Served, served

SETTINGS = """
[limits]
timeout = 20

[functions."*-late"]
timeout = 1

[functions."*-broken"]
environment = {{ FAILS_TO_START = "1" }}

[functions."{client}*"]
handler = "app.handler"

[functions."*-streams"]
handler = "app.streams"
"""

ENDINGS = ("-late", "-broken", "-streams", "-background")


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """One client after the other, so that each is served once.

    pytest itself groups by the place of a parameter in its list, and these lists differ.
    """
    places = [at for at, item in enumerate(items) if _client(item) is not None]
    tests = sorted((items[at] for at in places), key=lambda item: _client(item) or "")
    for at, item in zip(places, tests, strict=True):
        items[at] = item


def _client(item: pytest.Item) -> str | None:
    callspec = getattr(item, "callspec", None)
    client = callspec.params.get("running") if callspec else None
    return client.name if isinstance(client, Client) else None


@dataclass(frozen=True)
class Running:
    """A client whose functions are served: NAME, and those with an ending of `ENDINGS`."""

    client: Client
    server: Served
    functions: Path

    def do(self, what: str, of: str = "") -> Answer:
        """Call the function, or that with this ending."""
        return self.server.get(f"{self.client.name}{of}", f"?do={what}")

    def post(self, body: bytes, kind: str) -> Answer:
        """Send a body."""
        target = f"/.netlify/functions/{self.client.name}"
        return self.server.call("POST", target, body, [("content-type", kind)])


@pytest.fixture(scope="package")
def running(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Running]:
    client: Client = request.param
    project = tmp_path_factory.mktemp("clients")
    functions = project / "netlify/functions"
    functions.mkdir(parents=True)
    for ending in ("", *ENDINGS):
        client.put(functions, f"{client.name}{ending}")
        if (functions / f"{client.name}{ending}").is_dir():
            (functions / f"{client.name}{ending}/words.txt").touch()
    (project / "polyfn.toml").write_text(SETTINGS.format(client=client.name))
    with served(project) as server:
        yield Running(client, server, functions)


def at_once(calls: int, running: Running, what: str) -> list[Answer]:
    """Make so many calls at the same time."""
    answers: list[Answer] = []
    threads = [
        threading.Thread(target=lambda: answers.append(running.do(what))) for _ in range(calls)
    ]
    for each in threads:
        each.start()
    for each in threads:
        each.join(90)
    return answers
