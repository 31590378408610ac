"""What becomes of packages when a function is bundled: real ones, addons, links, workspaces."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from polyfn.runtimes.node import NodeRuntime
from tests.unit.runtimes.node_support import (
    answering,
    build,
    function,
    package,
    running,
    write,
)

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from polyfn.model import Tool

    Tools = Mapping[str, Tool]

_REAL = "\n".join(
    [
        "import chalk, { Chalk } from 'chalk';",
        "import _, { chunk } from 'lodash';",
        "import { mask } from 'bufferutil';",
        "import { crc32 } from '@node-rs/crc32';",
        "const masked = Buffer.alloc(1);",
        "mask(Buffer.from([1]), Buffer.from([2, 0, 0, 0]), masked, 0, 1);",
        answering("[typeof chalk.red, typeof Chalk, _.chunk === chunk, masked[0], crc32('a')]"),
    ]
)
_NAMES = '{"bufferutil": "", "chalk": "", "lodash": "", "@node-rs/crc32": ""}'
_ANSWER = ["function", "function", True, 3, 3904355907]


@pytest.mark.parametrize("kind", ["commonjs", "module"])
@pytest.mark.parametrize(
    "main", ["fn/a.ts", "fn/a.mts", "fn/a.mjs", "fn/a.js", "fn/waits.ts", "fn/waits.mjs"]
)
def test_real_packages_work_from_every_kind_of_file(
    tmp_path: Path, tools: Tools, packages: Path, kind: str, main: str
) -> None:
    text = _REAL if main.endswith("ts") else _REAL.replace(": unknown", "")
    waits = "await Promise.resolve();\n" if "waits" in main else ""
    write(tmp_path, {
        "package.json": f'{{"type": "{kind}", "dependencies": {_NAMES}}}', main: waits + text,
    })  # fmt: skip
    (tmp_path / "node_modules").symlink_to(packages)
    with running(function(tmp_path, main), tools, tmp_path / ".polyfn/build/1/2") as child:
        assert child.answer() == _ANSWER


@pytest.mark.parametrize("main", ["fn/a.ts", "fn/waits.ts"])
def test_an_addon_deep_below_a_bundled_package_stays_where_it_is(
    tmp_path: Path, tools: Tools, packages: Path, main: str
) -> None:
    """As pnpm lays packages out: only the project's own dependencies are found from its files."""
    store = tmp_path / "node_modules/.pnpm"
    write(store / "deep@1", package("deep", type="module", exports="./index.js"))
    write(store, {
        "deep@1/node_modules/deep/index.js": "export { default as native } from 'bufferutil'",
        "deep@1/node_modules/deep/package.json":
            '{"name": "deep", "type": "module", "exports": "./index.js",'
            ' "dependencies": {"bufferutil": "4"}}',
    })  # fmt: skip
    (store / "deep@1/node_modules/bufferutil").symlink_to(packages / "bufferutil")
    _link(packages / "node-gyp-build", store / "deep@1/node_modules/node-gyp-build")
    _link(store / "deep@1/node_modules/deep", tmp_path / "node_modules/deep")
    waits = "await Promise.resolve();\n" if "waits" in main else ""
    write(tmp_path, {
        "package.json": '{"dependencies": {"deep": "1"}}',
        main: f"{waits}import {{ native }} from 'deep';\n" + answering("typeof native.mask"),
    })  # fmt: skip
    with running(function(tmp_path, main), tools, tmp_path / ".polyfn/build/1/2") as child:
        assert child.answer() == "function"


def test_an_addon_of_the_authors_own_is_loaded_from_where_it_is(
    tmp_path: Path, tools: Tools, packages: Path
) -> None:
    addon = next((packages / "@node-rs").glob("crc32-*/*.node"))
    write(tmp_path, {
        "lib/deep/own.ts": "export const { crc32 } = require('./own.node')",
        "fn/a.ts": "import { crc32 } from '../lib/deep/own';\n" + answering("crc32('a')"),
    })  # fmt: skip
    os.link(addon, tmp_path / "lib/deep/own.node")
    it = function(tmp_path, "fn/a.ts")
    with running(it, tools, tmp_path / ".polyfn/build/1/2") as child:
        assert child.answer() == 3904355907


@pytest.mark.parametrize("main", ["fn/a.ts", "fn/waits.ts"])
def test_what_a_bundled_package_names_and_does_without_is_not_asked_for(
    tmp_path: Path, tools: Tools, main: str
) -> None:
    """As knex does with its drivers; ``maybe`` is said to be optional, ``unsaid`` is not."""
    write(tmp_path, package("drivers") | package("only", type="module", exports="./index.js"))
    write(tmp_path, {
        "package.json": '{"dependencies": {"only": "", "drivers": ""}}',
        "node_modules/only/index.js": "import drivers from 'drivers'; export default drivers",
        "node_modules/drivers/package.json":
            '{"name": "drivers", "peerDependenciesMeta": {"maybe": {"optional": true}}}',
        "node_modules/drivers/index.js":
            "for (const name of ['one']) exports[name] = (pick) => pick === 'm' ? require('maybe')"
            " : pick === 'u' ? require('unsaid') : 'none'; require('./own')",
        "node_modules/drivers/own.js": "",
        main: ("await null;\n" if "waits" in main else "")
        + "import only from 'only'; import { one } from 'drivers';\n"
        "let code; try { one('u') } catch (error: any) { code = error.code }\n"
        + answering("[one(''), only.one(''), code]"),
    })  # fmt: skip
    it = function(tmp_path, main)
    with running(it, tools, tmp_path / ".polyfn/build/1/2") as child:
        assert child.answer() == ["none", "none", "MODULE_NOT_FOUND"]


def _link(target: Path, link: Path) -> None:
    link.parent.mkdir(parents=True, exist_ok=True)
    link.symlink_to(target)


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    """A repository of three packages; the site's functions use the others' source and build."""
    write(tmp_path, {
        "package.json": '{"workspaces": ["packages/*", "site"]}',
        "tsconfig.json": '{"compilerOptions": {"jsx": "react", "jsxFactory": "h"}}',
        "packages/source/package.json":
            '{"name": "@acme/source", "exports": {".": "./src/index.ts", "./*": "./src/*.ts"},'
            ' "dependencies": {"hoisted": "1"}}',
        "packages/source/tsconfig.json": '{"compilerOptions": {"baseUrl": "./src"}}',
        "packages/source/src/index.ts": "export { inner } from 'inner'; export { h } from './h.js'",
        "packages/source/src/inner.ts": "import { all } from 'hoisted';\n"
        "export const inner: string = `source ${all}`",
        "packages/source/src/h.ts": "export const h = (name: string): string => `<${name}>`",
        "packages/source/src/extra.ts": "export enum Extra { One = 'extra' }",
        "packages/built/package.json": '{"name": "@acme/built", "main": "./dist/index.js"}',
        "packages/built/dist/index.js": "exports.built = 'built'",
        "node_modules/hoisted/index.js": "exports.all = 'hoisted'",
        "site/package.json": '{"dependencies": {"@acme/source": "*", "@acme/built": "*"}}',
    })  # fmt: skip
    write(tmp_path, package("hoisted"))
    for name in ("source", "built"):
        _link(tmp_path / "packages" / name, tmp_path / "node_modules/@acme" / name)
    return tmp_path


@pytest.mark.parametrize("main", ["fn/a.tsx", "fn/a.mjs", "fn/a.js"])
def test_packages_of_a_workspace_are_used_from_source_and_as_built(
    workspace: Path, tools: Tools, main: str
) -> None:
    view = "<p />" if main == "fn/a.tsx" else "h('p')"
    text = "\n".join(
        [
            "import { inner, h } from '@acme/source';",
            "import { Extra } from '@acme/source/extra';",
            "import { built } from '@acme/built';",
            answering(f"[inner, Extra.One, built, {view}]"),
        ]
    )
    write(workspace / "site", {main: text if main == "fn/a.tsx" else text.replace(": unknown", "")})
    it = function(workspace / "site", main)
    with running(it, tools, workspace / "site/.polyfn/build/1/2") as child:
        assert child.answer() == ["source hoisted", "extra", "built", "<p>"]


def test_what_a_workspaces_package_is_made_of_counts_as_input(
    workspace: Path, tools: Tools
) -> None:
    text = "import { inner } from '@acme/source';\n" + answering("inner")
    write(workspace / "site", {"fn/a.ts": text})
    plan = NodeRuntime().plan(function(workspace / "site", "fn/a.ts"), tools, {})
    assert plan is not None
    build(plan, workspace / "site/.polyfn/build/1/2")
    inputs = set(plan.inputs(workspace / "site/.polyfn/build/1/2"))
    source = workspace / "packages/source"
    expected = ["package.json", "tsconfig.json", "src/index.ts", "src/inner.ts", "src/h.ts"]
    assert {source / name for name in expected} <= inputs
    assert workspace / "tsconfig.json" in inputs
