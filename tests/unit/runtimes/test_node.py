"""The Node runtime: names, plans that are really run by esbuild, and bundles that really run."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from polyfn.model import Api, Function, SourceFacts, Tool
from polyfn.runtimes.node import NodeRuntime
from polyfn.runtimes.node.awaits import awaits_at_top_level
from polyfn.runtimes.node.packages import is_module, left_in_place
from tests.unit.runtimes.node_support import NotBuilt, build, built, function, running, write

if TYPE_CHECKING:
    from collections.abc import Mapping

    from polyfn.runtimes.contract import Runtime

RUNTIME: Runtime = NodeRuntime()
_NPM_S = 110


@pytest.fixture(scope="session")
def node() -> Tool:
    """The machine's Node."""
    path = shutil.which("node")
    if path is None:
        pytest.skip("this machine has no node on its PATH")
    version = subprocess.run(
        [path, "--version"], capture_output=True, text=True, timeout=30, check=True
    )
    return Tool(name="node", path=Path(path), version=version.stdout.strip()[1:], origin="PATH")


@pytest.fixture(scope="session")
def tools(node: Tool, tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Tool]:
    """Node, and the esbuild that npm brings."""
    npm = shutil.which("npm")
    if npm is None:
        pytest.skip("this machine has no npm on its PATH")
    home = tmp_path_factory.mktemp("esbuild")
    argv = [
        npm,
        "install",
        "--no-audit",
        "--no-fund",
        "--ignore-scripts",
        "--prefix",
        str(home),
        "esbuild@0.25",
    ]
    try:
        done = subprocess.run(
            argv, capture_output=True, text=True, timeout=_NPM_S, cwd=home, check=False
        )
    except subprocess.TimeoutExpired:
        pytest.skip("npm does not reach its registry in time")
    programs = list((home / "node_modules/@esbuild").glob("*/bin/esbuild"))
    if not programs:
        pytest.skip(f"npm cannot fetch esbuild: {done.stderr[-200:]}")
    version = json.loads((programs[0].parent.parent / "package.json").read_text())["version"]
    return {
        "node": node,
        "esbuild": Tool(name="esbuild", path=programs[0], version=version, origin="npm"),
    }


# Names


def names(found: Mapping[str, list[Path]]) -> dict[str, list[str]]:
    return {name: [path.name for path in paths] for name, paths in found.items()}


def test_files_are_named_without_their_last_extension_and_the_first_extension_wins() -> None:
    listed = "a.cts a.mts a.tsx a.ts a.cjs a.mjs a.js b.ts v1.2.js Hello.js hello.js"
    assert names(RUNTIME.files([Path("/f") / name for name in listed.split()])) == {
        "a": ["a.js", "a.mjs", "a.cjs", "a.ts", "a.tsx", "a.mts", "a.cts"],
        "b": ["b.ts"],
        "v1.2": ["v1.2.js"],
        "Hello": ["Hello.js"],
        "hello": ["hello.js"],
    }


def test_declarations_and_other_files_are_no_functions() -> None:
    listed = "a.d.ts b.d.mts c.d.cts d.json e.jsx f.py g README.md .ts"
    assert RUNTIME.files([Path("/f") / name for name in listed.split()]) == {}


def test_a_declaration_in_javascript_is_only_a_name() -> None:
    assert names(RUNTIME.files([Path("/f/a.d.js")])) == {"a.d": ["a.d.js"]}


def test_a_directory_prefers_its_own_name_and_then_index_for_each_extension(tmp_path: Path) -> None:
    every = [
        f"{stem}.{suffix}"
        for suffix in "js ts mjs cjs tsx mts cts".split()
        for stem in ("fn", "index")
    ]
    write(tmp_path, {f"fn/{name}": "" for name in [*every, "other.js", "fn.d.ts"]})
    assert [path.name for path in RUNTIME.mains(tmp_path / "fn", "fn")] == every


def test_a_directory_may_be_called_like_a_file_or_like_index(tmp_path: Path) -> None:
    write(tmp_path, {"four.js/four.js.js": "", "index/index.js": "", "none/lib.js": ""})
    (tmp_path / "odd/odd.js").mkdir(parents=True)
    assert RUNTIME.mains(tmp_path / "four.js", "four.js") == [tmp_path / "four.js/four.js.js"]
    assert RUNTIME.mains(tmp_path / "index", "index") == [tmp_path / "index/index.js"]
    assert RUNTIME.mains(tmp_path / "none", "none") == []
    assert RUNTIME.mains(tmp_path / "odd", "odd") == []


def test_the_source_is_read_for_its_facts(tmp_path: Path) -> None:
    write(tmp_path, {"a.js": "exports.handler = async () => ({ statusCode: 200 })"})
    assert RUNTIME.inspect(tmp_path / "a.js") == SourceFacts()


# Plans and launches


def test_javascript_is_not_built_and_needs_only_node(tmp_path: Path, node: Tool) -> None:
    for name in ("a.js", "a.mjs", "a.cjs"):
        it = function(tmp_path, name)
        assert RUNTIME.tools(it) == ("node",)
        assert RUNTIME.plan(it, {"node": node}, {}) is None


def test_typescript_needs_esbuild(tmp_path: Path) -> None:
    for name in ("a.ts", "a.tsx", "a.mts", "a.cts"):
        assert RUNTIME.tools(function(tmp_path, name)) == ("node", "esbuild")


def test_a_launch_runs_the_main_file_or_the_bundle_with_its_source_map(
    tmp_path: Path, node: Tool
) -> None:
    it = function(tmp_path, "a.ts")
    launch = RUNTIME.launch(it, tmp_path / "out.cjs", {"node": node})
    assert launch.argv[0] == str(node.path)
    assert Path(launch.argv[1]).is_file()
    assert launch.frame_fds == (3, 4)
    assert launch.load == {
        "main_file": str(tmp_path / "out.cjs"),
        "source_file": str(it.main_file),
        "handler": "handler",
        "source_maps": True,
    }
    assert RUNTIME.launch(it, it.main_file, {"node": node}).load["source_maps"] is False


def test_of_a_modern_function_no_handler_is_asked_for(tmp_path: Path, node: Tool) -> None:
    it = function(tmp_path, "a.js")
    modern = Function(
        name="a", runtime="node", main_file=it.main_file, source=it.source, project_root=tmp_path,
        api=Api.MODERN, handler="default",
    )  # fmt: skip
    assert RUNTIME.launch(modern, it.main_file, {"node": node}).load["handler"] == ""


def test_a_plan_says_what_it_does_and_what_changes_it(tmp_path: Path) -> None:
    write(tmp_path, {"fn/a.ts": "export const handler = 1"})
    here = {
        "node": Tool(name="node", path=Path("/node"), version="22.1.0", origin=""),
        "esbuild": Tool(name="esbuild", path=Path("/esbuild"), version="0.25.1", origin=""),
    }
    plan = RUNTIME.plan(function(tmp_path, "fn/a.ts"), here, {"A": "b"})
    assert plan is not None
    (command,) = plan.commands
    assert plan.title == "esbuild fn/a.ts"
    assert plan.output == "a.cjs"
    assert "0.25.1" in plan.salt
    assert (command.cwd, dict(command.env)) == (tmp_path, {"A": "b"})
    assert command.argv[:2] == ("/esbuild", str(tmp_path / "fn/a.ts"))
    assert "--target=node22" in command.argv
    write(tmp_path, {"tsconfig.json": "{}", "fn/package.json": "{}"})
    again = RUNTIME.plan(function(tmp_path, "fn/a.ts"), here, {"A": "b"})
    assert again is not None
    assert again.salt == (
        *plan.salt,
        str(tmp_path / "fn/package.json"),
        str(tmp_path / "tsconfig.json"),
    )


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("const a = await b;", True),
        ("export const a = { b: [await c] };", True),
        ("if (a) { for await (const b of c) {} }", True),
        ("export default await a;", True),
        ("async function a() { await b }", False),
        ("const a = async () => { await b }", False),
        ("const a = async () => await b", False),
        ("class A { b = async () => await c; async d() { for await (const e of f) {} } }", False),
        (
            "export const handler: Handler = async (e) => { await x(); return { statusCode: 200 } }",
            False,
        ),
        ("const a = async function* () { yield await b }", False),
        ("// await\nconst text = 'await';", False),
        ("const a = { async b() { await c } }", False),
        ("export const a = 1", False),
    ],
)
def test_an_await_counts_only_outside_functions(
    tmp_path: Path, source: str, expected: bool
) -> None:  # noqa: FBT001
    write(tmp_path, {"a.ts": source})
    assert awaits_at_top_level(tmp_path / "a.ts") is expected


# Packages


def package(name: str, **manifest: object) -> dict[str, str]:
    return {f"node_modules/{name}/package.json": json.dumps({"name": name, **manifest})}


def test_commonjs_packages_are_left_in_place_and_others_bundled(tmp_path: Path) -> None:
    installed = {
        **package("plain"),
        **package("@scope/plain", exports={".": {"require": "./a.js", "default": "./a.js"}}),
        **package("dual", exports={".": {"import": "./a.mjs", "require": "./a.cjs"}}),
        **package("typed-dual", type="module", exports={"import": "./a.js", "require": "./a.cjs"}),
        **package("module", type="module", exports="./index.js"),
        **package("import-only", exports={".": {"import": "./index.js"}}),
        **package("mjs", main="./index.mjs"),
        **package("undeclared"),
        **package("@prisma/client", exports={"import": "./a.mjs", "require": "./a.js"}),
    }
    declared = [
        name.removeprefix("node_modules/").removesuffix("/package.json") for name in installed
    ]
    declared.remove("undeclared")
    manifest = {"dependencies": dict.fromkeys([*declared, "not-installed"], "*")}
    write(
        tmp_path, {**installed, "package.json": json.dumps(manifest), "fn/a.ts": "", "fn/b.mts": ""}
    )
    plain = ["@prisma/client", "@scope/plain", "plain"]
    assert left_in_place(tmp_path / "fn/a.ts") == sorted([*plain, "dual", "typed-dual"])
    assert left_in_place(tmp_path / "fn/b.mts") == plain


def test_a_commonjs_package_that_only_a_bundled_one_needs_is_left_in_place_if_it_is_the_same(
    tmp_path: Path,
) -> None:
    nested = {"node_modules/module/node_modules/nested/package.json": '{"name": "nested"}'}
    write(tmp_path, {
        **package("module", type="module", dependencies={"hoisted": "*", "nested": "*", "module": "*"}),
        **package("hoisted"), **package("nested"), **nested,
        "package.json": '{"dependencies": {"module": "*"}, "optionalDependencies": []}', "a.ts": "",
    })  # fmt: skip
    assert left_in_place(tmp_path / "a.ts") == ["hoisted"]


def test_a_linked_workspace_package_is_bundled(tmp_path: Path) -> None:
    write(
        tmp_path,
        {
            "site/package.json": '{"dependencies": {"db": "*"}}',
            "site/a.ts": "",
            "db/package.json": '{"name": "db"}',
        },
    )
    (tmp_path / "site/node_modules").mkdir()
    (tmp_path / "site/node_modules/db").symlink_to(tmp_path / "db")
    assert left_in_place(tmp_path / "site/a.ts") == []


@pytest.mark.parametrize(
    ("name", "manifest", "expected"),
    [
        ("a.mts", "{}", True),
        ("a.cts", '{"type": "module"}', False),
        ("a.ts", '{"type": "module"}', True),
        ("a.ts", '{"type": "commonjs"}', False),
        ("a.ts", "{", False),
        ("a.ts", "[]", False),
    ],
)
def test_the_extension_and_then_the_package_tell_the_kind_of_module(
    tmp_path: Path, name: str, manifest: str, expected: bool
) -> None:  # noqa: FBT001
    write(tmp_path, {"package.json": manifest, f"fn/{name}": ""})
    assert is_module(tmp_path / "fn" / name) is expected


# Bundles that run

RESPONSE = "export const handler = async (event: unknown) => ({ statusCode: 200, body: JSON.stringify(%s) });\n"


def test_a_typescript_function_imports_packages_and_local_files(
    tmp_path: Path, tools: Mapping[str, Tool]
) -> None:
    write(tmp_path, {
        "package.json": '{"dependencies": {"common": "*", "esm": "*", "dual": "*", "transpiled": "*"}}',
        **package("common"),
        "node_modules/common/index.js": "exports.sign = () => [__dirname, require('./data.json').x]",
        "node_modules/common/data.json": '{"x": "beside"}',
        **package("esm", type="module", exports="./index.js"),
        "node_modules/esm/index.js": "export default 'esm default'; export const named = 'esm named'",
        **package("dual", exports={"import": "./i.mjs", "require": "./r.js"}),
        "node_modules/dual/i.mjs": "export default 'dual'",
        "node_modules/dual/r.js": "Object.defineProperty(exports, '__esModule', { value: true }); exports.default = 'dual'",
        **package("transpiled"),
        "node_modules/transpiled/index.js": "Object.defineProperty(exports, '__esModule', { value: true }); exports.default = 'transpiled'",
        "lib/shared.ts": "export enum Colour { Red = 'red' }",
        "netlify/functions/hello.ts": """
            import { sign } from 'common';
            import * as common from 'common';
            import esm, { named } from 'esm';
            import dual from 'dual';
            import transpiled from 'transpiled';
            import { Colour } from '../../lib/shared';
            import type { Missing } from 'not-installed';
            const fields = { sign: sign(), same: common.sign === sign, esm, named, dual, transpiled, colour: Colour.Red };
            """ + RESPONSE % "fields",
    })  # fmt: skip
    it = function(tmp_path, "netlify/functions/hello.ts")
    with running(it, tools, tmp_path / ".polyfn/build/1") as child:
        assert child.answer() == {
            "sign": [str(tmp_path / "node_modules/common"), "beside"], "same": True, "esm": "esm default",
            "named": "esm named", "dual": "dual", "transpiled": "transpiled", "colour": "red",
        }  # fmt: skip


def test_packages_are_found_from_the_functions_own_directory_upward(
    tmp_path: Path, tools: Mapping[str, Tool]
) -> None:
    own = {f"site/fn/{name}": text for name, text in package("dep").items()}
    write(tmp_path, {
        **own, "site/fn/node_modules/dep/index.js": "module.exports = 'the function’s own'",
        **package("dep"), "node_modules/dep/index.js": "module.exports = 'the root’s'",
        **package("upper"), "node_modules/upper/index.js": "module.exports = 'above the root'",
        "site/fn/package.json": '{"dependencies": {"dep": "*"}}', "package.json": '{"devDependencies": {"upper": "*"}}',
        "site/fn/fn.ts": "import dep from 'dep'; import upper = require('upper');\n" + RESPONSE % "[dep, upper]",
    })  # fmt: skip
    work = tmp_path / "elsewhere/work"  # nowhere near a node_modules
    with running(function(tmp_path / "site", "fn/fn.ts"), tools, work) as child:
        assert child.answer() == ["the function’s own", "above the root"]


@pytest.mark.parametrize(
    ("manifest", "main"), [("{}", "fn/a.mts"), ('{"type": "module"}', "fn/a.ts")]
)
def test_a_module_gets_nodes_default_imports_and_every_named_one(
    tmp_path: Path, tools: Mapping[str, Tool], manifest: str, main: str
) -> None:
    write(tmp_path, {
        "package.json": json.dumps({**json.loads(manifest), "dependencies": {"common": "*", "esm": "*"}}),
        **package("common"),
        "node_modules/common/index.js": "const all = {}; for (const name of ['sign']) all[name] = () => name; module.exports = all",
        **package("esm", type="module", exports="./index.js"),
        "node_modules/esm/index.js": "export default 'esm default'",
        "fn/lib.ts": "export const local = 1",
        main: "import common, { sign } from 'common'; import esm from 'esm'; import { local } from './lib.js';\n"
        + RESPONSE % "[Object.keys(common), sign(), esm, local]",
    })  # fmt: skip
    with running(function(tmp_path, main), tools, tmp_path / "work") as child:
        assert child.answer() == [["sign"], "sign", "esm default", 1]


def test_a_top_level_await_works_with_every_kind_of_package(
    tmp_path: Path, tools: Mapping[str, Tool]
) -> None:
    write(tmp_path, {
        "package.json": '{"dependencies": {"common": "*"}}',
        **package("common"),
        "node_modules/common/index.js": "exports.sep = require('path').sep",
        "fn/a.ts": """
            import { createRequire } from 'node:module';
            import { sep } from 'common';
            const require = createRequire(import.meta.url);
            const value: string = await new Promise((resolve) => setTimeout(resolve, 5, 'awaited'));
            """ + RESPONSE % "[value, sep, require('common').sep, __filename]",
    })  # fmt: skip
    it = function(tmp_path, "fn/a.ts")
    with running(it, tools, tmp_path / "work") as child:
        assert child.answer() == ["awaited", os.sep, os.sep, str(it.main_file)]


def test_a_bundle_stands_for_its_main_file(tmp_path: Path, tools: Mapping[str, Tool]) -> None:
    root = tmp_path / "a b#ü'\"%20"
    write(root, {
        "fn/data.txt": "beside",
        "fn/a.ts": """
            import fs from 'node:fs';
            const text = fs.readFileSync(new URL('./data.txt', import.meta.url), 'utf8') + fs.readFileSync(__dirname + '/data.txt', 'utf8');
            """ + RESPONSE % "[__filename, __dirname, text, typeof require.resolve, require.main === module]",
    })  # fmt: skip
    it = function(root, "fn/a.ts")
    with running(it, tools, tmp_path / "work") as child:
        assert child.answer() == [
            str(it.main_file),
            str(it.main_file.parent),
            "besidebeside",
            "function",
            False,
        ]


def test_traces_name_the_authors_lines(tmp_path: Path, tools: Mapping[str, Tool]) -> None:
    write(tmp_path, {
        "lib/deep.ts": "interface Unused { a: 1 }\n\nexport function deep(): never {\n  throw new RangeError('far');\n}\n",
        "fn/a.ts": "import { deep } from '../lib/deep';\ntype T = string;\nexport const handler = async () => {\n  deep();\n};\n",
    })  # fmt: skip
    with running(function(tmp_path, "fn/a.ts"), tools, tmp_path / ".polyfn/build/1") as child:
        error = child.error()
    assert (error["errorType"], error["errorMessage"]) == ("RangeError", "far")
    trace = error["trace"]
    assert trace[0] == "RangeError: far"
    assert f"{tmp_path}/lib/deep.ts:4:9" in trace[1]
    assert f"{tmp_path}/fn/a.ts:4:" in trace[2]
    assert len(trace) == 3


def test_esm_code_stays_strict(tmp_path: Path, tools: Mapping[str, Tool]) -> None:
    write(tmp_path, {
        "tsconfig.json": '{"compilerOptions": {"strict": true}}',
        "a.ts": "export const handler = async () => { (Object.freeze({}) as any).x = 1; return { statusCode: 200 } }",
    })  # fmt: skip
    with running(function(tmp_path, "a.ts"), tools, tmp_path / "work") as child:
        assert child.error()["errorType"] == "TypeError"


def test_tsx_and_the_nearest_tsconfig_are_followed(
    tmp_path: Path, tools: Mapping[str, Tool]
) -> None:
    write(tmp_path, {
        "base.json": '{"compilerOptions": {"jsx": "react", "jsxFactory": "h"}}',
        "tsconfig.json": '{\n  // with a comment\n  "extends": "./base", "compilerOptions": {"paths": {"@/*": ["./lib/*"]}}\n}',
        "lib/h.ts": "export const h = (name: string) => `<${name}>`",
        "fn/a.tsx": "import { h } from '@/h';\n" + RESPONSE % "<p />",
    })  # fmt: skip
    it = function(tmp_path, "fn/a.tsx")
    with running(it, tools, tmp_path / "work") as child:
        assert child.answer() == "<p>"
    plan = RUNTIME.plan(it, tools, {})
    assert plan is not None
    inputs = set(plan.inputs(tmp_path / "work"))
    assert inputs == {
        tmp_path / name for name in ("base.json", "tsconfig.json", "lib/h.ts", "fn/a.tsx")
    }


def test_the_inputs_are_everything_that_was_bundled(
    tmp_path: Path, tools: Mapping[str, Tool]
) -> None:
    write(tmp_path, {
        "repo/package.json": '{"dependencies": {"esm": "*", "common": "*"}}',
        "repo/tsconfig.json": '{"extends": ["./tsconfig.json", "@tsconfig/none"]}',
        **{f"repo/{name}": text for name, text in (package("esm", type="module") | package("common")).items()},
        "repo/node_modules/esm/index.js": "export const esm = 1",
        "repo/node_modules/common/index.js": "exports.common = 1",
        "shared/data.json": '{"a": 1}',
        "repo/fn/a.ts": "import { esm } from 'esm'; import { common } from 'common'; import data from '../../shared/data.json';\n"
        + RESPONSE % "[esm, common, data]",
    })  # fmt: skip
    it = function(tmp_path / "repo", "fn/a.ts")
    plan = RUNTIME.plan(it, tools, {})
    assert plan is not None
    build(plan, tmp_path / "work")
    expected = "repo/package.json repo/tsconfig.json repo/node_modules/esm/index.js shared/data.json repo/fn/a.ts"
    assert set(plan.inputs(tmp_path / "work")) == {tmp_path / name for name in expected.split()}


def test_external_node_modules_stay_outside(tmp_path: Path, tools: Mapping[str, Tool]) -> None:
    write(tmp_path, {
        **package("odd", exports={"import": "./broken.ts"}),
        "fn/a.ts": "export const handler = async () => { try { require('odd') } catch (error: any) { return { statusCode: 200, body: JSON.stringify(error.code) } } }",
    })  # fmt: skip
    it = function(tmp_path, "fn/a.ts", external_node_modules=("odd",))
    with running(it, tools, tmp_path / "work") as child:
        assert child.answer() == "ERR_PACKAGE_PATH_NOT_EXPORTED"


# What does not build


def refusal(root: Path, main: str, tools: Mapping[str, Tool]) -> str:
    with pytest.raises(NotBuilt) as caught:
        built(function(root, main), tools, root / "work")
    return str(caught.value)


def test_a_syntax_error_is_told_in_esbuilds_words(
    tmp_path: Path, tools: Mapping[str, Tool]
) -> None:
    write(tmp_path, {"fn/a.ts": "const a = 1;\nexport const = 2;\n"})
    words = refusal(tmp_path, "fn/a.ts", tools)
    assert 'Expected identifier but found "="' in words
    assert "fn/a.ts:2:13:" in words
    assert "npm install" not in words


def test_missing_packages_are_named_with_the_command_that_installs_them(
    tmp_path: Path, tools: Mapping[str, Tool]
) -> None:
    write(
        tmp_path,
        {
            "fn/a.ts": "import 'left-pad/sub'; import '@acme/db/client'; import './lib'; import '#x';\n"
        },
    )
    words = refusal(tmp_path, "fn/a.ts", tools)
    assert 'Could not resolve "left-pad/sub"' in words
    assert "fn/a.ts:1:7:" in words
    assert words.endswith("Install what is missing: npm install @acme/db left-pad")


def test_a_native_addon_that_cannot_be_bundled_is_pointed_out(
    tmp_path: Path, tools: Mapping[str, Tool]
) -> None:
    write(tmp_path, {
        "package.json": '{"dependencies": {"native": "*"}}',
        **package("native", type="module"), "node_modules/native/index.js": "import './a.node'", "node_modules/native/a.node": "",
        "a.ts": "import 'native'",
    })  # fmt: skip
    assert 'name it in external_node_modules of [functions."a"]' in refusal(tmp_path, "a.ts", tools)


def test_javascript_runs_as_it_is(tmp_path: Path, node: Tool) -> None:
    write(
        tmp_path,
        {
            "fn/a.js": "import path from 'node:path'; export const handler = async () => ({ statusCode: 200, body: JSON.stringify([path.sep, import.meta.url]) })"
        },
    )
    it = function(tmp_path, "fn/a.js")
    with running(it, {"node": node}, tmp_path / "work") as child:
        assert child.answer() == [os.sep, it.main_file.as_uri()]
    assert sys.platform != "win32" or not (tmp_path / "work").exists()
