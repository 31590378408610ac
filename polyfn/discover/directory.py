"""Reads one functions directory: the entries that may be functions, and what could not be read."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path

from polyfn.discover.names import is_skipped


@dataclass(frozen=True, slots=True)
class Listed:
    """The top level of a functions directory.

    Attributes:
        files: Regular files, and links to such; sorted by name.
        directories: Directories, without links to such; sorted by name.
        remarks: What could not be looked at, in words for a person.
    """

    files: list[Path] = field(default_factory=list)
    directories: list[Path] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)


def list_directory(directory: Path) -> Listed:
    """List a functions directory; one that is not there is empty.

    A link to a file counts, one to a directory does not (zip-it-and-ship-it, `finder.ts`: `lstat`).
    """
    listed = Listed()
    try:
        entries = sorted(os.scandir(directory), key=lambda each: each.name)
    except FileNotFoundError:
        return listed
    except OSError as error:
        listed.remarks.append(f"{directory} cannot be read: {error.strerror}")
        return listed
    for entry in entries:
        if is_skipped(entry.name):
            continue
        if entry.is_dir(follow_symlinks=False):
            listed.directories.append(Path(entry.path))
        elif _is_file(entry):
            listed.files.append(Path(entry.path))
        elif entry.is_symlink() and not os.path.isdir(entry.path):  # noqa: PTH112 - never raises
            listed.remarks.append(f"{entry.path} is a link to nothing")
    return listed


def _is_file(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_file()
    except OSError:  # a link that leads back to itself
        return False
