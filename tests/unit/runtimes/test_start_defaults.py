"""Variables that a process starts with unless its function says otherwise."""

from __future__ import annotations

from pathlib import Path

import pytest

from polyfn.model import Function, LaunchSpec, Tool
from polyfn.runtimes import RUNTIMES


def launch(runtime: str) -> LaunchSpec:
    file = Path("/site/functions/a")
    function = Function(
        name="a", runtime=runtime, main_file=file, source=file, project_root=Path("/site")
    )
    tools = {runtime: Tool(name=runtime, path=Path("/bin/tool"), version="1", origin="PATH")}
    return RUNTIMES[runtime].launch(function, file, tools)


@pytest.mark.parametrize("runtime", ["node", "python"])
def test_process_keeps_the_memory_of_long_bodies(runtime: str) -> None:
    variables = launch(runtime).start_variables({"PATH": "/bin"})
    assert variables["PATH"] == "/bin"
    assert int(variables["MALLOC_TRIM_THRESHOLD_"]) == 64 * 1024 * 1024
    assert int(variables["MALLOC_MMAP_THRESHOLD_"]) == 32 * 1024 * 1024


@pytest.mark.parametrize("runtime", ["node", "python"])
def test_what_the_function_says_of_memory_counts(runtime: str) -> None:
    variables = launch(runtime).start_variables({"MALLOC_TRIM_THRESHOLD_": "1"})
    assert variables["MALLOC_TRIM_THRESHOLD_"] == "1"


def test_what_the_runner_needs_counts_more_than_what_the_function_says() -> None:
    spec = LaunchSpec(argv=("x",), start_defaults={"A": "1", "B": "1"}, start_env={"C": "3"})
    assert spec.start_variables({"B": "2", "C": "2"}) == {"A": "1", "B": "2", "C": "3"}
