"""Plain ``.js`` with ES module syntax: what Node runs alone, and what becomes CommonJS first."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from polyfn.runtimes.node import NodeRuntime
from tests.unit.runtimes.node_support import function, package, running, write

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from polyfn.model import Tool

    Tools = Mapping[str, Tool]

_PLAIN = (
    "exports.handler = async () => ({ statusCode: 200 });",
    "const x = require('x'); // import from export\nexports.handler = async () => x;",
    "import fs from 'node:fs'; import { join } from 'path';\nexport const handler = () => fs;",
    "export const handler = async () => ({ statusCode: 200 });",
    "import x from 'x'; const y = await x(); export const handler = () => y;",
    "const load = () => import('x'); exports.handler = load;",
    "exports.handler = () => `\nimport x from 'x'\n`;",
)
_BUNDLED = (
    "import fs from 'fs'; exports.handler = () => fs;",
    "import fs from 'fs'; module.exports = { handler: () => fs };",
    "export const handler = () => __dirname;",
    "import x from 'x'; export const handler = () => x;",
    "import { y } from './y'; export const handler = () => y;",
    "export { handler } from '@scope/x';",
    "export * from '../x.js';",
    "import 'x';\nexport const handler = () => null;",
)


@pytest.mark.parametrize("source", _PLAIN)
def test_what_means_the_same_to_node_alone_is_not_built(tmp_path: Path, source: str) -> None:
    write(tmp_path, {"a.js": source})
    assert NodeRuntime().tools(function(tmp_path, "a.js")) == ("node",)


@pytest.mark.parametrize("source", _BUNDLED)
def test_what_netlify_turns_into_commonjs_is_bundled(tmp_path: Path, source: str) -> None:
    write(tmp_path, {"a.js": source})
    assert NodeRuntime().tools(function(tmp_path, "a.js")) == ("node", "esbuild")


def test_node_takes_no_module_syntax_in_a_package_that_says_commonjs(tmp_path: Path) -> None:
    write(tmp_path, {"a.js": _PLAIN[3], "b.js": _PLAIN[0], "package.json": '{"type": "commonjs"}'})
    assert NodeRuntime().tools(function(tmp_path, "a.js")) == ("node", "esbuild")
    assert NodeRuntime().tools(function(tmp_path, "b.js")) == ("node",)


@pytest.mark.parametrize("name", ["a.mjs", "a.cjs", "module/a.js"])
def test_a_file_whose_kind_is_said_is_left_to_node(tmp_path: Path, name: str) -> None:
    write(tmp_path, {name: _BUNDLED[0], "module/package.json": '{"type": "module"}'})
    assert NodeRuntime().tools(function(tmp_path, name)) == ("node",)


def test_import_beside_exports_runs_and_so_do_imports_that_only_require_can_resolve(
    tmp_path: Path, tools: Tools
) -> None:
    write(tmp_path, package("transpiled"))
    write(tmp_path, {
        "package.json": '{"dependencies": {"transpiled": ""}}',
        "node_modules/transpiled/index.js": (
            "Object.defineProperty(exports, '__esModule', { value: true });"
            "Object.assign(exports, { default: 'the default', ['na' + 'med']: 'named' });"
        ),
        "netlify/functions/a/a.js": """
            import transpiled, { named } from 'transpiled';
            import local from './local';
            import data from './data.json';
            exports.handler = async () => ({
              statusCode: 200,
              body: JSON.stringify([transpiled, named, local, data.x, __dirname]),
            });
        """,
        "netlify/functions/a/local.js": "export default require('path').basename(__filename);",
        "netlify/functions/a/data.json": '{"x": "data"}',
    })  # fmt: skip
    it = function(tmp_path, "netlify/functions/a/a.js")
    with running(it, tools, tmp_path / ".polyfn/build/1") as child:
        directory = str(it.main_file.parent)
        assert child.answer()[:2] == ["the default", "named"]
        assert child.answer()[3:] == ["data", directory]
