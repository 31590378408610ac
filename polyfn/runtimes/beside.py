"""The files that a program may load from its own directory, and what they were when it started."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

# What a build or an installation puts there: thousands of files that nobody edits.
_SKIPPED: Final = frozenset({"node_modules", "target", "venv", "vendor", "__pycache__"})
_MOST: Final = 2000


def beside(directory: Path) -> tuple[Path, ...]:
    """The directory, and all files and directories below it; none hidden or installed."""
    found = [entry for _, entry in zip(range(_MOST), _below(directory), strict=False)]
    return (directory, *sorted(found))


def stamp(paths: tuple[Path, ...]) -> str:
    """A text that is another one when any of these files was written or replaced since."""
    digest = hashlib.blake2b(digest_size=8)
    for path in paths:
        digest.update(f"{path}\0{_written(path)}\0".encode("utf-8", "surrogateescape"))
    return digest.hexdigest()


def _below(directory: Path) -> Iterator[Path]:
    try:
        entries = list(os.scandir(directory))
    except OSError:
        return
    for entry in entries:
        if entry.name.startswith(".") or entry.name in _SKIPPED:
            continue
        yield Path(entry.path)
        if entry.is_dir(follow_symlinks=False):
            yield from _below(Path(entry.path))


def _written(path: Path) -> tuple[int, int, int] | None:
    try:
        known = path.stat()
    except OSError:
        return None
    # When a directory was written says that a file came or went, which the list says, too; what a
    # program leaves there and takes away again is none of its sources.
    return None if path.is_dir() else (known.st_mtime_ns, known.st_size, known.st_ino)
