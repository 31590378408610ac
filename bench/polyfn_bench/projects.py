"""Projects to serve: copies of those in ``bench/projects``, in the scratch directory."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

from polyfn_bench.programs import PROJECTS

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from polyfn_bench.lab import Lab

DIRECTORY = "netlify/functions"
SOURCES: Mapping[str, str] = {
    "js": "js.js",
    "ts": "ts.ts",
    "go": "go/main.go",
    "py": "py.py",
    "outside": "outside.js",
}
"""The file of each function of the project ``hello``."""


def copied(lab: Lab, name: str) -> Path:
    """A copy of a whole project."""
    target = lab.place(name)
    shutil.copytree(PROJECTS / name, target)
    return target


def repeated(lab: Lab, functions: Mapping[str, str]) -> Path:
    """A project of copies of the functions of ``hello``.

    Args:
        functions: Names, and the function that each is a copy of.
    """
    target = lab.place("repeated")
    (target / DIRECTORY).mkdir(parents=True)
    for file in ("netlify.toml", "go.mod", "go.sum"):
        shutil.copy(PROJECTS / "hello" / file, target)
    for name, original in functions.items():
        _copy(PROJECTS / "hello" / DIRECTORY / SOURCES[original], target / DIRECTORY, name)
    return target


def with_many(lab: Lab, count: int) -> Path:
    """A project of so many JavaScript functions, of which one is ``js``."""
    return repeated(lab, {"js": "js"} | {f"js{number}": "js" for number in range(1, count)})


def with_work(lab: Lab) -> Path:
    """The JavaScript function that answers, and the one that works, in one project."""
    target = with_many(lab, 1)
    _copy(PROJECTS / "work" / DIRECTORY / "js-work.js", target / DIRECTORY, "js-work")
    return target


def _copy(source: Path, directory: Path, name: str) -> None:
    """A Go function is a directory; the others are a file."""
    if source.suffix == ".go":
        (directory / name).mkdir()
        shutil.copy(source, directory / name / source.name)
    else:
        shutil.copy(source, directory / f"{name}{source.suffix}")
