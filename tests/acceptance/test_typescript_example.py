"""examples/typescript: the types and the helpers of @netlify/functions, with the real compiler."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.acceptance.conftest import EXAMPLES
from tests.acceptance.serving import Served, polyfn, served
from tests.npm import node, npm


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the example, as it is after `npm ci`."""
    project = tmp_path_factory.mktemp("examples") / "typescript"
    ignore = shutil.ignore_patterns("node_modules", ".polyfn")
    shutil.copytree(EXAMPLES / "typescript", project, ignore=ignore)
    command = [*npm(), "ci", "--no-audit", "--no-fund", "--prefix", str(project)]
    subprocess.run(command, check=True, timeout=120, capture_output=True)
    return project


@pytest.fixture(scope="module")
def server(project: Path) -> Iterator[Served]:
    with served(project) as server:
        yield server


def compiled(project: Path) -> subprocess.CompletedProcess[str]:
    command = [node(), str(project / "node_modules/typescript/bin/tsc"), "--noEmit", "--strict"]
    return subprocess.run(
        [*command, "-p", str(project)], check=False, timeout=100, capture_output=True, text=True
    )


def test_every_function_compiles_under_strict_types(project: Path) -> None:
    done = compiled(project)
    assert (done.returncode, done.stdout) == (0, "")
    sources = "".join(file.read_text() for file in (project / "netlify/functions").iterdir())
    for name in ("Handler", "BackgroundHandler", "HandlerEvent", "HandlerContext", "Context",
                 "Config", "StreamingHandler", "BuilderHandler", "NetlifyFunction"):  # fmt: skip
        assert name in sources


def test_wrong_type_is_found(project: Path) -> None:
    wrong = project / "netlify/functions/wrong.ts"
    wrong.write_text(
        'import type { Config, Handler } from "@netlify/functions";\n'
        'export const handler: Handler = async () => ({ statusCode: "200" });\n'
        'export const config: Config = { path: "no-slash" };\n'
    )
    try:
        done = compiled(project)
    finally:
        wrong.unlink()
    assert done.returncode != 0
    assert "wrong.ts(2," in done.stdout
    assert "wrong.ts(3," in done.stdout


def test_functions_answer_as_their_comments_say(server: Served) -> None:
    answer = server.get("orders", "?item=lamp")
    told = json.loads(answer.body)
    assert (answer.status, told["item"], told["by"]) == (200, "lamp", "orders")
    assert server.get("orders").status == 400
    assert server.call("POST", "/.netlify/functions/report-background", b"a\nb").status == 202
    server.wait_for_output("report of 2 lines")
    assert server.get("publish").body == b"published"
    server.wait_for_output("Skipping purgeCache for tags news in local development.")
    quote = server.call("GET", "/.netlify/builders/quote")
    assert (quote.status, quote.body.endswith(b".")) == (200, True)
    assert server.call("POST", "/.netlify/builders/quote", b"").status == 405


def test_modern_functions_answer_on_their_paths(server: Served) -> None:
    answer = server.call("GET", "/api/items/J%C3%BCrgen%2F/?a=b")
    assert json.loads(answer.body) == {
        "id": "J%C3%BCrgen%2F",
        "method": "GET",
        "path": "/api/items/J%C3%BCrgen%2F/",
    }
    assert server.call("PATCH", "/api/items/1", b"").status == 405
    for path in ("/shop", "/shop/lamps", "/Shop/"):
        assert server.call("GET", path).body == b"open", path
    assert server.call("GET", "/shop/office").status == 404


def test_streamed_answer_is_whole(server: Served) -> None:
    answer = server.get("ticker")
    assert (answer.status, answer.body) == (200, b"3\n2\n1\n")


def test_list_has_the_configuration_of_each(project: Path) -> None:
    listed = json.loads(polyfn("list", "--json", "--cwd", str(project)).stdout)["functions"]
    rows = {row["name"]: row for row in listed}
    assert all(row["valid"] for row in listed), listed
    assert (rows["nightly"]["kind"], rows["nightly"]["schedule"]) == ("scheduled", "0 3 * * *")
    assert rows["report-background"]["kind"] == "background"
    assert (rows["item"]["api"], rows["item"]["routes"]) == ("modern", ["/api/items/:id"])
    assert rows["item"]["methods"] == ["GET", "DELETE"]
    assert rows["shop"]["routes"] == ["/shop", "/shop/:department?"]
    assert rows["shop"]["excluded_routes"] == ["/shop/office"]
