"""Real `go build` runs: every kind of module, what goes wrong, and what a result depends on."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

import pytest

from polyfn.errors import BuildFailed
from polyfn.runtimes.go import GoRuntime
from tests.process.go_support import (
    HELLO,
    LIBRARY,
    MAIN,
    USUAL,
    Program,
    build,
    function,
    go_env,
    go_tool,
    write,
    write_module,
)

pytestmark = pytest.mark.timeout(300)  # the first build compiles the standard library

_SAYS = """\
package main

import (
    "github.com/aws/aws-lambda-go/lambda"
    "{package}"
)

func main() {{ lambda.Start(func() (string, error) {{ return {value}, nil }}) }}
"""

_EMBEDS = """\
package lib

import _ "embed"

//go:embed data/word.txt
var Word string
"""


def answer(root: Path, main: str = MAIN, **env: str) -> object:
    """Build, run, call once, drain."""
    with Program(build(root, main, **env).path, root) as program:
        value = json.loads(program.ready().call(b"{}"))
        program.send(program.connection.drain())
        assert program.status() == 0
        return value


def failure(root: Path, main: str = MAIN, **env: str) -> str:
    """Build what does not build; the message."""
    with pytest.raises(BuildFailed) as caught:
        build(root, main, **env)
    return caught.value.message


def files_of(root: Path) -> set[str]:
    """The project's files, without polyfn's own."""
    found = (path.relative_to(root).as_posix() for path in root.rglob("*") if path.is_file())
    return {name for name in found if not name.startswith(".polyfn/")}


def inputs_of(root: Path, main: str = MAIN) -> set[str]:
    """What a build depends on, relative to the project."""
    return {os.path.relpath(path, root) for path in build(root, main).inputs}


def test_functions_of_one_root_module_share_its_packages(tmp_path: Path) -> None:
    write_module(tmp_path)
    write(
        tmp_path,
        {
            "lib/lib.go": 'package lib\n\nfunc Word() string { return "shared" }\n',
            "functions/one/main.go": _SAYS.format(
                package="example.com/site/lib", value='"one " + lib.Word()'
            ),
            "functions/two/two.go": _SAYS.format(
                package="example.com/site/lib", value='"two " + lib.Word()'
            ),
        },
    )
    before = files_of(tmp_path)
    assert answer(tmp_path, "functions/one/main.go") == "one shared"
    assert answer(tmp_path, "functions/two/two.go") == "two shared"
    assert files_of(tmp_path) == before


@pytest.mark.parametrize("name", ["example.com/own/v2", "main", "hello", '"quoted.org/x" // why'])
def test_function_with_a_module_of_its_own(tmp_path: Path, name: str) -> None:
    write_module(tmp_path / "netlify/functions/hello", name=name)
    write(tmp_path, {MAIN: HELLO})
    assert answer(tmp_path) == "hello"


@pytest.mark.parametrize("language", ["1.11", "1.17"])
def test_module_of_an_old_language_version(tmp_path: Path, language: str) -> None:
    # A module without requirements: with one, Go before 1.17 wants sums of every test dependency.
    write(
        tmp_path,
        {
            "go.mod": f"module old.example\n\ngo {language}\n",
            MAIN: "package main\n\nfunc main() {}\n",
        },
    )
    with Program(build(tmp_path).path, tmp_path) as program:
        assert program.status() == 0


def test_workspace_with_two_modules(tmp_path: Path) -> None:
    write_module(tmp_path / "functions/hello")
    write(
        tmp_path,
        {
            "go.work": "go 1.21\n\nuse (\n\t./functions/hello\n\t./lib\n)\n",
            "lib/go.mod": "module example.com/lib\n\ngo 1.21\n",
            "lib/lib.go": 'package lib\n\nfunc Word() string { return "from the workspace" }\n',
            "functions/hello/main.go": _SAYS.format(package="example.com/lib", value="lib.Word()"),
        },
    )
    assert answer(tmp_path, "functions/hello/main.go") == "from the workspace"
    inputs = inputs_of(tmp_path, "functions/hello/main.go")
    assert {"go.work", "lib", "lib/lib.go", "lib/go.mod"} <= inputs


@pytest.mark.parametrize("used", ["", "use ./other\n"])
def test_module_outside_its_workspace_is_told_how_to_get_in(tmp_path: Path, used: str) -> None:
    write_module(tmp_path / "netlify/functions/hello")
    write(tmp_path, {MAIN: HELLO, "go.work": f"go 1.21\n{used}", "other/go.mod": "module other\n"})
    assert "To mend it: cd netlify/functions/hello && go work use ." in failure(tmp_path)


def test_vendored_module_needs_no_network(tmp_path: Path) -> None:
    write_module(tmp_path)
    write(tmp_path, {MAIN: HELLO})
    subprocess.run([go_tool().path, "mod", "vendor"], cwd=tmp_path, env=go_env(), check=True)
    assert answer(tmp_path, GOPROXY="off", GOMODCACHE=str(tmp_path / "empty")) == "hello"
    inputs = inputs_of(tmp_path)
    assert "vendor/modules.txt" in inputs
    assert f"vendor/{LIBRARY}/lambda/entry.go" in inputs


def test_vendor_directory_that_is_not_up_to_date(tmp_path: Path) -> None:
    write_module(tmp_path)
    write(tmp_path, {MAIN: HELLO, "vendor/modules.txt": ""})
    assert failure(tmp_path).endswith("\nTo mend it: go mod vendor")


def test_directory_without_a_go_mod_builds_and_stays_as_it_is(tmp_path: Path) -> None:
    write(tmp_path, {MAIN: HELLO})
    assert answer(tmp_path) == "hello"
    assert files_of(tmp_path) == {MAIN}
    assert inputs_of(tmp_path) == {
        "netlify/functions/hello", MAIN, "netlify/functions/hello/go.mod",
    }  # fmt: skip


def test_directory_without_a_go_mod_inside_a_workspace(tmp_path: Path) -> None:
    write(tmp_path, {MAIN: HELLO, "go.work": "go 1.21\n"})
    assert answer(tmp_path) == "hello"


def test_import_that_is_not_found_without_a_go_mod(tmp_path: Path) -> None:
    write(tmp_path, {MAIN: HELLO.replace("import ", 'import _ "example.com/nothing"\nimport ')})
    message = failure(tmp_path, GOPROXY="off")
    assert "netlify/functions/hello/main.go:3:8: cannot find module" in message
    assert "cd netlify/functions/hello && go mod init hello && go mod tidy" in message


def test_replaced_module_in_a_directory_beside(tmp_path: Path) -> None:
    root = tmp_path / "site"
    write_module(root)
    with (root / "go.mod").open("a") as go_mod:
        go_mod.write("\nrequire example.com/lib v0.0.0\nreplace example.com/lib => ../lib\n")
    write(
        tmp_path,
        {
            "lib/go.mod": "module example.com/lib\n\ngo 1.21\n",
            "lib/lib.go": 'package lib\n\nfunc Word() string { return "beside" }\n',
            f"site/{MAIN}": _SAYS.format(package="example.com/lib", value="lib.Word()"),
        },
    )
    assert answer(root) == "beside"
    assert {"../lib", "../lib/lib.go", "../lib/go.mod"} <= inputs_of(root)


def test_project_reached_through_a_link(tmp_path: Path) -> None:
    write_module(tmp_path / "real")
    write(tmp_path / "real", {MAIN: HELLO})
    (tmp_path / "link").symlink_to(tmp_path / "real")
    assert answer(tmp_path / "link", PWD=str(tmp_path / "link")) == "hello"


def test_tags_and_linker_flags_of_the_author_are_kept(tmp_path: Path) -> None:
    write_module(tmp_path)
    word = '//go:build {constraint}\n\npackage main\n\nconst word = "{value}"\n'
    main = HELLO.replace('"hello"', "word + version") + "\nvar version string\n"
    write(
        tmp_path,
        {
            MAIN: main,
            "netlify/functions/hello/a.go": word.format(constraint="!special", value="plain"),
            "netlify/functions/hello/b.go": word.format(constraint="special", value="special"),
        },
    )
    assert answer(tmp_path) == "plain"
    flags = "-tags=special '-ldflags=-X main.version=7'"
    assert answer(tmp_path, GOFLAGS=flags) == "special7"


def test_compiler_keeps_its_words_and_names_the_authors_files(tmp_path: Path) -> None:
    write_module(tmp_path)
    write(
        tmp_path,
        {
            "lib/lib.go": 'package lib\n\nfunc Word() int { return "no number" }\n',
            MAIN: _SAYS.format(package="example.com/site/lib", value="lib.Word()"),
        },
    )
    message = failure(tmp_path)
    assert "function 'hello' does not build (go build ./netlify/functions/hello)" in message
    assert 'lib/lib.go:3:26: cannot use "no number" (untyped string constant)' in message
    write(tmp_path, {"lib/lib.go": "package lib\n\nfunc Word() int { return 1 }\n"})
    message = failure(tmp_path)
    assert f"{MAIN}:8:60: cannot use lib.Word()" in message
    assert "polyfn_bridge" not in message
    assert str(tmp_path) not in message


def test_missing_module_and_missing_sums_are_told_the_command(tmp_path: Path) -> None:
    write_module(tmp_path)
    write(tmp_path, {MAIN: HELLO.replace("import ", 'import _ "golang.org/x/text/cases"\nimport ')})
    assert failure(tmp_path).endswith("\nTo mend it: go get golang.org/x/text/cases")
    write(tmp_path, {MAIN: HELLO})
    (tmp_path / "go.sum").unlink()
    assert failure(tmp_path).endswith("\nTo mend it: go mod tidy")


def test_go_mod_for_a_newer_go(tmp_path: Path) -> None:
    write(tmp_path, {MAIN: HELLO, "go.mod": "module m\n\ngo 1.999\n"})
    message = failure(tmp_path, GOTOOLCHAIN="local")
    assert "go.mod requires go >= 1.999" in message
    assert "Install Go 1.999 or newer" in message


def test_other_files_of_the_directory_must_be_main_too(tmp_path: Path) -> None:
    write_module(tmp_path)
    write(tmp_path, {MAIN: HELLO, "netlify/functions/hello/other.go": "package other\n"})
    assert "found packages main (main.go) and other (other.go)" in failure(tmp_path)
    (tmp_path / MAIN).unlink()
    assert "other.go is of package other" in failure(tmp_path)


def test_program_without_func_main(tmp_path: Path) -> None:
    write_module(tmp_path)
    write(tmp_path, {MAIN: "package main\n"})
    assert "A function needs a func main that calls lambda.Start" in failure(tmp_path)


def test_what_is_unchanged_is_not_built_again_and_what_counts_is(tmp_path: Path) -> None:
    write_module(tmp_path)
    write(
        tmp_path,
        {
            "lib/lib.go": _EMBEDS,
            "lib/data/word.txt": "first",
            MAIN: _SAYS.format(package="example.com/site/lib", value="lib.Word"),
            "lib/lib_test.go": "package lib\n",
        },
    )
    first = build(tmp_path)
    assert {os.path.relpath(path, tmp_path) for path in first.inputs} == {
        "go.mod", "go.sum", "go.work", "go.work.sum", "vendor/modules.txt",
        "lib", "lib/lib.go", "lib/data", "lib/data/word.txt", "netlify/functions/hello", MAIN,
    }  # fmt: skip
    assert build(tmp_path).cached
    write(tmp_path, {"lib/data/word.txt": "second"})
    assert not build(tmp_path).cached
    assert answer(tmp_path) == "second"
    write(tmp_path, {"netlify/functions/hello/init.go": "package main\n"})
    assert not build(tmp_path).cached


def test_plan_of_another_go_or_environment_is_another_one(tmp_path: Path) -> None:
    write_module(tmp_path, version=USUAL)
    write(tmp_path, {MAIN: HELLO})
    of = function(tmp_path)
    plan = GoRuntime().plan(of, {"go": go_tool()}, go_env())
    other = GoRuntime().plan(of, {"go": go_tool()}, go_env(GOAMD64="v2"))
    assert plan is not None
    assert other is not None
    assert plan.salt != other.salt
