"""What languages say of functions before anything is built: packages and versions."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from polyfn.model import Function, FunctionConfig
from polyfn.runtimes.go.language import asked_for, is_older
from polyfn.runtimes.node.dev_only import dev_only
from polyfn.runtimes.node.included import not_there
from polyfn.runtimes.node.installed import installer, not_installed


def _function(root: Path, name: str, file: str) -> Function:
    path = root / file
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch()
    return Function(name=name, runtime="node", main_file=path, source=path, project_root=root)


def _manifest(directory: Path, *names: str, key: str = "dependencies") -> None:
    directory.mkdir(parents=True, exist_ok=True)
    text = json.dumps({key: dict.fromkeys(names, "1")})
    (directory / "package.json").write_text(text, encoding="utf-8")


@pytest.mark.parametrize(
    ("go_mod", "version"),
    [
        ("module x\n\ngo 1.24\n", "1.24"),
        ("module x\ngo 1.24.1 // why\n", "1.24.1"),
        ("go\t1.25rc1\nmodule x", "1.25rc1"),
        ("module x\ntoolchain go1.99.0\n", None),
        ("module x // go 1.9", None),
        ("", None),
    ],
)
def test_version_that_a_module_asks_for(go_mod: str, version: str | None) -> None:
    assert asked_for(go_mod) == version


@pytest.mark.parametrize(
    ("version", "wanted", "older"),
    [
        ("1.24.0", "1.24", False),
        ("1.24", "1.24.0", False),
        ("1.24.1", "1.24.2", True),
        ("1.9.7", "1.20", True),
        ("1.26.8", "1.25rc1", False),
        ("1.25rc1", "1.25", False),
    ],
)
def test_older_than_asked_for(version: str, wanted: str, older: bool) -> None:
    assert is_older(version, wanted) is older


def test_packages_are_looked_for_as_node_does(tmp_path: Path) -> None:
    root = tmp_path / "project"
    _manifest(root, "above", "in-root", "gone")
    _manifest(root / "functions/api", "own", "in-root")
    for place in (tmp_path, root):
        name = "above" if place == tmp_path else "in-root"
        _manifest(place / "node_modules" / name)
    top = _function(root, "top", "functions/top.js")
    api = _function(root, "api", "functions/api/api.js")
    found = {each.problem.partition(" ")[0]: each for each in not_installed([top, api])}
    assert found.keys() == {"package.json", "functions/api/package.json"}
    assert found["package.json"].problem.endswith("not installed: gone")
    assert found["package.json"].functions == ("top", "api")
    assert found["functions/api/package.json"].problem.endswith("not installed: own")
    assert found["functions/api/package.json"].command == "cd functions/api && npm install"


def test_manifest_above_the_project_is_not_the_projects(tmp_path: Path) -> None:
    _manifest(tmp_path, "gone")
    assert list(not_installed([_function(tmp_path / "project", "a", "a.js")])) == []


def test_what_only_development_needs_is_not_missed(tmp_path: Path) -> None:
    _manifest(tmp_path, "jest", key="devDependencies")
    assert list(not_installed([_function(tmp_path, "a", "a.js")])) == []


def test_plug_and_play_is_not_supported_and_that_is_said(tmp_path: Path) -> None:
    _manifest(tmp_path, "gone")
    (tmp_path / ".pnp.cjs").touch()
    (concern,) = not_installed([_function(tmp_path, "a", "a.js")])
    assert "Plug'n'Play, which is not supported" in concern.problem
    assert "nodeLinker: node-modules" in concern.problem
    assert concern.command == "yarn install"


def test_many_missing_packages_are_counted(tmp_path: Path) -> None:
    _manifest(tmp_path, *"abcdefg")
    (concern,) = not_installed([_function(tmp_path, "x", "x.js")])
    assert concern.problem.endswith("not installed: a, b, c, d, e and 2 more")


@pytest.mark.parametrize(
    ("lock", "command"),
    [
        ("package-lock.json", "npm ci"),
        ("pnpm-lock.yaml", "pnpm install"),
        ("yarn.lock", "yarn install"),
        ("bun.lock", "bun install"),
        (None, "npm install"),
    ],
)
def test_installer_is_the_one_whose_lock_file_there_is(
    tmp_path: Path, lock: str | None, command: str
) -> None:
    if lock is not None:
        (tmp_path / lock).touch()
    assert installer(tmp_path) == command


def test_included_files_that_are_not_there_are_named_for_netlify_would_miss_them(
    tmp_path: Path,
) -> None:
    (tmp_path / "data/deep").mkdir(parents=True)
    (tmp_path / "data/words.txt").touch()
    there = ("data/words.txt", "./data/**/*.json", "**/*.csv", "!gone/**", "data/{a,b}.md")
    missing = ("data/gone.txt", "dta/**", "data/deeper/*")
    main = tmp_path / "a.js"
    config = FunctionConfig(included_files=(*there, *missing))
    it = Function(
        name="a", runtime="node", main_file=main, source=main, project_root=tmp_path, config=config
    )
    concerns = list(not_there([it]))
    assert [each.problem.split()[2].rstrip(",") for each in concerns] == list(missing)
    assert "there is no data/deeper in the project's root" in concerns[2].problem
    assert concerns[0].functions == ("a",)


@pytest.mark.parametrize(
    ("file", "source", "said"),
    [
        ("a.js", "const { x } = require('dev/deep');", True),
        ("a.js", "const x = require('always');", False),
        ("a.js", "const x = require('optional');", False),
        ("a.js", "const x = require('nobody-names-it');", False),
        ("a.mjs", "import x from 'dev';", True),
        ("a.mjs", "import {\n  x,\n  y as z,\n} from 'dev';", True),
        ("a.mjs", "import 'dev';", True),
        ("a.mjs", "export const load = () => import('dev');", True),
        ("a.mjs", "export { x } from '@scope/dev/deep.js';", True),
        (
            "a.ts",
            "import { Handler } from 'dev';\nexport const handler: Handler = async () => {};",
            False,
        ),
        ("a.ts", "import type { Handler } from 'dev';\nHandler.call();", False),
        ("a.ts", "import { type Handler } from 'dev';\nlet x: Handler;", False),
        ("a.ts", "import Stripe from 'dev';\nconst stripe = new Stripe('key');", True),
        (
            "a.ts",
            "import { schedule as at } from 'dev';\nexport const handler = at('@daily', f);",
            True,
        ),
        ("a.ts", "import * as all from 'dev';\nexport const handler = all.handler;", True),
    ],
)
def test_package_that_only_development_has_is_named(
    tmp_path: Path, file: str, source: str, said: bool
) -> None:
    manifest = {
        "dependencies": {"always": "1"},
        "optionalDependencies": {"optional": "1"},
        "devDependencies": dict.fromkeys(("dev", "@scope/dev", "optional", "always"), "1"),
    }
    (tmp_path / "package.json").write_text(json.dumps(manifest), encoding="utf-8")
    it = _function(tmp_path, "a", f"functions/{file}")
    it.main_file.write_text(source, encoding="utf-8")
    concerns = list(dev_only([it]))
    assert [each.functions for each in concerns] == [("a",)] * said
    for each in concerns:
        assert each.problem.startswith("package.json names ")
        assert "under devDependencies only" in each.problem
        assert each.command.startswith("npm install --save-prod ")
        assert not each.is_certain


def test_two_functions_that_use_it_are_named_together(tmp_path: Path) -> None:
    _manifest(tmp_path, "dev", key="devDependencies")
    both = [_function(tmp_path, name, f"{name}.js") for name in "ab"]
    for each in both:
        each.main_file.write_text("require('dev')", encoding="utf-8")
    (concern,) = dev_only(both)
    assert concern.functions == ("a", "b")
