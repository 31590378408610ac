"""Which files a function was loaded from, from each language's runner to the pool."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path

import pytest

from polyfn.app.project import open_project
from polyfn.errors import LoadFailed
from polyfn.model import Invocation, LogLine, Timing
from polyfn.pool.budget import Budget
from polyfn.pool.deployment import Deployment
from polyfn.pool.pool import Pool
from polyfn.pool.spawner import Spawner
from polyfn.settings import Flags, load
from polyfn.settings.values import Limits
from tests.waiting import eventually

FILES = {
    "netlify/functions/js.js": "require('../../lib/both.js'); require('linked');\n"
    "exports.handler = async () => { require('../../lib/late.json'); return { statusCode: 200 } }",
    "netlify/functions/esm.mjs": "import '../../lib/both.js'; import '../../lib/one.mjs';\n"
    "export const handler = async () => { await import('../../lib/late.mjs'); return null }",
    "netlify/functions/ts.ts": "import { one } from '../../lib/one.mjs';\n"
    "export const handler = async () => one",
    "netlify/functions/py.py": "from lib import part\n"
    "def handler(event, context):\n    from lib import late\n    return 1",
    "netlify/functions/broken.js": "require('../../lib/throws.js')",
    "packages/linked/index.js": "",
    "lib/both.js": "",
    "lib/late.json": "{}",
    "lib/late.mjs": "",
    "lib/late.py": "",
    "lib/one.mjs": "export const one = 1",
    "lib/part.py": "",
    "lib/throws.js": "null.x",
}


class Silent:
    """A sink that keeps nothing."""

    def write(self, line: LogLine) -> None:
        """Take one line."""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    root = Path(os.path.realpath(tmp_path)) / "site"
    for name, text in FILES.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    (root / "node_modules").mkdir()
    (root / "node_modules/linked").symlink_to("../packages/linked")
    return root


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("js", {"netlify/functions/js.js", "packages/linked/index.js", "lib/both.js"}),
        ("esm", {"netlify/functions/esm.mjs", "lib/both.js", "lib/one.mjs"}),
        ("ts", set()),
        ("py", {"netlify/functions/py.py", "lib/part.py"}),
    ],
)
async def test_files_of_a_function_reach_the_pool_the_late_ones_too(
    project: Path, name: str, expected: set[str]
) -> None:
    late = {"js": {"lib/late.json"}, "esm": {"lib/late.mjs"}, "py": {"lib/late.py"}}
    deployment = await prepared(project, name)
    with Spawner() as spawner:
        async with pool_of(deployment, spawner) as pool:
            await pool.invoke(invocation(name), Timing())
            everything = expected | late.get(name, set())
            await eventually(lambda: own_files(pool, project) == everything)
            if name == "ts":  # its bundle: what that was built from is known from the build
                assert {Path(file) for file in pool.loaded_files} == {deployment.artifact.path}


async def test_files_of_a_function_that_does_not_load_reach_the_pool(project: Path) -> None:
    with Spawner() as spawner:
        async with pool_of(await prepared(project, "broken"), spawner) as pool:
            with pytest.raises(LoadFailed):
                await pool.invoke(invocation("broken"), Timing())
            assert own_files(pool, project) == {"netlify/functions/broken.js", "lib/throws.js"}


async def prepared(project: Path, name: str) -> Deployment:
    """A function of the project, built."""
    settings = load(project, environ={"PATH": os.environ["PATH"]}, flags=Flags(cwd=project))
    async with open_project(settings, sink=Silent()) as opened:
        return await opened.fleet.prepare(name)


def pool_of(deployment: Deployment, spawner: Spawner) -> Pool:
    budget = Budget(10, lambda: asyncio.sleep(0, result=False))
    return Pool(deployment, limits=Limits(), budget=budget, sink=Silent(), spawner=spawner)


def invocation(name: str) -> Invocation:
    return Invocation(function=name, request_id="r-1", event=b"{}", timeout_s=30)


def own_files(pool: Pool, project: Path) -> set[str]:
    """What was told of the project's own files, without what was built."""
    inside = (Path(file) for file in pool.loaded_files if Path(file).is_relative_to(project))
    names = {path.relative_to(project).as_posix() for path in inside}
    return {name for name in names if not name.startswith(".polyfn/")}
