"""Which names Node sees in a CommonJS package that an ES module imports.

Node reads them off the source without running it (cjs-module-lexer). We look for the same patterns,
for one name at a time and less strictly: what is not seen here is bundled, which works as well.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from polyfn.runtimes.node import packages

if TYPE_CHECKING:
    from collections.abc import Set as AbstractSet
    from pathlib import Path

_REEXPORTED: Final = re.compile(
    r"""(?:module\.exports\s*=|__exportStar\(|__export\(|__reExport\(\w+,)\s*"""
    r"""require\(\s*["'](\.[^"']*)["']"""
)
_ASSIGNED: Final = re.compile(r"module\.exports\s*=\s*\{([^{}]*)\}")
_DEPTH: Final = 3
_SUFFIXES: Final = ("", ".js", ".cjs", "/index.js")


def entry(specifier: str, directory: Path) -> Path | None:
    """The file that ``import`` loads of a package, if it is CommonJS and easily told."""
    name = packages.package_of(specifier)
    package = packages.installed(name, directory)
    if package is None:
        return None
    manifest = packages.manifest_of(package)
    if packages.has_module(manifest):
        return None
    below = specifier[len(name) + 1 :]
    main = below or manifest.get("main") or "index.js"
    return _file(package, str(main)) if "exports" not in manifest or not below else None


def shows(file: Path, names: AbstractSet[str], depth: int = _DEPTH) -> bool:
    """Whether Node sees all those names in a CommonJS file."""
    try:
        text = file.read_text("utf-8", "replace")
    except OSError:
        return True
    unseen = {name for name in names if not _shows(text, name)}
    if not unseen or depth == 0:
        return not unseen
    for path in _REEXPORTED.findall(text):
        below = _file(file.parent, path)
        if below is not None and shows(below, unseen, depth - 1):
            return True
    return False


def _shows(text: str, name: str) -> bool:
    if name not in text:
        return False
    word = re.escape(name)
    assigned = rf"""exports\.{word}\s*=[^=]|exports\[["']{word}["']\]\s*="""
    defined = rf"""defineProperty\(\s*(?:module\.)?exports,\s*["']{word}["']"""
    if re.search(f"{assigned}|{defined}", text):
        return True
    return any(
        re.search(rf"(?:^|[,\s]){word}\s*(?:[,:(]|$)", body) for body in _ASSIGNED.findall(text)
    )


def _file(directory: Path, name: str) -> Path | None:
    paths = (directory / f"{name}{suffix}" for suffix in _SUFFIXES)
    return next((path for path in paths if path.is_file()), None)
