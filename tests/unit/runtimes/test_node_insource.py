"""What a JavaScript or TypeScript file says of itself, without being run."""

from __future__ import annotations

import subprocess
import sys
import time
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from polyfn.model import Api, SourceFacts
from polyfn.runtimes.node.insource import MAX_BYTES, parse, read

if TYPE_CHECKING:
    from pathlib import Path

    from polyfn.model import JSON

LAMBDA = SourceFacts()
MODERN = SourceFacts(api=Api.MODERN, handler="default")
LIBRARY = '"@netlify/functions"'


def facts(source: str, suffix: str = ".js") -> SourceFacts:
    return parse(source.encode(), suffix)


def config(source: str, suffix: str = ".js") -> JSON:
    """The config of a modern function with this source."""
    read = facts(f"export default () => {{}}\n{source}", suffix)
    assert read.problem is None
    return dict(read.config)


@pytest.mark.parametrize(
    "source",
    [
        "exports.handler = async () => ({ statusCode: 200 })",
        "module.exports.handler = async () => {} // default",
        "export const handler = async () => {}; /* config, default */",
        "export async function handler() {} // default",
        "export function* handler() {} // default",
        "const handler = 1; export { handler } // default",
        "const x = 1; export { x as handler } // default",
        'export { x as "handler" } from "./other.js" // default',
        "export * as handler from './other.js' // default",
        "module.exports = { handler() {} } // default",
        "module.exports = { handler } // default",
        "const all = { handler: 1 }; module.exports = all // default",
        "exports = module.exports = { 'handler': 1 } // default",
        "exports['handler'] = exports.other = 1 // default",
        "switch (1) { default: }",
        "exports.default = 1; exports.handler = 2",
        "export default 1; export const handler = 2",
        "export { handler as default, handler } ",
        'Object.defineProperty(exports, "handler", { get() {} }); exports.default = 1',
        "0 && (module.exports = { handler }); exports.default = 1",
        "exports.handler = void 0; exports.default = 1",
        "export const { handler } = make(); export default 1",
        "export const { a: handler } = make(); export default 1",
        "const config = { path: '/unexported' }",
        "module.exports = make() // default",
        "nothing(`config`)",
        "",
    ],
)
def test_handler_export_or_none_at_all_makes_a_lambda_function(source: str) -> None:
    assert facts(source) == LAMBDA


@pytest.mark.parametrize(
    ("source", "suffix"),
    [
        ("export default async () => new Response()", ".mjs"),
        ("export default function () {}", ".js"),
        ("export default class {}", ".js"),
        ("const handler = 1; export default handler", ".js"),
        ("export default createRequestHandler({ build })", ".js"),
        ("const x = 1; export { x as default }", ".js"),
        ("export { default } from './other.js'", ".js"),
        ("export { x as default } from './other.js'", ".js"),
        ("exports.default = async () => {}", ".cjs"),
        ("module.exports.default = async () => {}", ".cjs"),
        ("module.exports = { default: 1 }", ".cjs"),
        ("exports.default = exports.config = void 0, exports.default = 1", ".js"),
        ("export default async (req: Request): Promise<Response> => new Response()", ".ts"),
        ("export default (<any>fetch) satisfies Handler", ".mts"),
        ("export default () => <p>{1 as number}</p>", ".tsx"),
        ("export default 1; export type handler = 2; export interface config {}", ".ts"),
        ("export default 1; export type { handler } from './t'", ".ts"),
        ("export default 1; export { type handler } from './t'", ".ts"),
        ("export default 1; export * from './other.js'", ".js"),
        ("export default 1; function outer() { exports.handler = 2 }", ".js"),
        ("#!/usr/bin/env node\nexport default 1", ".js"),
        ("\ufeffexport default 1", ".js"),
    ],
)
def test_default_export_without_a_handler_makes_a_modern_function(source: str, suffix: str) -> None:
    assert facts(source, suffix) == MODERN


@pytest.mark.parametrize(
    ("source", "suffix"),
    [
        ("export const config = { path: '/a' }", ".js"),
        ("export let config; config = { path: '/a' }; export { config }", ".js"),
        ("const config = { path: '/a' }; export { config }", ".js"),
        ("const cfg = { path: '/a' }; export { cfg as config }", ".js"),
        ("var h = 1, config = { path: '/a' }; export { config }", ".js"),
        ("export const config = Object.freeze({ path: '/a' })", ".js"),
        ("export const config = ({ path: '/a' })", ".js"),
        ("export const config: Config = { path: '/a' }", ".ts"),
        ("export const config = { path: '/a' } satisfies Config", ".ts"),
        ("export const config = { path: '/a' } as const", ".ts"),
        ("export const config = <Config>{ path: '/a' }", ".ts"),
        (
            "export const config: Config = { path: '/a' as string } satisfies Config as Config",
            ".ts",
        ),
        ("exports.config = { path: '/a' }", ".js"),
        ("module.exports.config = { path: '/a' }", ".js"),
        ("const config = { path: '/a' }; exports.config = config", ".js"),
    ],
)
def test_config_is_found_however_it_is_exported(source: str, suffix: str) -> None:
    assert config(source, suffix) == {"path": "/a"}


def test_config_may_stand_in_the_default_export() -> None:
    assert facts("export default { fetch() {}, config: { path: '/a' } }").config == {"path": "/a"}
    source = "const all = { config: { path: '/a' } }; export default all"
    assert facts(source).config == {"path": "/a"}
    both = "export default { config: { path: '/a' } }; export const config = { path: '/b' }"
    assert facts(both).config == {"path": "/b"}


def test_function_with_a_handler_may_have_a_config_too() -> None:
    read = facts("exports.handler = () => {}; exports.config = { path: '/a', method: 'GET' }")
    assert read == SourceFacts(config={"path": "/a", "method": "GET"})


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("'a'", "a"),
        ('"a"', "a"),
        ("`a`", "a"),
        ("``", ""),
        (
            r"'\x41\u0042\u{43}\n\0\q\'\
'",
            "ABC\n\0q'",
        ),
        (r"'\ud83d\ude00'", "😀"),
        (r"'\ud83d'", "�"),
        (r"`\ud83d\ude00`", "😀"),
        (r"'\u{110000}'", "�"),
        ("1", 1),
        ("1_024", 1024),
        ("1.5", 1.5),
        ("1e3", 1000),
        ("0x10", 16),
        ("-1", -1),
        ("true", True),
        ("!0", True),
        ("!1", False),
        ("null", None),
        ("15 * 60", 900),
        ("1 + 2", 3),
        ("'a' + `b`", "ab"),
        ("[1, /* two */ 2]", [1, 2]),
        ("[...LIST, 'c']", ["a", "b", "c"]),
        ("{ a: { b: [1] }, 'c-d': 2, 3: 4 }", {"a": {"b": [1]}, "c-d": 2, "3": 4}),
        ("{ ...TABLE, a: 2 }", {"a": 2, "b": 1}),
        ("{ ...anything }", {}),
        ("{ LIST }", {"LIST": ["a", "b"]}),
        ("NAME", "name"),
        ("ALIAS", "name"),
        ("TABLE.b", 1),
        ("TABLE['b']", 1),
        ("LIST[1]", "b"),
        ("`/${NAME}/${TABLE.b}`", "/name/1"),
        ("LATE", "late"),
        ("AGAIN", 2),
    ],
)
def test_value_that_stands_in_the_file_is_read(written: str, value: JSON) -> None:
    source = f"""
        const NAME = "name", ALIAS = NAME
        const TABLE = {{ a: 1, b: 1 }}
        export const LIST = ["a", "b"]
        export const config = {{ x: {written} }}
        const LATE = "late"
        let AGAIN = 1
        AGAIN = 2
    """
    assert config(source) == {"x": value}


@pytest.mark.parametrize(
    "written",
    [
        "getPath()", "process.env.PATH", "new Set()", "await x", "/re/", "1n", "x ? 1 : 2", "given",
        "[getPath()]", "{ a: getPath() }", "`${getPath()}`", "`${[1]}`", "'a' + getPath()", "1 / 2",
        "typeof 1", "function () {}", "() => 1", "LIST[9]", "LIST[-1]", "TABLE.z", "NAME.length",
        "[...getPath()]", "1e999", "1e300 * 1e300", "LOOP", "Object.keys({})", "+1",
        f"'{'a' * 9000}'", "BIG + BIG", "`${BIG}${BIG}`", "undefined + 1", "- 'a'", "f`x`",
    ],
)  # fmt: skip
def test_value_that_needs_the_code_to_run_is_named(written: str) -> None:
    read = facts(f"""
        export default () => {{}}
        const LOOP = POOL, POOL = LOOP, LIST = [1], TABLE = {{ a: 1 }}, NAME = "name"
        const BIG = "{"b" * 8000}"
        export const config = {{ method: "GET", path: {written}, other: {written} }}
    """)
    assert read.problem is not None
    assert read.problem.startswith("`path` in its config cannot be read: write it out in this file")
    assert read.config == {"method": "GET"}


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("Route.List", "/list"),
        ("Route['one']", "/one"),
        ("`${Route.List}/all`", "/list/all"),
        ("Number.B", 1),
        ("Number.D", 8),
        ("{ ...Route }", {"List": "/list", "one": "/one"}),
    ],
)
def test_member_of_an_enum_is_read(written: str, value: JSON) -> None:
    source = f"""
        export const enum Route {{ List = "/list", /* and */ "one" = "/one" }}
        enum Number {{ A, B, C = 7, D }}
        export const config: Config = {{ x: {written} }} satisfies Config
    """
    assert config(source, ".ts") == {"x": value}


@pytest.mark.parametrize("written", ["Late.A", "Late.C", "Late.None", "Declared.A"])
def test_member_of_an_enum_that_needs_the_code_to_run_is_named(written: str) -> None:
    read = facts(
        f"""
            enum Late {{ A = find(), B, C }}
            declare enum Declared {{ A }}
            export default () => {{}}
            export const config = {{ path: {written} }}
        """,
        ".ts",
    )
    assert (read.problem or "").startswith("`path` in its config cannot be read")


@pytest.mark.parametrize(
    "source",
    [
        "export default withAuth(async () => new Response()); export const config = { path: '/a' }",
        "export default { fetch() {} }; export const config = { path: '/a' }",
        "export default { fetch() {}, config: { path: '/a' } } satisfies NetlifyFunction",
        "const all: NetlifyFunction = { fetch, config: { path: '/a' } }; export default all",
        "const base = { path: '/a' } as const; export default f; export const config = { ...base }",
        "const api = '/'; export default f; export const config = { path: `${api}a` }",
        "const path = '/' + 'a'; export default f; export const config: Config = { path }",
        "export default f; const config = { path: '/a' } satisfies Config; export { config }",
        "const config: Config = { path: '/a' }; export { f as default, config }",
    ],
)
def test_modern_function_and_its_config_are_found_however_they_are_written(source: str) -> None:
    read = facts(source, ".ts")
    assert (read.api, read.config, read.problem) == (Api.MODERN, {"path": "/a"}, None)


def test_key_that_is_not_known_may_hold_anything() -> None:
    source = "export const config = { region: pick(), [name]: 1, run() {}, path: '/a' }"
    assert config(source) == {"path": "/a"}


def test_undefined_counts_as_left_out() -> None:
    assert config("export const config = { path: undefined, method: void 0 }") == {}


@pytest.mark.parametrize(
    "source",
    [
        "export default 1; export { config } from './shared.js'",
        "import { config } from './shared.js'; export { config }; export default 1",
        "export default 1; export const config = makeConfig()",
        "export default 1; export const config = 'text'",
        "export default 1; export let config",
        "export default { config: makeConfig() }",
        "export default { config }",
        "export const { config } = make(); export default 1; export { config }",
    ],
)
def test_config_that_stands_elsewhere_is_a_problem_of_a_modern_function(source: str) -> None:
    assert (facts(source).problem or "").startswith("its config cannot be read: write it out")


@pytest.mark.parametrize(
    "written", ["makeConfig()", "require('./config')", "'text'", "{ path: f() }"]
)
def test_what_else_a_lambda_function_calls_config_is_its_own(written: str) -> None:
    assert facts(f"exports.handler = () => {{}}; exports.config = {written}") == LAMBDA


@pytest.mark.parametrize(
    ("taken", "exported"),
    [
        ("import { schedule } from L", "export const handler = schedule(X, f)"),
        ("import { schedule as s } from L", "export const handler = s(X, f)"),
        ('import { "schedule" as s } from L', "export const handler = s(X, f)"),
        ("import { schedule } from L", "const handler = schedule(X, f); export { handler }"),
        ("import { schedule } from L", "const h = schedule(X, f); export { h as handler }"),
        ("import { schedule } from L", "let handler; handler = schedule(X, f); export { handler }"),
        ("import * as fns from L", "export const handler = fns.schedule(X, f)"),
        ("import fns from L", "export const handler = fns.schedule(X, f)"),
        ("const { schedule } = require(L)", "exports.handler = schedule(X, f)"),
        ("const { schedule: s } = require(L)", "exports.handler = s(X, f)"),
        ('const { other, "schedule": s } = require(L)', "exports.handler = s(X, f)"),
        ("const fns = require(L)", "module.exports.handler = fns.schedule(X, f)"),
        ("const f_1 = require(L)", "exports.handler = (0, f_1.schedule)(X, f)"),
        ("const { schedule } = require(L)", "module.exports = { handler: schedule(X, f) }"),
        (
            "const { schedule } = require(L)",
            "const handler = schedule(X, f); module.exports = { handler }",
        ),
    ],
)
@pytest.mark.parametrize("cron", ['"@daily"', "`@daily`", "CRON"])
def test_schedule_is_found_however_it_is_imported(taken: str, exported: str, cron: str) -> None:
    source = f"""
        {taken.replace("L", LIBRARY)}
        {exported.replace("X", cron)}
        const CRON = "@" + "daily"
    """
    assert facts(source) == SourceFacts(config={"schedule": "@daily"})


def test_schedule_in_typescript() -> None:
    source = """
        import { schedule, type Handler } from "@netlify/functions"
        const work: Handler = async (event) => ({ statusCode: 200 })
        export const handler = schedule("0 0 * * *", work) as Handler
    """
    assert facts(source, ".ts") == SourceFacts(config={"schedule": "0 0 * * *"})


@pytest.mark.parametrize(
    ("taken", "exported"),
    [
        ('import { schedule } from "other"', 'export const handler = schedule("@daily", f)'),
        ('const { schedule } = require("other")', 'exports.handler = schedule("@daily", f)'),
        ("import { stream } from L // default", "export const handler = stream(f)"),
        ("import { stream as schedule } from L", 'export const handler = schedule("@daily", f)'),
        ("const schedule = load(L)", 'exports.handler = schedule.schedule("@daily", f)'),
        ("", 'exports.handler = make().schedule("@daily", f)'),
        ("", "exports.handler = (() => {})('schedule')"),
    ],
)
def test_other_wrappers_are_no_schedule(taken: str, exported: str) -> None:
    assert facts(f"{taken.replace('L', LIBRARY)}\n{exported}") == LAMBDA


@pytest.mark.parametrize("first", ["getCron()", "5", "imported", ""])
def test_schedule_that_cannot_be_read_is_a_problem(first: str) -> None:
    read = facts(
        f'import {{ schedule }} from "@netlify/functions"\nexport const handler = schedule({first})'
    )
    assert (read.problem or "").startswith("the first argument of schedule() must be a cron expr")


def test_schedule_that_is_imported_and_not_exported_is_a_problem() -> None:
    read = facts('import { schedule } from "@netlify/functions"\nexport const handler = () => {}')
    assert (read.problem or "").startswith("it imports schedule() and does not export what that")


def test_syntax_error_is_left_to_whoever_loads_the_file() -> None:
    read = facts("export default () => {}\nexport const config = { path: getPath( }")
    assert (read.api, read.problem) == (Api.MODERN, None)


def test_file_that_cannot_be_read_is_a_problem(tmp_path: Path) -> None:
    assert read(tmp_path).problem == f"{tmp_path.name} cannot be read: Is a directory"
    missing = read(tmp_path / "none.js")
    assert missing.problem == "none.js cannot be read: No such file or directory"


def test_file_is_read_by_its_extension(tmp_path: Path) -> None:
    (tmp_path / "a.ts").write_text("export default (x: number) => <any>x")
    assert read(tmp_path / "a.ts") == MODERN


def test_huge_file_is_not_parsed() -> None:
    assert parse(b"export default 1;" + b" " * MAX_BYTES, ".js") == LAMBDA


def test_constants_that_explode_are_cut_short() -> None:
    doubling = "\n".join(f"const a{i + 1} = [...a{i}, ...a{i}]" for i in range(60))
    texts = "\n".join(f"const b{i + 1} = b{i} + b{i}" for i in range(60))
    nested = "[" * 500 + "]" * 500
    started = time.monotonic()
    read = facts(
        f"""
            export default 1
            const a0 = ["x"], b0 = "x"
            {doubling}
            {texts}
            export const config = {{ path: a60, method: b60, includedFiles: {nested} }}
        """
    )
    assert "cannot be read" in (read.problem or "")
    assert time.monotonic() - started < 5


WORDS = r"""
    export default const config = { } ( ) [ ] , ; : . ... => `${ ` ' " / handler exports module
    import from
    schedule '@netlify/functions' require path '/a' as satisfies type let x y 1 + && void ! ?
    Object.freeze function class async * \u0041 <T>
"""
SOURCES = st.lists(st.sampled_from([*WORDS.split(), "\n"]), max_size=40).map(" ".join)


@given(source=SOURCES | st.text(), suffix=st.sampled_from([".js", ".ts", ".tsx"]))
def test_any_text_is_read(source: str, suffix: str) -> None:
    read = parse(source.encode("utf-8", "surrogatepass") + b" default", suffix)
    assert isinstance(read, SourceFacts)


@given(st.text(alphabet=st.characters(codec="utf-8", exclude_characters="\r")))
def test_any_text_comes_through_a_string_literal(text: str) -> None:
    escaped = "".join(f"\\u{{{ord(char):x}}}" for char in text)
    assert config(f"export const config = {{ x: '{escaped}' }}") == {"x": text}


def test_plain_handlers_are_listed_without_loading_a_parser(tmp_path: Path) -> None:
    (tmp_path / "a.js").write_text("exports.handler = async () => ({ statusCode: 200 })")
    script = (
        "import sys; from pathlib import Path; from polyfn.runtimes.node.insource import read;"
        "read(Path(sys.argv[1])); sys.exit('tree_sitter' in sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, tmp_path / "a.js"], check=False, timeout=30
    )
    assert done.returncode == 0
