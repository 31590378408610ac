"""npm packages that read or replace how stacks are made work, and traces stay what they are."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.acceptance.projects import write_project
from tests.acceptance.serving import Served, served
from tests.npm import npm

PACKAGES = ("callsites@3.1.0", "depd@2.0.0", "source-map-support@0.5.21", "verror@1.10.1")
FUNCTIONS = {
    "who.js": """
        const callsites = require('callsites').default;
        exports.handler = async () => {
          const [site] = callsites();
          return { statusCode: 200, body: `${site.getFileName()}:${site.getLineNumber()}` };
        };
    """,
    "lib/shop.js": """
        const deprecate = require('depd')('shop');
        exports.old = deprecate.function(() => 'done', 'old is gone soon');
    """,
    "old.js": """
        const { old } = require('../../lib/shop');

        exports.handler = async () => ({ statusCode: 200, body: old() });
    """,
    "chain.js": """
        const VError = require('verror');
        exports.handler = async () => { throw new VError(new Error('inner'), 'outer') };
    """,
    "mapped.ts": """
        import 'source-map-support/register';
        interface Nothing {}
        export const handler = async (): Promise<Nothing> => {
          throw new Error('mapped');
        };
    """,
}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    project = write_project(tmp_path_factory.mktemp("packages"), FUNCTIONS)
    (project / "package.json").write_text("{}", encoding="utf-8")
    command = [*npm(), "install", "--no-audit", "--no-fund", *PACKAGES]
    subprocess.run(command, cwd=project, check=True, timeout=120, capture_output=True)
    with served(project) as server:
        yield server


def test_callers_are_found(server: Served) -> None:
    body = server.get("who").body.decode()
    assert Path(body.rpartition(":")[0]).name == "who.js"
    assert body.endswith(":4")


def test_deprecations_are_told_with_their_place(server: Served) -> None:
    assert server.get("old").body == b"done"
    server.wait_for_output("shop deprecated old is gone soon at netlify/functions/old.js:4:")


def test_errors_with_causes_of_their_own_kind_have_the_authors_frames(server: Served) -> None:
    trace = json.loads(server.get("chain").body)["trace"]
    assert trace[0] == "VError: outer: inner"
    assert trace[1].endswith("(netlify/functions/chain.js:3:39)")


def test_stacks_that_a_package_maps_are_not_mapped_twice(server: Served) -> None:
    trace = json.loads(server.get("mapped").body)["trace"]
    assert trace[0] == "Error: mapped"
    assert trace[1].endswith("(netlify/functions/mapped.ts:5:9)")
