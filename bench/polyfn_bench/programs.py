"""The programs that are needed: found as polyfn finds them, or built with Go."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from polyfn.build.toolchains import Toolchains
from polyfn.errors import ToolchainMissing
from polyfn_bench.figures import BenchError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from polyfn.model import Tool

BENCH = Path(__file__).resolve().parents[1]
ROOT = BENCH.parent
FLOORS = BENCH / "floors"
PROJECTS = BENCH / "projects"
PEERS = BENCH / ".peers"
_BUILT = BENCH / ".cache"
_BUILD_S = 300


@dataclass(frozen=True, slots=True, kw_only=True)
class Programs:
    """Absolute paths; ``versions`` are for the report, by program."""

    polyfn: Path
    node: Path
    go: Path
    bombardier: Path
    plain_go: Path
    versions: Mapping[str, str]


def find(env: Mapping[str, str]) -> Programs:
    """Find or build all of them.

    Raises:
        BenchError: One is missing, with the command that gets it.
    """
    node, go = asyncio.run(_toolchains(env))
    building = {**env, "CGO_ENABLED": "0", "GOFLAGS": "-mod=readonly"}
    _BUILT.mkdir(exist_ok=True)
    return Programs(
        polyfn=Path(sys.executable).parent / "polyfn",
        node=node.path,
        go=go.path,
        bombardier=_built(go, BENCH / "load", "github.com/codesenberg/bombardier", building),
        plain_go=_built(go, FLOORS, "example.com/plain", building),
        versions={
            "Python": sys.version.split()[0],
            "Node.js": str(node.version),
            "Go": str(go.version),
        },
    )


async def _toolchains(env: Mapping[str, str]) -> tuple[Tool, Tool]:
    finder = Toolchains(ROOT, env)
    try:
        return await finder.find("node"), await finder.find("go")
    except ToolchainMissing as error:
        raise BenchError(error.message) from error


def _built(go: Tool, module: Path, package: str, env: Mapping[str, str]) -> Path:
    """Build a Go program; go's own cache makes the next time quick."""
    program = _BUILT / package.rpartition("/")[2]
    argv = [str(go.path), "build", "-o", str(program), package]
    done = subprocess.run(
        argv, cwd=module, env=dict(env), capture_output=True, timeout=_BUILD_S, check=False
    )
    if done.returncode != 0:
        raise BenchError(f"go could not build {package}: {done.stderr.decode().strip()}")
    return program
