"""What the packages around a function are: which stay where they are when it is bundled.

esbuild could put everything into one file, as zip-it-and-ship-it does. We leave installed CommonJS
packages in ``node_modules`` instead: building then takes 15 ms whatever the packages' size, native
addons work, and so do packages that read files beside their own. Bundled are all others, as Netlify
does: those that only ``import`` can load, and workspace packages, whose source may be TypeScript.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from polyfn.model import JSON

_MODULES: Final = "node_modules"
_MODULE_ENTRY: Final = re.compile(r'"import":|\.mjs"')
_REQUIRE_ENTRY: Final = '"require":'
_NEVER_BUNDLED: Final = "@prisma/client"
"""It has an engine beside it (zip-it-and-ship-it, bundlers/esbuild/special_cases.ts)."""

_DEPENDENCIES: Final = (
    "dependencies",
    "optionalDependencies",
    "devDependencies",
    "peerDependencies",
)


def manifests(directory: Path) -> list[Path]:
    """The package.json files from a directory upward, the nearest first."""
    return [file for at in _upward(directory) if (file := at / "package.json").is_file()]


def is_module(main_file: Path) -> bool:
    """Whether Node takes a file for an ES module by its extension or its package."""
    if main_file.suffix in {".mts", ".mjs"}:
        return True
    if main_file.suffix in {".cts", ".cjs"}:
        return False
    return _type(main_file) == "module"


def says_commonjs(main_file: Path) -> bool:
    """Whether the package of a ``.js`` says that its files are CommonJS, whatever their syntax."""
    return _type(main_file) == "commonjs"


def _type(main_file: Path) -> str:
    nearest = manifests(main_file.parent)[:1]
    return str(_read(nearest[0]).get("type")) if nearest else ""


def left_in_place(main_file: Path) -> list[str]:
    """The packages that a bundle of a file loads from ``node_modules`` at run time.

    Looked at are the packages that the manifests around the file declare, and those that the
    bundled ones among them depend on.

    Returns:
        Names, sorted.
    """
    start = main_file.parent
    only_plain = is_module(main_file)
    left, seen = [], set()
    todo = [(name, start) for file in manifests(start) for name in _declared(_read(file))]
    while todo:
        name, importer = todo.pop()
        package = installed(name, importer)
        if package is None or package in seen:
            continue
        seen.add(package)
        manifest = _read(package / "package.json")
        if _stays(manifest, package, only_plain=only_plain):
            if installed(name, start) == package:
                left.append(name)
        else:
            todo += [(each, package) for each in _of(manifest, "dependencies")]
    return sorted(left)


def _stays(manifest: dict[str, JSON], package: Path, *, only_plain: bool) -> bool:
    """Whether ``require`` in a bundle finds the same in a package as bundling it would.

    Args:
        only_plain: Bundled code follows Node's own rules for default imports: a package with a
            variant for ``import`` and one for ``require`` has to be bundled then, because the
            default export of the second is not that of the first.
    """
    if _MODULES not in package.parts:
        return False  # a workspace's own package, linked
    if manifest.get("name") == _NEVER_BUNDLED:
        return True
    entries = json.dumps([manifest.get("main"), manifest.get("exports")])
    has_module = manifest.get("type") == "module" or _MODULE_ENTRY.search(entries) is not None
    return not has_module or (_REQUIRE_ENTRY in entries and not only_plain)


def installed(name: str, importer: Path) -> Path | None:
    """The real directory of a package, looked for as Node does."""
    for at in _upward(importer):
        if at.name != _MODULES and (at / _MODULES / name / "package.json").is_file():
            return (at / _MODULES / name).resolve()
    return None


def names_in(manifest: Path, key: str) -> list[str]:
    """The packages that a manifest names under a key such as ``dependencies``."""
    return _of(_read(manifest), key)


def _declared(manifest: dict[str, JSON]) -> Iterator[str]:
    for key in _DEPENDENCIES:
        yield from _of(manifest, key)


def _of(manifest: dict[str, JSON], key: str) -> list[str]:
    value = manifest.get(key)
    return list(value) if isinstance(value, dict) else []


def _read(file: Path) -> dict[str, JSON]:
    """A manifest; an unreadable one is empty here: esbuild or npm will say what is wrong."""
    try:
        value = json.loads(file.read_bytes())
    except (OSError, ValueError):
        return {}
    return value if isinstance(value, dict) else {}


def _upward(directory: Path) -> list[Path]:
    return [directory, *directory.parents]
