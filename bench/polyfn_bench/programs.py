"""The programs that are needed: found as polyfn finds them, or built with Go."""

from __future__ import annotations

import asyncio
import contextlib
import subprocess
import sys
from functools import cached_property
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
_TITLES = {"node": "Node.js", "go": "Go"}


class Programs:
    """Absolute paths of programs; each is found or built when it is asked for first.

    Each raises `BenchError` when there is none, with the command that gets it.
    """

    def __init__(self, env: Mapping[str, str]) -> None:
        self._env = env
        self.polyfn = Path(sys.executable).parent / "polyfn"

    @cached_property
    def node(self) -> Path:
        """Node.js, the one that polyfn takes."""
        return self._found("node").path

    @cached_property
    def go(self) -> Path:
        """Go, the one that polyfn takes."""
        return self._found("go").path

    @cached_property
    def bombardier(self) -> Path:
        """The load generator."""
        return self._built(BENCH / "load", "github.com/codesenberg/bombardier")

    @cached_property
    def plain_go(self) -> Path:
        """The plain net/http server."""
        return self._built(FLOORS, "example.com/plain")

    def versions(self) -> dict[str, str]:
        """Of those that this machine has, for the report."""
        found = {"Python": sys.version.split()[0]}
        for name in ("node", "go"):
            with contextlib.suppress(BenchError):
                found[_TITLES[name]] = str(self._found(name).version)
        return found

    def _found(self, name: str) -> Tool:
        try:
            return asyncio.run(Toolchains(ROOT, self._env).find(name))
        except ToolchainMissing as error:
            raise BenchError(error.message) from error

    def _built(self, module: Path, package: str) -> Path:
        """Build a Go program; go's own cache makes the next time quick."""
        _BUILT.mkdir(exist_ok=True)
        program = _BUILT / package.rpartition("/")[2]
        done = subprocess.run(
            [str(self.go), "build", "-o", str(program), package],
            cwd=module,
            env={**self._env, "CGO_ENABLED": "0", "GOFLAGS": "-mod=readonly"},
            capture_output=True,
            timeout=_BUILD_S,
            check=False,
        )
        if done.returncode != 0:
            raise BenchError(f"go could not build {package}: {done.stderr.decode().strip()}")
        return program
