"""What a process must be started with to become a function's later, and when it cannot."""

from __future__ import annotations

from pathlib import Path

import pytest

from polyfn.model import Function, Tool
from polyfn.runtimes import RUNTIMES


def started_with(runtime: str, environment: dict[str, str]) -> dict[str, str] | None:
    """What a spare for a function with that environment is started with."""
    file = Path("/site/functions/a")
    function = Function(
        name="a", runtime=runtime, main_file=file, source=file, project_root=Path("/site")
    )
    tools = {runtime: Tool(name=runtime, path=Path("/bin/tool"), version="1", origin="PATH")}
    spare = RUNTIMES[runtime].launch(function, file, tools).spare(environment)
    return None if spare is None else dict(spare)


EVERYWHERE = {"LD_LIBRARY_PATH": "/lib", "LANG": "de", "LC_ALL": "C", "MALLOC_ARENA_MAX": "2"}
ORDINARY = {"API_KEY": "x", "TZ": "UTC", "PATH": "/bin", "AWS_LAMBDA_FUNCTION_NAME": "a"}


@pytest.mark.parametrize(
    ("runtime", "own"),
    [
        (
            "node",
            {
                "NODE_OPTIONS": "--max-old-space-size=512 --no-warnings",
                "NODE_PATH": "/lib",
                "NODE_EXTRA_CA_CERTS": "/ca.pem",
                "UV_THREADPOOL_SIZE": "8",
                "HOME": "/home/me",
            },
        ),
        ("python", {}),
    ],
)
def test_what_counts_at_the_start_is_there_and_nothing_else(
    runtime: str, own: dict[str, str]
) -> None:
    assert started_with(runtime, {**EVERYWHERE, **own, **ORDINARY}) == {**EVERYWHERE, **own}


def test_variables_of_python_count_at_load_alone() -> None:
    assert started_with("python", {"PYTHONPATH": "/lib", "PYTHONHASHSEED": "1"}) == {}


@pytest.mark.parametrize(
    "options",
    [
        "--require ./tracer.js",
        "-r dotenv/config",
        "--no-warnings --import=./a.mjs",
        "--inspect",
        "--inspect-brk=9230",
        "--cpu-prof",
        "--experimental-loader ./loader.mjs",
        '--title="a b"',
        "--trace-events-enabled",
    ],
)
def test_options_that_do_something_at_the_start_of_node_have_no_spare(options: str) -> None:
    assert started_with("node", {"NODE_OPTIONS": options}) is None


@pytest.mark.parametrize("runtime", ["node", "python"])
@pytest.mark.parametrize("name", ["LD_PRELOAD", "LD_AUDIT", "DYLD_INSERT_LIBRARIES"])
def test_injected_code_has_no_spare(runtime: str, name: str) -> None:
    assert started_with(runtime, {name: "/lib/x.so"}) is None
    assert started_with(runtime, {name: ""}) == ({name: ""})


def test_coverage_of_node_has_no_spare() -> None:
    assert started_with("node", {"NODE_V8_COVERAGE": "/tmp/coverage"}) is None


def test_programs_that_are_their_own_runner_have_no_spare() -> None:
    file = Path("/site/functions/a/main.go")
    function = Function(
        name="a", runtime="go", main_file=file, source=file.parent, project_root=Path("/site")
    )
    assert RUNTIMES["go"].launch(function, Path("/built/a"), {}).spare(ORDINARY) is None
