"""The example in Rust, built by polyfn: `lambda_http`, and a stream of `lambda_runtime`."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.acceptance.runtime_clients import builds
from tests.acceptance.serving import Served, served
from tests.waiting import eventually

pytestmark = pytest.mark.timeout(900)


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    builds.rust(builds.EXAMPLE, "hello")  # with all that it depends on: that may take minutes
    path = builds.crate_copied(builds.EXAMPLE, tmp_path_factory.mktemp("rust") / "project")
    toml = path / "polyfn.toml"
    hello = toml.read_text().partition("\n\n")[0]
    v2 = hello.replace("functions.hello]", 'functions.hello-v2]\nevent_format = "v2"')
    v2 = v2.replace("functions/hello'", "functions/hello-v2'")
    toml.write_text(f"{toml.read_text()}\n{v2}\n")
    return path


@pytest.fixture(scope="module")
def server(project: Path) -> Iterator[Served]:
    with served(project, env=builds.cargo()) as running:
        running.call("GET", "/.netlify/functions/hello", timeout_s=600)  # it is built now
        yield running


@pytest.mark.parametrize("name", ["hello", "hello-v2"])
def test_hello_reads_either_form_of_the_event(server: Served, name: str) -> None:
    answer = server.get(name, "?name=Gr%C3%BC%C3%9Fe")
    assert (answer.status, answer.body.decode()) == (200, "Hello, Grüße, from Rust!\n")


@pytest.mark.parametrize("name", ["hello", "hello-v2"])
def test_hello_sends_bytes_back(server: Served, name: str) -> None:
    body = bytes(range(256))
    kind = [("content-type", "image/png")]
    answer = server.call("POST", f"/.netlify/functions/{name}", body, kind)
    assert (answer.status, answer.body) == (200, body)
    assert answer.header("content-type") == "image/png"


def test_count_streams(server: Served) -> None:
    assert server.get("count").body == b"1\n2\n3\n4\n5\n"


async def test_source_that_is_saved_is_compiled_and_served(server: Served, project: Path) -> None:
    source = project / "src/bin/hello.rs"
    source.write_text(source.read_text().replace("from Rust!", "from new Rust!"))
    assert b"from Rust!" in server.get("hello").body
    await eventually(lambda: b"from new Rust!" in server.get("hello").body, within_s=120)
