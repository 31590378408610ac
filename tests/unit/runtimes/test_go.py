"""Go: naming, what is refused before a build, and the shape of a plan."""

from __future__ import annotations

import json
import platform
from dataclasses import replace
from pathlib import Path
from typing import Literal

import pytest

from polyfn import __version__
from polyfn.model import Function, Tool
from polyfn.runtimes import RUNTIMES
from polyfn.runtimes.assets import runner_file
from polyfn.runtimes.contract import Runtime
from polyfn.runtimes.go import GoRuntime
from polyfn.runtimes.go.inputs import LISTING

GO = GoRuntime()
_MACHINES = {"x86_64": 62, "aarch64": 183}
HERE = _MACHINES.get(platform.machine())


def elf(machine: int, kind: int = 2, *, big: bool = False) -> bytes:
    """The first bytes of a program."""
    order: Literal["big", "little"] = "big" if big else "little"
    ident = b"\x7fELF" + bytes([2, 2 if big else 1, 1]) + bytes(9)
    return ident + kind.to_bytes(2, order) + machine.to_bytes(2, order) + bytes(44)


def program(path: Path, content: bytes | None = None, mode: int = 0o755) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(elf(HERE or 62) if content is None else content)
    path.chmod(mode)
    return path


def function(main_file: Path, root: Path) -> Function:
    return Function(
        name=main_file.parent.name,
        runtime="go",
        main_file=main_file,
        source=main_file.parent,
        project_root=root,
    )


def tool(version: str = "1.26.8") -> dict[str, Tool]:
    return {"go": Tool(name="go", path=Path("/go/bin/go"), version=version, origin="PATH")}


def source(directory: Path, name: str = "main.go", text: str = "package main\n") -> Path:
    directory.mkdir(parents=True, exist_ok=True)
    (directory / name).write_text(text)
    return directory / name


def test_go_wins_over_every_other_runtime() -> None:
    runtime: Runtime = GO
    assert runtime.name == "go"
    assert runtime.rank == min(each.rank for each in RUNTIMES.values())


def test_runner_reports_the_version_of_the_package() -> None:
    source_text = runner_file("go/bridge/bridge.go").read_text()
    assert f'runnerVersion = "{__version__}"' in source_text


# Naming


def test_loose_go_file_is_no_function(tmp_path: Path) -> None:
    assert GO.files([source(tmp_path, "hello.go")]) == {}


def test_programs_are_functions_named_without_their_extension(tmp_path: Path) -> None:
    bare = program(tmp_path / "hello")
    other = program(tmp_path / "hello.linux")
    pie = program(tmp_path / "pie", elf(62, kind=3))
    no_programs = [
        program(tmp_path / "script", b"#!/bin/sh\n"),
        program(tmp_path / "short", b"\x7fELF"),
        program(tmp_path / "library.so", elf(62, kind=3)),
        program(tmp_path / "library.so.6.1", elf(62, kind=3)),
        program(tmp_path / "addon.node", elf(62, kind=3)),
        program(tmp_path / "object", elf(62, kind=1)),
        program(tmp_path / "not-opened.js"),
        tmp_path / "gone",
    ]
    assert GO.files([bare, other, pie, *no_programs]) == {"hello": [bare, other], "pie": [pie]}


def test_directory_has_its_named_file_then_main_go_then_a_program(tmp_path: Path) -> None:
    directory = tmp_path / "hello"
    directory.mkdir()
    assert GO.mains(directory, "hello") == []
    built = program(directory / "hello")
    assert GO.mains(directory, "hello") == [built]
    main = source(directory, "main.go")
    assert GO.mains(directory, "hello") == [main, built]
    named = source(directory, "hello.go")
    assert GO.mains(directory, "hello") == [named, built], "main.go is part of the same program"


def test_directory_with_a_script_of_its_name_is_none(tmp_path: Path) -> None:
    program(tmp_path / "hello" / "hello", b"#!/bin/sh\n")
    assert GO.mains(tmp_path / "hello", "hello") == []


# What is refused


@pytest.mark.parametrize(
    "text",
    [
        "package main",
        "\ufeffpackage main\n",
        "// Package x says hello.\n//go:build linux\n\npackage main // the only one\n",
        "/* package other */ /*\n * more\n */\n\tpackage   main;import `fmt`\n",
    ],
)
def test_package_main_is_recognised(tmp_path: Path, text: str) -> None:
    facts = GO.inspect(source(tmp_path, text=text))
    assert facts is not None
    assert (facts.problem, facts.handler) == (None, "")


def test_library_that_bears_its_directorys_name_is_no_function(tmp_path: Path) -> None:
    library = source(tmp_path, "shared.go", "package shared\n")
    assert GoRuntime().inspect(library) is None


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("package hello\n", "main.go is of package hello"),
        ("// package main\npackage hello", "main.go is of package hello"),
        ("", "main.go has no package clause"),
        ("/* package main", "main.go has no package clause"),
        ("func main() {}", "main.go has no package clause"),
    ],
)
def test_other_packages_are_refused_with_file_and_package(
    tmp_path: Path, text: str, words: str
) -> None:
    facts = GO.inspect(source(tmp_path, text=text))
    assert facts is not None
    assert facts.problem is not None
    assert words in facts.problem
    assert "package main" in facts.problem


@pytest.mark.skipif(HERE is None, reason="the test has no header for this machine")
def test_program_for_this_machine_is_valid(tmp_path: Path) -> None:
    facts = GO.inspect(program(tmp_path / "hello"))
    assert facts is not None
    assert (facts.problem, facts.handler) == (None, "")


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (elf(183 if HERE == 62 else 62), "is a program for linux/a"),
        (elf(22, big=True), "is a program for linux/s390x"),
        (elf(9999), "is a program for linux/another processor"),
        (b"\xcf\xfa\xed\xfe" + bytes(60), "is a program for darwin/another processor"),
        (b"text", "is no program"),
    ],
)
def test_program_for_another_machine_is_refused(tmp_path: Path, content: bytes, words: str) -> None:
    facts = GO.inspect(program(tmp_path / "hello", content))
    assert facts is not None
    assert facts.problem is not None
    assert words in facts.problem
    assert "GOOS=linux" in facts.problem or content == b"text"


@pytest.mark.skipif(HERE is None, reason="the test has no header for this machine")
def test_program_that_is_not_executable_is_refused_with_the_command(tmp_path: Path) -> None:
    facts = GO.inspect(program(tmp_path / "hello", mode=0o644))
    assert facts is not None
    assert facts.problem == "hello is not executable: chmod +x hello"


# Launching


def test_built_program_starts_in_the_project(tmp_path: Path) -> None:
    of = function(source(tmp_path / "f" / "hello"), tmp_path)
    spec = GO.launch(of, tmp_path / "bootstrap", tool())
    assert spec.argv == (str(tmp_path / "bootstrap"),)
    assert spec.frame_fds == (3, 4)
    assert spec.start_env == {"POLYFN_CWD": str(tmp_path)}
    assert spec.load == {
        "main_file": str(tmp_path / "bootstrap"),
        "handler": "",
        "root": str(tmp_path),
        "main_dir": str(tmp_path / "f/hello"),
    }


@pytest.mark.parametrize(("place", "has_own"), [("hello", False), ("hello/hello", True)])
def test_prebuilt_program_starts_in_the_project(tmp_path: Path, place: str, has_own: bool) -> None:
    main_file = program(tmp_path / place)
    of = function(main_file, tmp_path)
    if not has_own:
        of = replace(of, source=main_file)
    assert GO.tools(of) == ()
    assert GO.plan(of, {}, {}) is None
    spec = GO.launch(of, main_file, {})
    assert spec.frame_fds is None
    assert spec.argv[-2:] == (str(tmp_path), str(main_file))
    assert (main_file.parent in spec.depends_on) is has_own


# Plans


def test_plan_lays_the_runner_over_the_module(tmp_path: Path) -> None:
    tmp_path = tmp_path.resolve()
    (tmp_path / "go.mod").write_text("module example.com/site\n\ngo 1.22\n")
    main_file = source(tmp_path / "functions" / "hello")
    of = function(main_file, tmp_path)
    assert GO.tools(of) == ("go",)
    plan = GO.plan(of, tool(), {"PATH": "/bin", "GOOS": "plan9"})
    assert plan is not None
    assert plan.title == "go build ./functions/hello"
    assert plan.output == "bootstrap"
    build, listing = plan.commands
    assert build.argv == (
        "/go/bin/go", "build", "-buildvcs=false", "-overlay={work}/overlay.json",
        "-tags=lambda.norpc", "-ldflags=-s -w", "-o", "{work}/bootstrap", ".",
    )  # fmt: skip
    assert listing.argv[:3] == ("/go/bin/go", "list", "-deps")
    assert listing.stdout_to == LISTING
    for command in plan.commands:
        assert command.cwd == main_file.parent
        assert command.env == {"CGO_ENABLED": "0", "PATH": "/bin", "PWD": str(main_file.parent)}
    replaced = json.loads(plan.files["overlay.json"])["Replace"]
    assert replaced.pop(str(main_file.parent / "zz_polyfn_bridge.go")) == "{work}/import.go"
    bridge = tmp_path / "internal" / "polyfnbridge"
    assert replaced[str(bridge / "bridge.go")] == str(runner_file("go/bridge/bridge.go"))
    assert str(tmp_path / "0polyfn" / "early.go") in replaced
    assert not any(path.endswith("_test.go") for path in replaced)
    assert all(Path(real).is_file() for real in replaced.values())
    assert '_ "example.com/site/internal/polyfnbridge"' in plan.files["import.go"]
    assert "go.mod" not in plan.files


def test_plan_without_a_go_mod_makes_one_that_only_the_compiler_sees(tmp_path: Path) -> None:
    main_file = source(tmp_path.resolve() / "hello")
    plan = GO.plan(function(main_file, tmp_path), tool("1.23.4"), {})
    assert plan is not None
    assert plan.files["go.mod"].startswith("module function\n\ngo 1.23\n\nrequire ")
    assert plan.files["go.sum"].count("\n") == 2
    replaced = json.loads(plan.files["overlay.json"])["Replace"]
    assert replaced[str(main_file.parent / "go.mod")] == "{work}/go.mod"
    for command in plan.commands:
        assert {"-modfile={work}/go.mod", "-mod=mod"} <= set(command.argv)
        assert command.env["GOWORK"] == "off"


def test_plan_of_a_function_outside_the_project_names_its_whole_path(tmp_path: Path) -> None:
    main_file = source(tmp_path.resolve() / "elsewhere" / "hello")
    root = tmp_path / "site"
    root.mkdir()
    plan = GO.plan(function(main_file, root), tool(), {})
    assert plan is not None
    assert plan.title == f"go build {main_file.parent}"


def test_salt_follows_the_tool_and_what_of_the_environment_counts(tmp_path: Path) -> None:
    of = function(source(tmp_path / "hello"), tmp_path)

    def salt(version: str, **env: str) -> tuple[str, ...]:
        plan = GO.plan(of, tool(version), env)
        assert plan is not None
        return plan.salt

    first = salt("1.26.8", TERM="dumb")
    assert first == salt("1.26.8", TERM="xterm")
    assert first != salt("1.26.9")
    assert first != salt("1.26.8", CGO_ENABLED="1")
