"""What tsc is asked about which functions, and how its answer is read."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from polyfn.runtimes.node.types import read_report, type_projects
from tests.unit.runtimes.node_support import function, write

if TYPE_CHECKING:
    from pathlib import Path

_TSC = {"node_modules/typescript/package.json": "{}", "node_modules/typescript/bin/tsc": ""}


def test_functions_are_grouped_by_the_tsconfig_that_counts_for_them(tmp_path: Path) -> None:
    write(tmp_path, {
        **_TSC, "tsconfig.json": "{}",
        "fn/own/tsconfig.json": '{"compilerOptions": {"checkJs": true}}',
        "fn/a.ts": "", "fn/b.tsx": "", "fn/c.js": "", "fn/own/own.mts": "", "fn/own/d.cjs": "",
    })  # fmt: skip
    functions = [
        function(tmp_path, f"fn/{name}")
        for name in ("a.ts", "b.tsx", "c.js", "own/own.mts", "own/d.cjs", "e.go")
    ]
    projects, problems = type_projects(functions)
    assert problems == []
    assert [(each.tsconfig, sorted(each.mains)) for each in projects] == [
        (tmp_path / "tsconfig.json", ["a", "b"]),
        (tmp_path / "fn/own/tsconfig.json", ["d", "own"]),
    ]


def test_what_is_missing_is_told_with_the_command(tmp_path: Path) -> None:
    write(tmp_path, {"pnpm-lock.yaml": "", "in/tsconfig.json": "{}", "in/a.ts": "", "out/b.ts": ""})
    functions = [function(tmp_path, "in/a.ts"), function(tmp_path, "out/b.ts")]
    projects, problems = type_projects(functions)
    assert projects == []
    compiler, config = problems
    assert compiler.startswith("a: TypeScript is not installed")
    assert "`pnpm add -D typescript`" in compiler
    assert config.startswith("b: there is no tsconfig.json in out, or in a directory above it")
    assert "`npx tsc --init`" in config


def test_the_configuration_is_the_authors_with_the_functions_for_its_files(tmp_path: Path) -> None:
    write(tmp_path, {
        **_TSC, "fn/a.ts": "", "fn/b.js": "", "node_modules/@types/x/index.d.ts": "",
        "tsconfig.json": '{"compilerOptions": {"paths": {"@/*": ["${configDir}/lib/*"]}}}',
    })  # fmt: skip
    (project,), _ = type_projects([function(tmp_path, "fn/a.ts")])
    shown = {"compilerOptions": {}, "files": ["./types/global.d.ts", "./site/page.tsx"]}
    config = json.loads(project.config_for(shown))
    assert config["extends"] == str(tmp_path / "tsconfig.json")
    assert config["files"] == [str(tmp_path / name) for name in ("fn/a.ts", "types/global.d.ts")]
    options = config["compilerOptions"]
    assert options["noEmit"] is True
    assert options["composite"] is options["rootDir"] is None
    assert options["paths"] == {"@/*": [f"{tmp_path}/lib/*"]}
    assert options["typeRoots"][0] == str(tmp_path / "node_modules/@types")


_REPORT = """\
fn/a.ts(3,7): error TS2322: Type 'string' is not assignable to type 'number'.
  Types are not the same.
lib/shared.ts(1,2): error TS1: shared
types/global.d.ts(9,9): error TS2: nobody's
tsconfig.json(1,1): error TS3: a setting
error TS18003: everybody's
node_modules/typescript/lib/lib.es5.d.ts
  Default library for target 'es5'
lib/deep.ts
  Imported via './deep' from file 'lib/shared.ts'
lib/shared.ts
   Imported via "../lib/shared" from file 'fn/a.ts'
   Imported via '../lib/shared' from file 'fn/b.ts' with packageId 'x'
fn/a.ts
  Part of 'files' list in tsconfig.json
"""


def test_errors_belong_to_the_functions_that_use_their_file(tmp_path: Path) -> None:
    mains = {name: tmp_path / f"fn/{name}.ts" for name in ("a", "b", "c")}
    read = [
        (each.file and each.file.relative_to(tmp_path).as_posix(), each.line, each.column,
         each.code, each.functions)
        for each in read_report(_REPORT, tmp_path, mains)
    ]  # fmt: skip
    assert read == [
        (None, 0, 0, "TS18003", ("a", "b", "c")),
        ("fn/a.ts", 3, 7, "TS2322", ("a",)),
        ("lib/shared.ts", 1, 2, "TS1", ("a", "b")),
        ("tsconfig.json", 1, 1, "TS3", ("a", "b", "c")),
        ("types/global.d.ts", 9, 9, "TS2", ()),
    ]
    assert read_report(_REPORT, tmp_path, mains)[1].message == (
        "Type 'string' is not assignable to type 'number'.\n  Types are not the same."
    )
