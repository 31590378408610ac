"""Where a program may be: on the PATH, in a wheel, in an environment. Looks, and runs nothing."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from importlib.machinery import PathFinder
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from polyfn.build.toolchains.programs import Wheel

_SCRIPT: Final = b"#!"
_DIALECTS: Final = {"node": ("node", "nodejs")}
_BIN: Final = ("bin/python", "Scripts/python.exe")
_ENVIRONMENTS: Final = (".venv", "venv")


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A file that may be the program.

    Attributes:
        origin: Where it was found, in words.
        shim: Whether it only stands for the program, which it starts: a script, or a link to a
            program of another name (as pyenv, asdf, mise, Volta and snap make them).
    """

    path: Path
    origin: str
    shim: bool = False


def on_path(name: str, env: Mapping[str, str]) -> Iterator[Candidate]:
    """All files of that name on the PATH, in its order.

    Scripts beside our own interpreter are left out: they start what a wheel holds, and the wheel is
    looked at by itself, after the PATH.
    """
    own = Path(sys.executable).parent
    for directory in dict.fromkeys(env.get("PATH", os.defpath).split(os.pathsep)):
        path = Path(directory, name)
        if not directory or not is_program(path):
            continue
        if not _is_shim(path, name):
            yield Candidate(path=path.resolve(), origin="PATH")
        elif Path(directory) != own:
            yield Candidate(path=path, origin="PATH", shim=True)


def in_wheel(wheel: Wheel, search: Sequence[str] | None = None) -> Iterator[Candidate]:
    """The program inside an installed wheel; nothing of it is imported.

    Another package of the same name, or a directory of that name in the working directory, does
    not hold the program.

    Args:
        search: Directories to search instead of ``sys.path``.
    """
    spec = PathFinder.find_spec(wheel.package, search)
    if spec is None or spec.origin is None:
        return
    path = Path(spec.origin).parent / wheel.program
    if is_program(path) and not _is_shim(path, path.name):
        yield Candidate(path=path, origin=wheel.title)


def of_project(root: Path) -> Path | None:
    """The directory of the project's own Python environment, if it has one."""
    for name in _ENVIRONMENTS:
        if (root / name / "pyvenv.cfg").is_file():
            return root / name
    return None


def in_environment(environment: Path) -> Iterator[Candidate]:
    """The interpreter of a Python environment: the link itself, which knows where it belongs."""
    for name in _BIN:
        if is_program(environment / name):
            yield Candidate(path=environment / name, origin=f"the project's {environment.name}")


def is_program(path: Path) -> bool:
    """Whether it is a file that may be run."""
    return path.is_file() and os.access(path, os.X_OK)


def _is_shim(path: Path, name: str) -> bool:
    if path.resolve().stem not in _DIALECTS.get(name, (name,)):
        return True
    try:
        with path.open("rb") as file:
            return file.read(len(_SCRIPT)) == _SCRIPT
    except OSError:
        return True
