"""Real `go build` runs that fail: the author reads what is wrong, where, and what to do."""

from __future__ import annotations

import asyncio
import os
import shutil
import subprocess
from pathlib import Path

import pytest

from polyfn.build.builder import Builder
from polyfn.build.cache import Cache
from polyfn.build.progress import BuildFetching, Event
from polyfn.errors import BuildFailed
from polyfn.runtimes.go import GoRuntime
from tests.process.go_support import (
    HELLO,
    LIBRARY,
    MAIN,
    USUAL,
    build,
    function,
    go_env,
    go_tool,
    write,
    write_module,
)

pytestmark = pytest.mark.timeout(300)  # the first build compiles the standard library

_HERE = "netlify/functions/hello"
_C = """\
package main

// int two(void) { return 2; }
import "C"

func two() int { return int(C.two()) }
"""


def failure(root: Path, **env: str) -> str:
    """Build what does not build; the message."""
    with pytest.raises(BuildFailed) as caught:
        build(root, **env)
    assert str(root) not in caught.value.message
    assert "polyfn_bridge" not in caught.value.message
    return caught.value.message


def importing(package: str, source: str = HELLO) -> str:
    """The program with one more import."""
    return source.replace("import ", f'import _ "{package}"\nimport ', 1)


def test_errors_of_several_packages_are_told_together(tmp_path: Path) -> None:
    write_module(tmp_path)
    write(
        tmp_path,
        {
            MAIN: importing("example.com/site/a", importing("example.com/site/b")),
            "a/a.go": 'package a\n\nfunc A() int { return "x" }\n',
            "b/b.go": 'package b\n\nimport "os"\n\nfunc B( {\n',
        },
    )
    message = failure(tmp_path)
    assert "a/a.go:3:23: cannot use" in message
    assert "b/b.go:5:9: syntax error" in message


@pytest.mark.parametrize(
    ("files", "words"),
    [
        ({MAIN: HELLO, f"{_HERE}/hello.go": HELLO}, "main.go:5:6: main redeclared"),
        ({MAIN: HELLO + "\nfunc x( {\n"}, "main.go:7:9: syntax error"),
        ({MAIN: HELLO.replace("import ", 'import "os"\nimport ')}, '"os" imported and not used'),
        ({MAIN: "package main\n\nfunc main(x int) {}\n"}, "main.go:3:6: func main must have no"),
        ({MAIN: HELLO, "go.mod": ""}, "go.mod: missing module declaration"),
        ({MAIN: HELLO, "go.mod": "module m\n\nrequire (\n a v1\n"}, "errors parsing go.mod"),
        ({MAIN: HELLO, "go.sum": "garbage\n"}, "To mend it: rm go.sum && go mod tidy"),
        ({MAIN: HELLO, "go.sum": ""}, "To mend it: go mod tidy"),
        (
            {MAIN: HELLO, f"{_HERE}/b_test.go": "package other\n"},
            "files must say package main; its tests, main or main_test.",
        ),
        (
            {MAIN: f"// +build ignore\n\n{HELLO}"},
            "main.go has a func main, but go leaves the file out: // +build ignore",
        ),
        (
            {f"{_HERE}/hello_windows.go": HELLO, MAIN: "package main\n"},
            "hello_windows.go has a func main, but go leaves the file out: its name is for",
        ),
        (
            {MAIN: importing("example.com/site/gone")},
            "main.go:3:8: package example.com/site/gone is not there: gone has no Go files",
        ),
        (
            {MAIN: importing("../../../lib"), "lib/lib.go": "package lib\n"},
            'Import it by the path of its module: "example.com/site/lib"',
        ),
        (
            {
                MAIN: importing("example.com/site/lib"),
                "lib/go.mod": "module example.com/site/lib\n",
                "lib/lib.go": "package lib\n",
            },
            "To mend it: go mod edit -replace example.com/site/lib=./lib && go get ",
        ),
        (
            {
                MAIN: importing("example.com/site/a"),
                "a/a.go": 'package a\n\nimport _ "example.com/site/b"\n',
                "b/b.go": 'package b\n\nimport _ "example.com/site/a"\n',
            },
            "import cycle not allowed",
        ),
        (
            {
                MAIN: importing("example.com/site/x/internal/w"),
                "x/internal/w/w.go": "package w\n",
            },
            "main.go:3:8: use of internal package example.com/site/x/internal/w not allowed",
        ),
    ],
)
def test_what_the_author_reads(tmp_path: Path, files: dict[str, str], words: str) -> None:
    write_module(tmp_path)
    write(tmp_path, files)
    assert words in failure(tmp_path)


def test_link_that_leads_nowhere(tmp_path: Path) -> None:
    write_module(tmp_path)
    write(tmp_path, {MAIN: HELLO})
    (tmp_path / _HERE / "other.go").symlink_to("nowhere.go")
    assert f"open {_HERE}/other.go: no such file or directory" in failure(tmp_path)


def test_c_needs_cgo_and_cgo_a_compiler(tmp_path: Path) -> None:
    write_module(tmp_path)
    write(tmp_path, {MAIN: HELLO.replace('"hello"', "string(rune(two()))"), f"{_HERE}/c.go": _C})
    message = failure(tmp_path)
    assert ": undefined: two" in message
    assert f"{_HERE}/c.go imports C, and CGO_ENABLED is 0 unless it is set" in message
    message = failure(tmp_path, CGO_ENABLED="1", CC="no-such-compiler")
    assert "CGO_ENABLED=1 needs a C compiler, and there is no no-such-compiler" in message
    if shutil.which("gcc") is None:
        pytest.skip("no gcc: what cgo says of C is not seen")
    assert build(tmp_path, CGO_ENABLED="1").path.is_file()
    write(tmp_path, {f"{_HERE}/c.go": _C.replace("return 2;", "return y;")})
    assert f"{_HERE}/c.go:3:25: error: 'y' undeclared" in failure(tmp_path, CGO_ENABLED="1")


def test_module_that_cannot_be_fetched(tmp_path: Path) -> None:
    write_module(tmp_path)
    write(tmp_path, {MAIN: HELLO})
    cache = str(tmp_path / "modules")
    assert "GOPROXY=off lets go fetch nothing" in failure(tmp_path, GOPROXY="off", GOMODCACHE=cache)
    nowhere = failure(tmp_path, GOPROXY="http://127.0.0.1:9", GOMODCACHE=cache)
    assert "connection refused" in nowhere
    assert "github.com/aws/aws-lambda-go cannot be fetched. If it is private, set" in nowhere
    assert nowhere.count("connection refused") == 1


def test_first_fetch_of_a_module_is_told(tmp_path: Path) -> None:
    write_module(tmp_path)
    write(tmp_path, {MAIN: HELLO})
    # The network is this machine's own cache: what a proxy would serve lies there as files.
    cache = subprocess.run(
        [go_tool().path, "env", "GOMODCACHE"],
        env=go_env(), capture_output=True, text=True, check=True,
    ).stdout.strip()  # fmt: skip
    build(tmp_path)  # so that it is there
    shutil.rmtree(tmp_path / ".polyfn")
    told: list[Event] = []
    env = {
        "GOPROXY": f"file://{cache}/cache/download",
        "GOMODCACHE": str(tmp_path / "modules"),
        "GOFLAGS": "-modcacherw",
        "GONOSUMDB": "*",
    }
    plan = GoRuntime().plan(function(tmp_path), {"go": go_tool()}, go_env(**env))

    async def with_builder() -> None:
        async with Builder(Cache(tmp_path / ".polyfn"), listener=told.append) as builder:
            await builder.build(function(tmp_path), plan)

    asyncio.run(with_builder())
    assert [each.what for each in told if isinstance(each, BuildFetching)] == [
        f"{LIBRARY} v{USUAL}"
    ]


def test_package_of_ones_own_without_a_go_mod(tmp_path: Path) -> None:
    write(tmp_path, {MAIN: importing("hello/sub"), f"{_HERE}/sub/sub.go": "package sub\n"})
    assert f"To mend it: cd {_HERE} && go mod init hello && go mod tidy" in failure(tmp_path)


@pytest.mark.skipif(os.geteuid() == 0, reason="root reads every file")
def test_file_that_cannot_be_read(tmp_path: Path) -> None:
    write_module(tmp_path)
    write(tmp_path, {MAIN: HELLO, f"{_HERE}/other.go": "package main\n"})
    (tmp_path / _HERE / "other.go").chmod(0)
    assert f"{_HERE}/other.go: permission denied" in failure(tmp_path)


def test_workspace_that_is_vendored_notices_its_list(tmp_path: Path) -> None:
    module = tmp_path / "netlify/functions/hello"
    write_module(module)
    write(tmp_path, {MAIN: HELLO, "go.work": "go 1.22\n\nuse ./netlify/functions/hello\n"})
    env = go_env()
    subprocess.run([go_tool().path, "work", "vendor"], cwd=tmp_path, env=env, check=True)
    assert build(tmp_path, GOPROXY="off", GOMODCACHE=str(tmp_path / "empty")).path.is_file()
    (tmp_path / "vendor/modules.txt").write_text("## workspace\n")
    message = failure(tmp_path, GOPROXY="off", GOMODCACHE=str(tmp_path / "empty"))
    assert f"To mend it: cd {_HERE} && go work vendor" in message
