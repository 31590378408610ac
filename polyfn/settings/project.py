"""Where a project is: the directory that its settings and paths belong to."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from pathlib import Path

DEFAULT_FUNCTIONS: Final = "netlify/functions"
MARKS: Final = ("netlify.toml", "polyfn.toml", DEFAULT_FUNCTIONS)


def is_directory(path: Path) -> bool:
    """Say whether a directory is there; whatever cannot be looked at is none."""
    try:
        return path.is_dir()
    except OSError:  # a name too long, a parent that may not be entered
        return False


def find_root(start: Path) -> Path:
    """Find the nearest directory, this one or a parent, that looks like a project; else this one.

    Args:
        start: An absolute directory.
    """
    for directory in (start, *start.parents):
        if any(_exists(directory / mark) for mark in MARKS):
            return directory
    return start


def _exists(path: Path) -> bool:
    try:
        return path.exists()
    except OSError:
        return False
