"""Which directories are worth watching."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from polyfn.settings import Settings

_SKIPPED: Final = frozenset(("__pycache__", "venv", "bower_components"))
_PACKAGES: Final = "node_modules"
_MOST: Final = 4096
"""Directories of the project at most, the shallow ones first: a monorepo may hold a million."""


def of_project(settings: Settings) -> set[str]:
    """The directories of a project in which a change may concern what is served.

    Without generated and installed ones; of ``node_modules`` the top, where an installation shows.
    For a functions directory that is not there yet, it is the nearest parent.
    """
    found = set(_below(str(settings.root), _MOST))
    for path in (settings.functions_dir, settings.internal_dir):
        found.add(_nearest(str(path)))
        found.update(_below(str(path), _MOST))
    for path in settings.files:
        found.add(_nearest(str(path.parent)))
    return found


def of_files(files: Iterable[str]) -> set[str]:
    """Where changes of these show: the parents of files, and the directories among them."""
    found: set[str] = set()
    for each in files:
        found.add(os.path.dirname(each))  # noqa: PTH120 - texts, and thousands of them
        if not os.path.splitext(each)[1] and os.path.isdir(each):  # noqa: PTH112, PTH122
            found.add(each)
    return found


def _nearest(path: str) -> str:
    while not os.path.isdir(path) and path != os.path.dirname(path):  # noqa: PTH112, PTH120
        path = os.path.dirname(path)  # noqa: PTH120
    return path


def _below(top: str, most: int) -> Iterator[str]:
    """A directory and those below it, level by level."""
    level = [top]
    while level and most > 0:
        deeper: list[str] = []
        for each in level[:most]:
            names = _subdirectories(each)
            if names is None:
                continue
            yield each
            if os.path.basename(each) != _PACKAGES:  # noqa: PTH119
                deeper += (os.path.join(each, name) for name in names)  # noqa: PTH118
        most -= len(level)
        level = deeper


def _subdirectories(path: str) -> list[str] | None:
    try:
        with os.scandir(path) as entries:
            return [
                each.name
                for each in entries
                if each.is_dir(follow_symlinks=False)
                and not each.name.startswith(".")
                and each.name not in _SKIPPED
            ]
    except OSError:
        return None
