"""Line and column of each throw, exactly: in TypeScript, and in JavaScript that was built of it."""

from __future__ import annotations

import asyncio
import json
import re
import shutil
import subprocess
import urllib.parse
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.acceptance.serving import Served, served
from tests.acceptance.toolboxes import found
from tests.waiting import eventually

SOURCE = Path(__file__).resolve().parents[1] / "functions/sites/sites.ts"
_MARK = re.compile(r"/\*([^*\s]+)\*/ (?=new )")
_PLACE = re.compile(r"([^\s()]+):(\d+):(\d+)\)?$")

# Function → the file that its frames must name.
BUNDLED = {"sites": "netlify/functions/sites.ts", "awaiting": "netlify/functions/awaiting.ts"}
BUILT = {"linked": "src/sites.ts", "inline": "src/sites.ts", "module": "src/sites.ts"}
FILES = BUNDLED | BUILT


def sites() -> dict[str, tuple[int, int]]:
    """Line and column of each site, from 1 on; columns count UTF-16 units, as JavaScript's do."""
    found = {}
    for number, line in enumerate(SOURCE.read_text(encoding="utf-8").split("\n"), 1):
        for mark in _MARK.finditer(line):
            found[mark[1]] = number, len(line[: mark.end()].encode("utf-16-le")) // 2 + 1
    return found


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    project = tmp_path_factory.mktemp("sites") / "a (strange) project"
    functions = project / "netlify/functions"
    functions.mkdir(parents=True)
    shutil.copy(SOURCE, functions / "sites.ts")
    text = SOURCE.read_text(encoding="utf-8")
    (functions / "awaiting.ts").write_text(f"{text}\nawait null;\n", encoding="utf-8")
    (project / "src").mkdir()
    shutil.copy(SOURCE, project / "src")
    build(project, "dist/linked.js", "--sourcemap", "--format=cjs")
    build(project, "netlify/functions/inline.js", "--sourcemap=inline", "--format=cjs", "--minify")
    build(project, "netlify/functions/module.mjs", "--sourcemap", "--format=esm", "--minify")
    (functions / "linked.js").write_text("module.exports = require('../../dist/linked')\n")
    with served(project) as server:
        yield server


def build(project: Path, out: str, *options: str) -> None:
    """As an author builds: our own bundles are made by `polyfn serve`."""
    esbuild = str(asyncio.run(found("esbuild")))
    argv = [esbuild, "src/sites.ts", "--bundle", "--platform=node", f"--outfile={out}", *options]
    subprocess.run(argv, cwd=project, check=True, timeout=60, capture_output=True)


@pytest.mark.parametrize("site", sites())
@pytest.mark.parametrize("name", FILES)
async def test_first_frame_is_the_throw_in_the_answer_and_in_the_log(
    server: Served, name: str, site: str
) -> None:
    before = len(server.output)
    answer = server.get(f"{name}?site={urllib.parse.quote(site)}")
    trace = json.loads(answer.body)["trace"]
    line, column = sites()[site]
    place = f"{FILES[name]}:{line}:{column}"
    assert places(trace)[0] == place, trace
    # The function prints its error, and polyfn the one it was told of.
    await eventually(lambda: places(logged(server, before)).count(place) == 2)
    shown = [*trace, *logged(server, before)]
    assert not [line for line in shown if "dist/" in line or "runners/" in line]


def logged(server: Served, start: int) -> list[str]:
    return [line.partition("| ")[2] for line in server.output[start:]]


def places(lines: list[str]) -> list[str]:
    return [match[0].rstrip(")") for line in lines if (match := _PLACE.search(line))]
