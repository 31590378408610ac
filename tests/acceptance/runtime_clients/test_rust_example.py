"""The example in Rust, built and served: `lambda_http` and a stream of `lambda_runtime`."""

from __future__ import annotations

import shutil
from collections.abc import Iterator

import pytest

from tests.acceptance.runtime_clients import builds
from tests.acceptance.serving import Served, served

pytestmark = pytest.mark.timeout(900)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    project = tmp_path_factory.mktemp("rust") / "project"
    shutil.copytree(builds.EXAMPLE, project, ignore=shutil.ignore_patterns("target", ".polyfn"))
    functions = project / "netlify/functions"
    functions.mkdir(parents=True, exist_ok=True)
    for name, program in {"hello": "hello", "hello-v2": "hello", "count": "count"}.items():
        shutil.copy(builds.rust(builds.EXAMPLE, program), functions / name)
    (project / "polyfn.toml").write_text('[functions.hello-v2]\nevent_format = "v2"\n')
    with served(project) as running:
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
