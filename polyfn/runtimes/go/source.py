"""What a Go file says of itself before its first declaration."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from pathlib import Path

# Comments may stand before the package clause, and a byte order mark before all.
_PACKAGE: Final = re.compile(
    r"\A\ufeff?(?:\s+|//[^\n]*(?:\n|\Z)|/\*.*?\*/)*package\s+(\w+)", re.DOTALL
)


def is_library(main_file: Path) -> bool:
    """Whether a file is of a package that others import, so that nobody meant it as a program.

    ``shared/shared.go`` of ``package shared`` is one; a ``main.go`` is meant as a program.

    Raises:
        OSError: It cannot be read.
    """
    found = _PACKAGE.match(main_file.read_text("utf-8", "replace"))
    return found is not None and found[1] != "main" and main_file.name != "main.go"


def package_problem(main_file: Path) -> str | None:
    """Say why a file cannot be a function's main one, or ``None``.

    Raises:
        OSError: It cannot be read.
    """
    found = _PACKAGE.match(main_file.read_text("utf-8", "replace"))
    if found is None:
        return f"{main_file.name} has no package clause: it must begin with `package main`"
    if found[1] != "main":
        return (
            f"{main_file.name} is of package {found[1]}: a function is a program, so every file "
            "of its directory must say `package main`"
        )
    return None
