"""The Node runtime: which files are functions, what building them takes, how they are started."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from polyfn.model import Api, SourceFacts, Tool
from polyfn.runtimes.node import NodeRuntime
from polyfn.runtimes.node.awaits import awaits_at_top_level
from polyfn.runtimes.node.outside import left_in_place
from polyfn.runtimes.node.packages import is_module
from tests.unit.runtimes.node_support import function, package, write

if TYPE_CHECKING:
    from collections.abc import Mapping

    from polyfn.model import BuildPlan
    from polyfn.runtimes.contract import Runtime

RUNTIME: Runtime = NodeRuntime()
NODE = Tool(name="node", path=Path("/bin/node"), version="22.1.0", origin="PATH")
ESBUILD = Tool(name="esbuild", path=Path("/bin/esbuild"), version="0.25.1", origin="PATH")


def plan(root: Path, main: str) -> BuildPlan:
    """The plan of a TypeScript function."""
    tools = {"node": NODE, "esbuild": ESBUILD}
    made = RUNTIME.plan(function(root, main), tools, {"A": "b"})
    assert made is not None
    return made


# Names


def names(found: Mapping[str, list[Path]]) -> dict[str, list[str]]:
    return {name: [path.name for path in paths] for name, paths in found.items()}


def listed(text: str) -> list[Path]:
    return [Path("/functions") / name for name in text.split()]


def test_files_are_named_without_their_last_extension_and_the_first_extension_wins() -> None:
    found = RUNTIME.files(
        listed("a.cts a.mts a.tsx a.ts a.cjs a.mjs a.js b.ts v1.2.js Hello.js hello.js")
    )
    assert names(found) == {
        "a": ["a.js", "a.mjs", "a.cjs", "a.ts", "a.tsx", "a.mts", "a.cts"],
        "b": ["b.ts"],
        "v1.2": ["v1.2.js"],
        "Hello": ["Hello.js"],
        "hello": ["hello.js"],
    }


def test_declarations_and_other_files_are_no_functions() -> None:
    assert RUNTIME.files(listed("a.d.ts b.d.mts c.d.cts d.json e.jsx f.py g README.md .ts")) == {}


def test_a_declaration_in_javascript_is_only_a_name() -> None:
    assert names(RUNTIME.files(listed("a.d.js"))) == {"a.d": ["a.d.js"]}


def test_a_directory_prefers_its_own_name_and_then_index_for_each_extension(tmp_path: Path) -> None:
    suffixes = ("js", "ts", "mjs", "cjs", "tsx", "mts", "cts")
    every = [f"{stem}.{suffix}" for suffix in suffixes for stem in ("fn", "index")]
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


def test_javascript_is_not_built_and_needs_only_node(tmp_path: Path) -> None:
    for name in ("a.js", "a.mjs", "a.cjs"):
        it = function(tmp_path, name)
        assert RUNTIME.tools(it) == ("node",)
        assert RUNTIME.plan(it, {"node": NODE}, {}) is None


def test_typescript_needs_esbuild(tmp_path: Path) -> None:
    for name in ("a.ts", "a.tsx", "a.mts", "a.cts"):
        assert RUNTIME.tools(function(tmp_path, name)) == ("node", "esbuild")


def test_a_launch_names_the_bundle_and_the_source_that_it_stands_for(tmp_path: Path) -> None:
    it = function(tmp_path, "a.ts")
    launch = RUNTIME.launch(it, tmp_path / "out.cjs", {"node": NODE})
    program, runner = launch.argv
    assert program == "/bin/node"
    assert Path(runner).is_file()
    assert launch.frame_fds == (3, 4)
    assert launch.load == {
        "main_file": str(tmp_path / "out.cjs"),
        "source_file": str(it.main_file),
        "handler": "handler",
        "source_maps": True,
    }


def test_javascript_stands_for_itself_and_may_have_source_maps_of_its_author(
    tmp_path: Path,
) -> None:
    it = function(tmp_path, "a.js")
    load = RUNTIME.launch(it, it.main_file, {"node": NODE}).load
    assert (load["main_file"], load["source_maps"]) == (load["source_file"], True)


def test_a_modern_function_is_loaded_as_one_by_a_runner_that_is_prepared_for_it(
    tmp_path: Path,
) -> None:
    it = replace(function(tmp_path, "a.js"), api=Api.MODERN, handler="default")
    launch = RUNTIME.launch(it, it.main_file, {"node": NODE})
    assert launch.load["api"] == "modern"
    assert launch.start_variables({})["POLYFN_WARM"] == "modern"
    classic = RUNTIME.launch(function(tmp_path, "a.js"), it.main_file, {"node": NODE})
    assert "api" not in classic.load
    assert "POLYFN_WARM" not in classic.start_variables({})


def test_a_plan_says_what_it_does_and_what_changes_it(tmp_path: Path) -> None:
    write(tmp_path, {"fn/a.ts": "export const handler = 1"})
    before = plan(tmp_path, "fn/a.ts")
    (command,) = before.commands
    assert before.title == "esbuild fn/a.ts"
    assert before.output == "a.cjs"
    assert before.salt[0] == "0.25.1"
    assert (command.cwd, dict(command.env)) == (tmp_path, {"A": "b"})
    assert command.argv[:2] == ("/bin/esbuild", str(tmp_path / "fn/a.ts"))
    assert "--target=node22" in command.argv
    write(tmp_path, {"tsconfig.json": "{}", "fn/package.json": "{}"})
    added = (str(tmp_path / "fn/package.json"), str(tmp_path / "tsconfig.json"))
    assert plan(tmp_path, "fn/a.ts").salt == (*before.salt, *added)


def test_a_source_outside_the_project_is_shown_whole(tmp_path: Path) -> None:
    write(tmp_path, {"elsewhere/a.ts": "await 1"})
    (tmp_path / "site").mkdir()
    made = plan(tmp_path / "site", "../elsewhere/a.ts")
    assert made.title.endswith("/elsewhere/a.ts")
    assert made.output == "a.mjs"


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
        ("export const handler: Handler = async (e) => { await x(); return y }", False),
        ("const a = async function* () { yield await b }", False),
        ("// await\nconst text = 'await';", False),
        ("const a = { async b() { await c } }", False),
        ("export const a = 1", False),
    ],
)
def test_an_await_counts_only_outside_functions(
    tmp_path: Path, *, source: str, expected: bool
) -> None:
    write(tmp_path, {"a.ts": source})
    assert awaits_at_top_level(tmp_path / "a.ts") is expected


# Packages


def test_commonjs_packages_are_left_in_place_and_others_bundled(tmp_path: Path) -> None:
    both = {"import": "./a.mjs", "require": "./a.cjs"}
    installed = {
        "plain": package("plain"),
        "@scope/plain": package("@scope/plain", exports={"require": "./a", "default": "./a"}),
        "dual": package("dual", exports={".": both}),
        "typed-dual": package("typed-dual", type="module", exports=both),
        "module": package("module", type="module", exports="./index.js"),
        "import-only": package("import-only", exports={".": {"import": "./index.js"}}),
        "mjs": package("mjs", main="./index.mjs"),
        "@prisma/client": package("@prisma/client", exports=both),
    }
    declared = json.dumps({"dependencies": dict.fromkeys([*installed, "not-installed"], "*")})
    files = {name: text for each in installed.values() for name, text in each.items()}
    write(tmp_path, files | package("undeclared"))
    write(tmp_path, {"package.json": declared, "fn/a.ts": "", "fn/b.mts": ""})
    plain = ["@prisma/client", "@scope/plain", "plain"]
    assert left_in_place(tmp_path / "fn/a.ts") == sorted([*plain, "dual", "typed-dual"])
    assert left_in_place(tmp_path / "fn/b.mts") == plain


def test_of_what_only_a_bundled_package_needs_the_function_loads_the_same_copy(
    tmp_path: Path,
) -> None:
    needs = dict.fromkeys(["hoisted", "nested", "module"], "*")
    write(tmp_path, package("module", type="module", dependencies=needs))
    write(tmp_path, package("hoisted") | package("nested"))
    write(tmp_path / "node_modules/module", package("nested"))
    manifest = '{"dependencies": {"module": "*"}, "optionalDependencies": []}'
    write(tmp_path, {"package.json": manifest, "a.ts": ""})
    assert left_in_place(tmp_path / "a.ts") == ["hoisted"]


def test_a_linked_workspace_package_is_bundled(tmp_path: Path) -> None:
    write(tmp_path, {"db/package.json": '{"name": "db"}', "site/a.ts": ""})
    write(tmp_path, {"site/package.json": '{"dependencies": {"db": "*"}}'})
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
    tmp_path: Path, *, name: str, manifest: str, expected: bool
) -> None:
    write(tmp_path, {"package.json": manifest, f"fn/{name}": ""})
    assert is_module(tmp_path / "fn" / name) is expected
