"""Which files of a directory go leaves out of a build, as far as it explains a failure."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_MAIN: Final = re.compile(r"^func main\(\)", re.MULTILINE)
_IMPORTS_C: Final = re.compile(r'^(?:import\s+|\s+)"C"', re.MULTILINE)
# It stands above the package clause; `// +build` is what it was called before Go 1.17.
_CONSTRAINT: Final = re.compile(r"^//(?:go:build|[ \t]*\+build)[ \t].*", re.MULTILINE)
_PACKAGE: Final = re.compile(r"^package\s", re.MULTILINE)


def left_out_main(directory: Path) -> str | None:
    """Why the file with ``func main`` is no part of the program; ``None`` where none has it."""
    for file, text in _sources(directory):
        if _MAIN.search(text):
            head = text[: found.start()] if (found := _PACKAGE.search(text)) else ""
            constraint = _CONSTRAINT.search(head)
            why = constraint[0] if constraint else "its name is for another system or processor"
            return f"{file.name} has a func main, but go leaves the file out: {why}"
    return None


def importer_of_c(directory: Path) -> Path | None:
    """A file that is built with a C compiler only."""
    return next((file for file, text in _sources(directory) if _IMPORTS_C.search(text)), None)


def _sources(directory: Path) -> Iterator[tuple[Path, str]]:
    for file in sorted(directory.glob("*.go")):
        if not file.name.endswith("_test.go"):
            try:
                yield file, file.read_text("utf-8", "replace")
            except OSError:
                continue
