"""TypeScript functions, really bundled by esbuild, and the bundles really run by our runner."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from polyfn.model import Function, Tool
from polyfn.runtimes.node import NodeRuntime
from tests.unit.runtimes.node_support import (
    NotBuilt,
    answering,
    build,
    built,
    function,
    package,
    running,
    write,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    Tools = Mapping[str, Tool]

TRANSPILED = "Object.defineProperty(exports, '__esModule', { value: true }); exports.default = "


def test_a_typescript_function_imports_packages_and_local_files(
    tmp_path: Path, tools: Tools
) -> None:
    write(tmp_path, package("common"))
    write(tmp_path, package("esm", type="module", exports="./index.js"))
    write(tmp_path, package("dual", exports={"import": "./i.mjs", "require": "./r.js"}))
    write(tmp_path, package("transpiled"))
    write(tmp_path / "node_modules", {
        "common/index.js": "exports.sign = () => [__dirname, require('./data.json').x]",
        "common/data.json": '{"x": "beside"}',
        "esm/index.js": "export default 'esm default'; export const named = 'esm named'",
        "dual/i.mjs": "export default 'dual'",
        "dual/r.js": TRANSPILED + "'dual'",
        "transpiled/index.js": TRANSPILED + "'transpiled'",
    })  # fmt: skip
    write(tmp_path, {
        "package.json": '{"dependencies": {"common":"", "esm":"", "dual":"", "transpiled":""}}',
        "lib/shared.ts": "export enum Colour { Red = 'red' }",
        "netlify/functions/hello.ts": """
            import { sign } from 'common';
            import * as common from 'common';
            import esm, { named } from 'esm';
            import dual from 'dual';
            import transpiled from 'transpiled';
            import { Colour } from '../../lib/shared';
            import type { Missing } from 'not-installed';
            const same = common.sign === sign;
            """ + answering("[sign(), same, esm, named, dual, transpiled, Colour.Red]"),
    })  # fmt: skip
    it = function(tmp_path, "netlify/functions/hello.ts")
    with running(it, tools, tmp_path / ".polyfn/build/1") as child:
        sign = [str(tmp_path / "node_modules/common"), "beside"]
        expected = [sign, True, "esm default", "esm named", "dual", "transpiled", "red"]
        assert child.answer() == expected


def test_packages_are_found_from_the_functions_own_directory_upward(
    tmp_path: Path, tools: Tools
) -> None:
    write(tmp_path, package("dep") | package("upper"))
    write(tmp_path / "site/fn", package("dep"))
    write(tmp_path, {
        "site/fn/node_modules/dep/index.js": "module.exports = 'from the function'",
        "node_modules/dep/index.js": "module.exports = 'from the root'",
        "node_modules/upper/index.js": "module.exports = 'from above the root'",
        "site/fn/package.json": '{"dependencies": {"dep": "*"}}',
        "package.json": '{"devDependencies": {"upper": "*"}}',
        "site/fn/fn.ts": "import dep from 'dep'; import upper = require('upper');\n"
        + answering("[dep, upper]"),
    })  # fmt: skip
    work = tmp_path / "elsewhere/work"  # nowhere near a node_modules
    with running(function(tmp_path / "site", "fn/fn.ts"), tools, work) as child:
        assert child.answer() == ["from the function", "from above the root"]


@pytest.mark.parametrize(("kind", "main"), [("commonjs", "fn/a.mts"), ("module", "fn/a.ts")])
def test_a_module_gets_nodes_default_imports_and_every_named_one(
    tmp_path: Path, tools: Tools, kind: str, main: str
) -> None:
    common = "for (const name of ['sign']) exports[name] = () => name"  # no lexer finds the name
    write(tmp_path, package("common") | package("esm", type="module", exports="./index.js"))
    write(tmp_path, {
        "package.json": json.dumps({"type": kind, "dependencies": {"common": "", "esm": ""}}),
        "node_modules/common/index.js": common,
        "node_modules/esm/index.js": "export default 'esm default'",
        "fn/lib.ts": "export const local = 1",
        main: "import common, { sign } from 'common'; import esm from 'esm';\n"
        "import { local } from './lib.js';\n"
        + answering("[Object.keys(common), sign(), esm, local]"),
    })  # fmt: skip
    with running(function(tmp_path, main), tools, tmp_path / "work") as child:
        assert child.answer() == [["sign"], "sign", "esm default", 1]


def test_a_top_level_await_makes_an_es_module_with_its_packages_in_it(
    tmp_path: Path, tools: Tools
) -> None:
    write(tmp_path, package("common"))
    write(tmp_path, {
        "package.json": '{"dependencies": {"common": "*"}}',
        "node_modules/common/index.js": "exports.sep = require('path').sep",
        "fn/a.ts": """
            import { createRequire } from 'node:module';
            import { sep } from 'common';
            const require = createRequire(import.meta.url);
            const value: string = await Promise.resolve('awaited');
            """ + answering("[value, sep, require('common').sep, __filename]"),
    })  # fmt: skip
    it = function(tmp_path, "fn/a.ts")
    with running(it, tools, tmp_path / "work") as child:
        assert child.answer() == ["awaited", os.sep, os.sep, str(it.main_file)]


@pytest.mark.parametrize("main", ["fn/a.ts", "fn/a.mjs"])
def test_what_a_bundle_imports_may_await_at_its_top_level(
    tmp_path: Path, tools: Tools, main: str
) -> None:
    write(tmp_path, {
        "lib/late.ts": "export const late = await Promise.resolve('late')",
        "fn/note.txt": "a note",
        main: "import { late } from '../lib/late.ts'; import note from './note.txt';\n"
        + answering("[late, note, __dirname]").replace(": unknown", ""),
    })  # fmt: skip
    with running(function(tmp_path, main), tools, tmp_path / "work") as child:
        assert child.answer() == ["late", "a note", str(tmp_path / "fn")]


@pytest.mark.parametrize("kind", ["commonjs", "module"])
@pytest.mark.parametrize("main", ["fn/a.js", "fn/a.mjs", "fn/a.mts"])
def test_what_netlifys_bundlers_allow_is_allowed(
    tmp_path: Path, tools: Tools, kind: str, main: str
) -> None:
    write(tmp_path, {
        "package.json": f'{{"type": "{kind}"}}',
        "lib/index.ts": "export { default as data } from './data.json'; export enum E { A = 'a' }",
        "lib/data.json": '{"a": 1}',
        "lib/with.json": '"with"',
        main: "import { data, E } from '../lib';\n"
        "import attribute from '../lib/with.json' with { type: 'json' };\n"
        + answering("[data.a, E.A, attribute, __filename, typeof require, import.meta.url]")
        .replace(": unknown", ""),
    })  # fmt: skip
    it = function(tmp_path, main)
    with running(it, tools, tmp_path / "work") as child:
        expected = [1, "a", "with", str(it.main_file), "function", it.main_file.as_uri()]
        assert child.answer() == expected


def test_the_setting_bundles_javascript_that_node_would_run(tmp_path: Path, tools: Tools) -> None:
    write(tmp_path, {
        "tsconfig.json": '{"compilerOptions": {"paths": {"@/*": ["./lib/*"]}}}',
        "lib/two.js": "exports.two = 2",
        "fn/a.js": "const { two } = require('@/two');\n"
        "exports.handler = async () => ({ statusCode: 200, body: JSON.stringify(two) });",
    })  # fmt: skip
    it = function(tmp_path, "fn/a.js", node_bundler="esbuild")
    with running(it, tools, tmp_path / "work") as child:
        assert child.answer() == 2


def test_files_that_import_each_other_work_as_far_as_they_do_in_node(
    tmp_path: Path, tools: Tools
) -> None:
    write(tmp_path, {
        "fn/b.ts": "import { name } from './a'; export const later = () => name",
        "fn/a.ts": "import { later } from './b'; export const name = 'a';\n"
        + answering("later()"),
    })  # fmt: skip
    with running(function(tmp_path, "fn/a.ts"), tools, tmp_path / "work") as child:
        assert child.answer() == "a"


def test_a_bundle_stands_for_its_main_file(tmp_path: Path, tools: Tools) -> None:
    root = tmp_path / "a b#ü'\"%20"
    write(root, {
        "fn/data.txt": "beside",
        "fn/a.ts": """
            import { readFileSync as read } from 'node:fs';
            const byUrl = read(new URL('./data.txt', import.meta.url), 'utf8');
            const byName = read(__dirname + '/data.txt', 'utf8');
            """ + answering("[__filename, byUrl, byName, require.main === module]"),
    })  # fmt: skip
    it = function(root, "fn/a.ts")
    with running(it, tools, tmp_path / "work") as child:
        assert child.answer() == [str(it.main_file), "beside", "beside", False]


def test_traces_name_the_authors_lines(tmp_path: Path, tools: Tools) -> None:
    write(tmp_path, {
        "lib/deep.ts": "interface Unused { a: 1 }\n\n"
        "export function deep(): never {\n  throw new RangeError('far');\n}\n",
        "fn/a.ts": "import { deep } from '../lib/deep';\ntype T = string;\n"
        "export const handler = async () => {\n  deep();\n};\n",
    })  # fmt: skip
    it = function(tmp_path, "fn/a.ts")
    with running(it, tools, tmp_path / ".polyfn/build/1") as child:
        error = child.error()
    assert (error["errorType"], error["errorMessage"]) == ("RangeError", "far")
    first, second, third = error["trace"]
    assert first == "RangeError: far"
    assert "(lib/deep.ts:4:9)" in second
    assert "(fn/a.ts:4:" in third


def test_es_module_code_stays_strict(tmp_path: Path, tools: Tools) -> None:
    write(tmp_path, {
        "tsconfig.json": '{"compilerOptions": {"strict": true}}',
        "a.ts": "export const handler = async () => { (Object.freeze({}) as any).x = 1 }",
    })  # fmt: skip
    with running(function(tmp_path, "a.ts"), tools, tmp_path / "work") as child:
        assert child.error()["errorType"] == "TypeError"


def test_tsx_and_the_nearest_tsconfig_are_followed(tmp_path: Path, tools: Tools) -> None:
    write(tmp_path, {
        "base.json": '{"compilerOptions": {"jsx": "react", "jsxFactory": "h"}}',
        "tsconfig.json": '{\n  // a comment\n  "extends": "./base",\n'
        '  "compilerOptions": {"paths": {"@/*": ["./lib/*"]}}\n}',
        "lib/h.ts": "export const h = (name: string) => `<${name}>`",
        "fn/a.tsx": "import { h } from '@/h';\n" + answering("<p />"),
    })  # fmt: skip
    it = function(tmp_path, "fn/a.tsx")
    with running(it, tools, tmp_path / "work") as child:
        assert child.answer() == "<p>"
    plan = NodeRuntime().plan(it, tools, {})
    assert plan is not None
    expected = {tmp_path / name for name in ("base.json", "tsconfig.json", "lib/h.ts", "fn/a.tsx")}
    assert set(plan.inputs(tmp_path / "work")) == expected


def test_the_inputs_are_everything_that_was_bundled(tmp_path: Path, tools: Tools) -> None:
    repo = tmp_path / "repo"
    write(repo, package("esm", type="module") | package("common"))
    write(tmp_path, {
        "repo/package.json": '{"dependencies": {"esm": "*", "common": "*"}}',
        "repo/tsconfig.json": '{"extends": ["./tsconfig.json", "@tsconfig/none"]}',
        "repo/node_modules/esm/index.js": "export const esm = 1",
        "repo/node_modules/common/index.js": "exports.common = 1",
        "shared/data.json": '{"a": 1}',
        "repo/fn/a.ts": "import { esm } from 'esm'; import { common } from 'common';\n"
        "import data from '../../shared/data.json';\n" + answering("[esm, common, data]"),
    })  # fmt: skip
    plan = NodeRuntime().plan(function(repo, "fn/a.ts"), tools, {})
    assert plan is not None
    build(plan, tmp_path / "work")
    assert set(plan.inputs(tmp_path / "work")) == {
        repo / "package.json",
        repo / "tsconfig.json",
        repo / "node_modules/esm/index.js",
        repo / "fn/a.ts",
        tmp_path / "shared/data.json",
    }


def test_external_node_modules_stay_outside(tmp_path: Path, tools: Tools) -> None:
    write(tmp_path, package("odd", exports={"import": "./broken.ts"}))
    write(tmp_path, {
        "fn/a.ts": "let code; try { require('odd') } catch (error: any) { code = error.code }\n"
        + answering("code"),
    })  # fmt: skip
    it = function(tmp_path, "fn/a.ts", external_node_modules=("odd",))
    with running(it, tools, tmp_path / "work") as child:
        assert child.answer() == "ERR_PACKAGE_PATH_NOT_EXPORTED"


def refusal(root: Path, main: str, tools: Tools) -> str:
    """What the author reads when a function does not build."""
    with pytest.raises(NotBuilt) as caught:
        built(function(root, main), tools, root / "work")
    return str(caught.value)


def test_a_syntax_error_is_told_in_esbuilds_words(tmp_path: Path, tools: Tools) -> None:
    write(tmp_path, {"fn/a.ts": "const a = 1;\nexport const = 2;\n"})
    words = refusal(tmp_path, "fn/a.ts", tools)
    assert 'Expected identifier but found "="' in words
    assert "fn/a.ts:2:13:" in words
    assert "npm install" not in words


def test_missing_packages_are_named_with_the_command_that_installs_them(
    tmp_path: Path, tools: Tools
) -> None:
    imports = ("left-pad/sub", "@acme/db/client", "./lib", "#x")
    write(tmp_path, {"fn/a.ts": "".join(f"import '{name}';\n" for name in imports)})
    words = refusal(tmp_path, "fn/a.ts", tools)
    assert 'Could not resolve "left-pad/sub"' in words
    assert "fn/a.ts:1:7:" in words
    assert words.endswith("Install what is missing: npm install @acme/db left-pad")
    assert "There is no such file. A path is relative to the file that imports it" in words
    assert "#x: such names come from `paths` in the nearest tsconfig.json" in words
    assert "as external" not in words  # a flag of esbuild's is not the author's to set


def test_the_command_that_installs_is_that_of_the_lock_file(tmp_path: Path, tools: Tools) -> None:
    write(tmp_path, {"pnpm-lock.yaml": "", "site/fn/a.ts": "import 'left-pad'"})
    assert refusal(tmp_path / "site", "fn/a.ts", tools).endswith("pnpm add left-pad")
    write(tmp_path, {"site/.pnp.cjs": ""})
    words = refusal(tmp_path / "site", "fn/a.ts", tools)
    assert "Plug'n'Play keeps packages where only Yarn finds them, and is not supported" in words
    assert "nodeLinker: node-modules" in words


def test_a_file_that_nothing_can_load_is_told_with_what_to_do(tmp_path: Path, tools: Tools) -> None:
    write(
        tmp_path,
        {"a.ts": "export { default } from './a.graphql'", "a.graphql": "type Query { a: Int }"},
    )
    words = refusal(tmp_path, "a.ts", tools)
    assert 'No loader is configured for ".graphql" files' in words
    assert ".graphql files cannot be imported, here or at Netlify" in words
    assert 'included_files of [functions."a"]' in words


def test_javascript_runs_as_it_is(tmp_path: Path, node: Tool) -> None:
    write(tmp_path, {
        "fn/a.js": "import { sep } from 'node:path';\n"
        + answering("[sep, import.meta.url]").replace(": unknown", ""),
    })  # fmt: skip
    it = function(tmp_path, "fn/a.js")
    with running(it, {"node": node}, tmp_path / "work") as child:
        assert child.answer() == [os.sep, it.main_file.as_uri()]
    assert not (tmp_path / "work").exists()


def test_decorators_without_the_types_they_may_look_for_are_warned_of(
    tmp_path: Path, tools: Tools
) -> None:
    write(tmp_path, {
        "node_modules/base/tsconfig.json": '{"compilerOptions": {"emitDecoratorMetadata": true}}',
        "tsconfig.json": '{"extends": "base", "compilerOptions": {"experimentalDecorators": true}}',
        "lib/plain.ts": "export const mail = 'a@b.c'",
        "lib/user.ts": "const Column = () => (at: any, name: string) => {};\n"
        "export class User {\n  @Column() name = 'x';\n}",
        "fn/a.ts": "export { mail } from '../lib/plain'",
        "fn/b.ts": "export { User } from '../lib/user'",
    })  # fmt: skip
    assert warned(function(tmp_path, "fn/a.ts"), tools) == ""
    words = warned(function(tmp_path, "fn/b.ts"), tools)
    assert "lib/user.ts has decorators, and tsconfig.json sets emitDecoratorMetadata" in words
    assert "@Column('text')" in words


def warned(of: Function, tools: Tools) -> str:
    """What the author reads of a build that went well."""
    plan = NodeRuntime().plan(of, tools, {})
    assert plan is not None
    assert plan.warn is not None
    work = of.project_root / "work"
    build(plan, work)
    return plan.warn(work, "")
