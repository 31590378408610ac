"""npm: where it is beside its Node, and what it says when it fails."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

import orjson

from polyfn.build.toolchains.candidates import on_path

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

_CLI: Final = "npm-cli.js"
_BESIDE_NODE: Final = "lib/node_modules/npm/bin"
_PREFIX: Final = re.compile(r"npm (?:ERR!|error) ?(?:code |errno )?")
_MAX_LINES: Final = 6


def cli_of(node: Path, env: Mapping[str, str]) -> Path | None:
    """The script to run with that Node: its own npm's, or else the one on the PATH."""
    return next((path for path in _places(node, env) if path.is_file()), None)


def version_of(cli: Path) -> str:
    """The version that npm's own package.json states; quicker than npm by 140 ms."""
    try:
        return str(orjson.loads((cli.parent.parent / "package.json").read_bytes())["version"])
    except (OSError, ValueError, KeyError, TypeError):
        return ""


def in_short(output: str) -> str:
    """What npm said, without its prefixes and its log file."""
    lines = [line for line in output.splitlines() if _PREFIX.match(line)]
    told = [_PREFIX.sub("", line).strip() for line in lines if "complete log" not in line]
    return "; ".join([line for line in told if line][:_MAX_LINES]) or output.strip()[-400:]


def _places(node: Path, env: Mapping[str, str]) -> Iterator[Path]:
    yield node.parent.parent / _BESIDE_NODE / _CLI
    for candidate in on_path("npm", env):
        real = candidate.path.resolve()
        yield real if real.name == _CLI else real.with_name(_CLI)
