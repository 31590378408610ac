"""Which files are JavaScript and TypeScript functions, by their names; pure but for `is_file`."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from pathlib import Path

FILE_ORDER: Final = (".js", ".mjs", ".cjs", ".ts", ".tsx", ".mts", ".cts")
"""Of two files of one name the extension decides (zip-it-and-ship-it, runtimes/node/finder.ts)."""

DIRECTORY_ORDER: Final = (".js", ".ts", ".mjs", ".cjs", ".tsx", ".mts", ".cts")
"""In a function's directory the order is another one; for each, ``NAME`` comes before ``index``."""

TYPESCRIPT: Final = frozenset({".ts", ".tsx", ".mts", ".cts"})


def files(paths: list[Path]) -> dict[str, list[Path]]:
    """Group the files that may be functions by name, the winner of each name first."""
    named = defaultdict(list)
    for path in paths:
        if path.suffix in FILE_ORDER and not _is_declaration(path):
            named[path.stem].append(path)
    for same in named.values():
        same.sort(key=lambda path: FILE_ORDER.index(path.suffix))
    return dict(named)


def mains(directory: Path, name: str) -> list[Path]:
    """The main files that a function's directory has, the winner first.

    Args:
        name: The directory's own name, extension included: ``four.js/four.js.js`` is a main file.
    """
    candidates = (
        directory / f"{stem}{suffix}" for suffix in DIRECTORY_ORDER for stem in (name, "index")
    )
    return [path for path in dict.fromkeys(candidates) if path.is_file()]


def _is_declaration(path: Path) -> bool:
    """``hello.d.ts`` holds types only, and so do ``hello.d.mts`` and ``hello.d.cts``."""
    return path.suffix in TYPESCRIPT and path.stem.endswith(".d")
