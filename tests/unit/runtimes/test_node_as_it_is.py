"""Which JavaScript is served as it was saved, and which esbuild has to make loadable first."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from polyfn.runtimes.node import NodeRuntime
from polyfn.runtimes.node.as_it_is import runs_as_it_is
from tests.unit.runtimes.node_support import function, package, write

if TYPE_CHECKING:
    from pathlib import Path

_FILES = {
    "lib/code.js": "export const a = 1",
    "lib/typed.ts": "export const a: number = 1",
    "lib/view.jsx": "export const a = <p />",
    "lib/data.json": "{}",
    "lib/text.txt": "",
    "lib/index.js": "export const a = 1",
    "lib/deep.js": "import { a } from './typed.ts'",
    "node_modules/seen/index.js": "exports.one = 1; Object.defineProperty(exports, 'two', {});",
    "node_modules/again/index.js": "module.exports = require('./lib/again')",
    "node_modules/again/lib/again.js": "module.exports = { one, two: 2 }",
    "node_modules/hidden/index.js": "for (const name of ['one']) exports[name] = 1",
    "node_modules/esm/index.js": "export const one = 1",
    "packages/source/src/index.ts": "export const one: number = 1",
    "packages/plain/index.js": "exports.one = 1",
    "packages/mixed/index.js": "require('./typed.ts')",
    "packages/mixed/typed.ts": "",
}


@pytest.fixture
def project(tmp_path: Path) -> Path:
    write(tmp_path, _FILES)
    for name in ("seen", "again", "hidden"):
        write(tmp_path, package(name))
    write(tmp_path, package("esm", type="module", exports="./index.js"))
    write(tmp_path, {
        "packages/source/package.json": '{"main": "./src/index.ts"}',
        "packages/plain/package.json": '{"main": "./index.js"}',
        "packages/mixed/package.json": "{}",
    })  # fmt: skip
    for name in ("source", "plain", "mixed"):
        (tmp_path / "node_modules" / name).symlink_to(tmp_path / "packages" / name)
    return tmp_path


def _plain(project: Path, text: str, name: str = "fn.mjs", bundler: str | None = None) -> bool:
    write(project, {f"fn/{name}": text})
    return runs_as_it_is(project / "fn" / name, bundler)


@pytest.mark.parametrize(
    "text",
    [
        "import { a } from '../lib/code.js'; import '../lib/index.js'",
        "import fs from 'node:fs'; import('node:path')",
        "import data from '../lib/data.json' with { type: 'json' }",
        "await import('../lib/data.json', { with: { type: 'json' } })",
        "import { one } from 'seen'; import { two as three } from 'seen'",
        "import again, { one, two } from 'again'",
        "import hidden from 'hidden'; import * as all from 'hidden'; export { default } from 'esm'",
        "import { one } from 'esm'; import { one as a } from 'not-installed'",
        "import { one } from 'plain'",
        "// import './typed'\nexport const a = \"import x from './gone'\"",
        "import m from 'node:module';\nconst require = m.createRequire('/');\nrequire('./x')",
        "const __dirname = new URL('.', import.meta.url).pathname;\nconsole.log(__dirname)",
        "console.log('__dirname', a.require('x'))",
    ],
)
def test_what_node_loads_is_served_as_it_is(project: Path, text: str) -> None:
    assert _plain(project, text)


@pytest.mark.parametrize(
    "text",
    [
        "import { a } from '../lib/typed.ts'",
        "import { a } from '../lib/typed'",
        "import { a } from '../lib/typed.js'",
        "import {\n  a,\n} from '../lib/code'",
        "export * from '../lib'",
        "import data from '../lib/data.json'",
        "import data from '../lib/data.json' assert { type: 'json' }",
        "import text from '../lib/text.txt'",
        "await import('../lib/view.jsx')",
        "import '../lib/deep.js'",
        "import { one } from 'hidden'",
        "import hidden, { one as two } from 'hidden'",
        "import { one } from 'source'",
        "import '../lib/code.js'\nrequire('esm')",
        "export const here = __dirname",
        "import mixed from 'mixed'",
    ],
)
def test_what_only_a_bundler_loads_is_bundled(project: Path, text: str) -> None:
    assert not _plain(project, text)


def test_commonjs_finds_its_files_without_extension_itself(project: Path) -> None:
    text = "require('../lib/code'); require('../lib'); require('../lib/data'); __dirname"
    assert _plain(project, text, "fn.js")
    assert _plain(project, text, "fn.cjs")
    assert not _plain(project, "require('../lib/typed.ts')", "fn.js")


def test_the_setting_decides_where_it_says_something(project: Path) -> None:
    assert not _plain(project, "exports.a = 1", bundler="esbuild")
    assert _plain(project, "import data from '../lib/data.json'", bundler="none")
    assert _plain(project, "exports.a = 1", bundler="nft")
    assert not _plain(project, "import data from '../lib/data.json'", bundler="nft")


def test_esbuild_is_asked_for_only_where_it_is_needed(project: Path) -> None:
    runtime = NodeRuntime()
    write(project, {"fn/a.js": "exports.a = 1", "fn/b.ts": "export {}"})
    write(project, {"fn/c.mjs": "import data from '../lib/data.json'"})
    assert runtime.tools(function(project, "fn/a.js")) == ("node",)
    assert runtime.tools(function(project, "fn/b.ts")) == ("node", "esbuild")
    assert runtime.tools(function(project, "fn/c.mjs")) == ("node", "esbuild")
    bundled = function(project, "fn/a.js", node_bundler="esbuild")
    assert runtime.tools(bundled) == ("node", "esbuild")


def test_files_that_import_each_other_and_long_ones_end(project: Path) -> None:
    write(project, {"fn/b.mjs": "import './fn.mjs'", "fn/long.mjs": "import '../lib/typed.ts'\n"})
    (project / "fn/long.mjs").write_text("import '../lib/typed.ts'\n" + "//" * 300_000)
    assert _plain(project, "import './b.mjs'; import './long.mjs'")
