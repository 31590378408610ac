"""tsconfig.json files: which one counts for a file, what it extends, and what they say together.

esbuild and tsc look these up themselves. We do it as well, to know what a bundle depends on, and
what of it esbuild leaves undone.
"""

from __future__ import annotations

import json
import os
import re
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

    from polyfn.model import JSON

_NAME: Final = "tsconfig.json"
_MODULES: Final = "node_modules"
_TOKEN: Final = re.compile(
    r'("(?:[^"\\]|\\.)*")|//[^\n]*|/\*.*?\*/|,(?=(?:\s|//[^\n]*|/\*.*?\*/)*[}\]])', re.DOTALL
)
"""A string, which stays; or a comment, or a comma before a closing bracket, which go."""


def nearest(directory: Path) -> Path | None:
    """The tsconfig.json that counts for files in a directory; none counts in ``node_modules``."""
    for at in (directory, *directory.parents):
        if at.name == _MODULES:
            return None
        if (at / _NAME).is_file():
            return at / _NAME
    return None


def chain(tsconfig: Path) -> list[Path]:
    """A tsconfig.json and all that it extends; what comes first overrides what comes later.

    Files that are not there are left out: esbuild warns of them.
    """
    found: list[Path] = []
    _follow(tsconfig, found)
    return found


def options(tsconfig: Path) -> dict[str, JSON]:
    """The ``compilerOptions`` that hold, with the extended files' own where nothing overrides."""
    merged: dict[str, JSON] = {}
    for file in reversed(chain(tsconfig)):
        own = _read(file).get("compilerOptions")
        merged.update(own if isinstance(own, dict) else {})
    return merged


def _follow(tsconfig: Path, found: list[Path]) -> None:
    if tsconfig in found:
        return
    found.append(tsconfig)
    extended = _read(tsconfig).get("extends")
    names = extended if isinstance(extended, list) else [extended]
    for name in reversed(names):  # of several, the last counts most
        if isinstance(name, str):
            base = next((path for path in _places(name, tsconfig.parent) if path.is_file()), None)
            if base is not None:
                _follow(Path(os.path.normpath(base)), found)


def _places(name: str, directory: Path) -> Iterator[Path]:
    """Where ``extends`` may lead: a file with or without its extension, or a package's."""
    if name.startswith(("./", "../", "/")) or name in {".", ".."}:
        yield from _spellings(directory / name)
        return
    for at in (directory, *directory.parents):
        yield from _spellings(at / _MODULES / name)


def _spellings(path: Path) -> Iterator[Path]:
    yield path
    yield path.with_name(f"{path.name}.json")
    yield path / _NAME


def _read(file: Path) -> dict[str, JSON]:
    """A file's object; one that cannot be understood is empty here: esbuild says what is wrong."""
    try:
        text = file.read_text("utf-8-sig", "replace")
        value = json.loads(_TOKEN.sub(lambda match: match[1] or "", text))
    except (OSError, ValueError):
        return {}
    return value if isinstance(value, dict) else {}
