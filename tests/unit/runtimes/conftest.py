"""The Node and the esbuild that bundles are really made and run with."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path

import pytest

from polyfn.model import Tool

Tools = Mapping[str, Tool]

_NPM_S = 110
_VERSION = "0.25"


@pytest.fixture(scope="session")
def node() -> Tool:
    """The machine's Node."""
    path = shutil.which("node")
    if path is None:
        pytest.skip("this machine has no node on its PATH")
    told = subprocess.run(
        [path, "--version"], capture_output=True, text=True, timeout=30, check=True
    )
    return Tool(name="node", path=Path(path), version=told.stdout.strip()[1:], origin="PATH")


@pytest.fixture(scope="session")
def tools(node: Tool, tmp_path_factory: pytest.TempPathFactory) -> Tools:
    """Node, and the esbuild that npm brings."""
    npm = shutil.which("npm")
    if npm is None:
        pytest.skip("this machine has no npm on its PATH")
    home = tmp_path_factory.mktemp("esbuild")
    flags = ("--no-audit", "--no-fund", "--ignore-scripts", "--prefix", str(home))
    try:
        done = subprocess.run(
            [npm, "install", *flags, f"esbuild@{_VERSION}"],
            cwd=home, capture_output=True, text=True, timeout=_NPM_S, check=False,
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        pytest.skip("npm does not reach its registry in time")
    programs = list((home / "node_modules/@esbuild").glob("*/bin/esbuild"))
    if not programs:
        pytest.skip(f"npm cannot fetch esbuild: {done.stderr[-200:]}")
    esbuild = Tool(name="esbuild", path=programs[0], version=_VERSION, origin="npm")
    return {"node": node, "esbuild": esbuild}
