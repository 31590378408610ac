"""Which Go a module asks for, and what becomes of it when the machine's is older.

Since 1.21 go fetches the Go that a ``go`` line names, unless ``GOTOOLCHAIN`` forbids it ("Go
Toolchains", go.dev/doc/toolchain); before, it tries to build all the same.
"""

from __future__ import annotations

import contextlib
import os
import re
from typing import TYPE_CHECKING, Final

from polyfn.model import Concern
from polyfn.runtimes.go.flags import setting
from polyfn.runtimes.go.modules import module_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from polyfn.model import Function, Tool

_LINE: Final = re.compile(r"^[ \t]*go[ \t]+(\d+\.\d+\S*)", re.MULTILINE)
_NUMBERS: Final = re.compile(r"(\d+)\.(\d+)(?:\.(\d+))?")
_FETCHES_SINCE: Final = (1, 21, 0)
_WHERE: Final = "https://go.dev/dl/"


def asked_for(go_mod: str) -> str | None:
    """The version in a go.mod's ``go`` line, such as ``1.24`` or ``1.24.1``."""
    found = _LINE.search(go_mod)
    return found[1] if found else None


def is_older(version: str, wanted: str) -> bool:
    """Whether a Go is older than a language version; release candidates count as the release."""
    return _numbers(version) < _numbers(wanted)


def too_new(
    functions: Sequence[Function], go: Tool | None, env: Mapping[str, str]
) -> Iterator[Concern]:
    """Modules whose ``go`` line asks for more than the machine has.

    Args:
        functions: Those with source.
    """
    if go is None:
        return
    for go_mod, users in _modules(functions, env).items():
        wanted = asked_for(go_mod.read_text("utf-8", "replace"))
        if wanted is not None and is_older(go.version, wanted):
            yield _concern(go_mod, wanted, go, users, env)


def _modules(functions: Sequence[Function], env: Mapping[str, str]) -> dict[Path, list[Function]]:
    """go.mod → the functions of that module; a build says itself what it cannot read."""
    found: dict[Path, list[Function]] = {}
    for function in functions:
        with contextlib.suppress(OSError):
            module = module_of(function.main_file.parent.resolve(), env)
            if not module.is_virtual:
                found.setdefault(module.root / "go.mod", []).append(function)
    return found


def _concern(
    go_mod: Path, wanted: str, go: Tool, users: Sequence[Function], env: Mapping[str, str]
) -> Concern:
    shown = os.path.relpath(go_mod, users[0].project_root.resolve())
    fetches = (
        _numbers(go.version) >= _FETCHES_SINCE
        and setting("GOTOOLCHAIN", env).partition("+")[0] != "local"
    )
    then = f"go fetches {wanted} when it builds" if fetches else f"get a newer one from {_WHERE}"
    return Concern(
        problem=f"{shown} asks for Go {wanted}, and {go.path} is {go.version}: {then}",
        command="",
        functions=tuple(each.name for each in users),
        is_certain=not fetches and _numbers(go.version) >= _FETCHES_SINCE,
    )


def _numbers(version: str) -> tuple[int, ...]:
    found = _NUMBERS.match(version)
    return tuple(int(each or 0) for each in found.groups()) if found else (0, 0, 0)
