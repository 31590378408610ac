"""What a file imports, read off its text, and which files of the author's own that means.

What is taken for an import and is none, in a comment say, does no harm to those who ask: a file
that is not there asks for nothing.
"""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING, Final, NamedTuple

from polyfn.runtimes.node import commonjs, packages

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

GUESSED: Final = (".js", ".mjs", ".cjs", ".json", ".ts", ".tsx", ".mts", ".cts", ".jsx")
"""What a bundler adds to a name, in the author's own files."""
_SOURCES: Final = {".js": (".ts", ".tsx"), ".mjs": (".mts",), ".cjs": (".cts",)}
"""TypeScript has an import name the file that will have been made of its source."""

_MAX_FILES: Final = 300
_MAX_BYTES: Final = 512 * 1024
"""What is longer was made by a bundler, which has seen to its imports."""

_SPECIFIER: Final = r"""["']([^"'\n]+)["']"""
_FROM: Final = re.compile(
    rf"""(?:^|[;}}\s])(?:import|export)\b([^"'`;()]*?)(?:\bfrom\s*)?{_SPECIFIER}\s*(with\b)?"""
)
_IMPORT_CALL: Final = re.compile(rf"\bimport\s*\(\s*{_SPECIFIER}\s*(,)?")
_REQUIRE: Final = re.compile(rf"\brequire\s*\(\s*{_SPECIFIER}()")
_NAMES: Final = re.compile(r"\{([^}]*)\}")
_TYPE: Final = "type "
_RUN: Final = frozenset(GUESSED) - {".json"}
_COMPILED: Final = {".js": (".ts", ".tsx"), ".mjs": (".mts",), ".cjs": (".cts",)}


class Import(NamedTuple):
    """One import.

    Attributes:
        names: What stands between ``import`` and ``from``; empty for the other kinds.
        has_attributes: Whether it says ``with {…}``.
    """

    specifier: str
    names: str
    has_attributes: bool
    is_require: bool


def local_files(main: Path) -> Iterator[tuple[Path, str]]:
    """A file and what it imports of the author's own, with their texts; a few hundred at most."""
    todo, seen = [main], {main}
    while todo and len(seen) < _MAX_FILES:
        file = todo.pop()
        text = _text(file)
        yield file, text
        for each in imports_in(text):
            path = _file(local_path(file, each))
            if path is not None and path not in seen:
                seen.add(path)
                todo.append(path)


def imports_in(text: str) -> Iterator[Import]:
    """What a text imports at run time, as far as the specifiers are literals."""
    for match in _FROM.finditer(text):
        names = match[1].strip()
        if not names.startswith(_TYPE):
            yield Import(match[2], names, match[3] is not None, is_require=False)
    for match in _IMPORT_CALL.finditer(text):
        yield Import(match[1], "", match[2] is not None, is_require=False)
    for match in _REQUIRE.finditer(text):
        yield Import(match[1], "", has_attributes=False, is_require=True)


def local_path(file: Path, each: Import) -> Path | None:
    """The path that an import means, of a file or of the source of a linked package."""
    specifier = each.specifier
    if specifier.startswith("."):
        return file.parent.joinpath(os.path.normpath(file.parent / specifier))
    if specifier.startswith(("/", "#")) or ":" in specifier:
        return None
    return packages.linked_source(specifier, file.parent)


def guesses(path: Path) -> Iterator[Path]:
    """The files that a bundler also takes for a path."""
    for suffix in _SOURCES.get(path.suffix, ()):
        yield path.with_suffix(suffix)
    for suffix in GUESSED:
        yield path.with_name(path.name + suffix)
    for suffix in GUESSED:
        yield path / f"index{suffix}"


def hides_names(file: Path, each: Import) -> bool:
    """Whether Node does not see all the names that an ES module imports from a CommonJS package."""
    names = (name for group in _NAMES.findall(each.names) for name in group.split(","))
    wanted = {name.split(" as ")[0].strip() for name in names if not name.strip().startswith(_TYPE)}
    entry = commonjs.entry(each.specifier, file.parent) if wanted - {"", "default"} else None
    return entry is not None and not commonjs.shows(entry, wanted - {"", "default"})


def packages_with_hidden_names(main: Path) -> set[str]:
    """The packages from which a function's files import what Node does not see in them."""
    return {
        packages.package_of(each.specifier)
        for file, text in local_files(main)
        for each in imports_in(text)
        if not each.specifier.startswith((".", "/", "#", "node:")) and hides_names(file, each)
    }


def _file(path: Path | None) -> Path | None:
    if path is None:
        return None
    compiled = (path.with_suffix(suffix) for suffix in _COMPILED.get(path.suffix, ()))
    candidates = (path, *guesses(path), *compiled)
    return next((each for each in candidates if each.suffix in _RUN and each.is_file()), None)


def _text(file: Path) -> str:
    try:
        if file.stat().st_size > _MAX_BYTES:
            return ""
        return file.read_text("utf-8", "replace")
    except OSError:
        return ""
