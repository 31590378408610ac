"""Node, esbuild and a few real packages, which npm fetches once for all tests here."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from polyfn.model import Tool
from tests import npm

if TYPE_CHECKING:
    from collections.abc import Mapping

_NPM_S = 110
_VERSION = "0.25"
_PACKAGES = ("bufferutil@4", "chalk@5", "lodash@4", "@node-rs/crc32@1")
"""One with an addon beside its files, one that only ``import`` loads, one whose names Node does not
see from ``import``, and one with its addon in another package."""


@pytest.fixture(scope="session")
def node() -> Tool:
    """The machine's Node."""
    return Tool(name="node", path=Path(npm.node()), version=npm.node_version(), origin="PATH")


@pytest.fixture(scope="session")
def tools(node: Tool, tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Tool]:
    """Node, and the esbuild that npm brings."""
    home = tmp_path_factory.mktemp("esbuild")
    said = _install(home, f"esbuild@{_VERSION}")
    programs = list((home / "node_modules/@esbuild").glob("*/bin/esbuild"))
    if not programs:
        pytest.skip(f"npm cannot fetch esbuild: {said}")
    esbuild = Tool(name="esbuild", path=programs[0], version=_VERSION, origin="npm")
    return {"node": node, "esbuild": esbuild}


@pytest.fixture(scope="session")
def packages(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A ``node_modules`` with real packages."""
    home = tmp_path_factory.mktemp("packages")
    said = _install(home, *_PACKAGES)
    if not (home / "node_modules/chalk").is_dir():
        pytest.skip(f"npm cannot fetch packages: {said}")
    return home / "node_modules"


def _install(home: Path, *names: str) -> str:
    """Install without running anything of theirs; the end of what npm said."""
    npm = shutil.which("npm")
    if npm is None:
        pytest.skip("this machine has no npm on its PATH")
    flags = ("--no-audit", "--no-fund", "--ignore-scripts", "--prefix", str(home))
    try:
        done = subprocess.run(
            [npm, "install", *flags, *names],
            cwd=home, capture_output=True, text=True, timeout=_NPM_S, check=False,
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        pytest.skip("npm does not reach its registry in time")
    return done.stderr[-200:]
