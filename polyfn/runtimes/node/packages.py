"""The packages around a file: where they are, and what their manifests say of them."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from pathlib import Path

    from polyfn.model import JSON

_MODULES: Final = "node_modules"
_MODULE_ENTRY: Final = re.compile(r'"import":|\.mjs"')
_ENTRY: Final = re.compile(r'"(?:\./)?([^"*]+\.(?:[cm]?[jt]s|[jt]sx))"')
_MANIFEST: Final = "package.json"
_ADDON_HELPERS: Final = frozenset(
    {
        "@mapbox/node-pre-gyp",
        "@napi-rs/cli",
        "bindings",
        "nan",
        "node-gyp",
        "node-gyp-build",
        "node-gyp-build-optional-packages",
        "node-pre-gyp",
        "prebuild",
        "prebuild-install",
    }
)
_FOR_ONE_PLATFORM: Final = re.compile(r"(?:linux|darwin|win32)-(?:x64|arm64)")


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


def has_module(manifest: dict[str, JSON]) -> bool:
    """Whether ``import`` finds an ES module in a package."""
    return manifest.get("type") == "module" or bool(_MODULE_ENTRY.search(entries(manifest)))


def linked_source(specifier: str, importer: Path) -> Path | None:
    """The file that an import of a linked package means, if it is the author's own source.

    A workspace's package may be TypeScript, which Node does not load, or load from everywhere.
    """
    name = package_of(specifier)
    package = installed(name, importer)
    if package is None or _MODULES in package.parts:
        return None
    below = specifier[len(name) + 1 :]
    if below and "exports" not in manifest_of(package):
        return package / below
    named = _ENTRY.findall(entries(manifest_of(package))) or ["index.ts", "index.js"]
    return next((path for each in named if (path := package / each).is_file()), None)


def is_native(manifest: dict[str, JSON]) -> bool:
    """Whether a package loads an addon, which no bundle can hold and which looks for its own files.

    By its manifest, as zip-it-and-ship-it tells (runtimes/node/utils/detect_native_module.ts), and
    by optional packages of which each is for one platform.
    """
    if any(manifest.get(key) for key in ("binary", "gypfile", "napi")):
        return True
    helpers = {
        name for key in ("dependencies", "devDependencies") for name in names_of(manifest, key)
    }
    if not _ADDON_HELPERS.isdisjoint(helpers):
        return True
    files = manifest.get("files")
    if isinstance(files, list) and any(str(each).endswith(".node") for each in files):
        return True
    return any(
        _FOR_ONE_PLATFORM.search(name) for name in names_of(manifest, "optionalDependencies")
    )


def installed(name: str, importer: Path) -> Path | None:
    """The real directory of a package, looked for as Node does."""
    place = found(name, importer)
    return place and place.resolve()


def found(name: str, importer: Path) -> Path | None:
    """Where a package is found, looked for as Node does; it may be a link."""
    for at in _upward(importer):
        if at.name != _MODULES and (at / _MODULES / name / _MANIFEST).is_file():
            return at / _MODULES / name
    return None


def has_plug_n_play(directory: Path) -> bool:
    """Whether Yarn's Plug'n'Play, which has no ``node_modules``, resolves packages there."""
    return any((at / ".pnp.cjs").is_file() for at in _upward(directory))


def package_of(specifier: str) -> str:
    """``@a/b`` for ``@a/b/c``."""
    return "/".join(specifier.split("/")[: 2 if specifier.startswith("@") else 1])


def manifest_of(package: Path) -> dict[str, JSON]:
    """A package's manifest; empty when it cannot be read."""
    return _read(package / _MANIFEST)


def entries(manifest: dict[str, JSON]) -> str:
    """What a manifest says of the files to load, as JSON."""
    return json.dumps([manifest.get("main"), manifest.get("exports")])


def names_in(manifest: Path, key: str) -> list[str]:
    """The packages that a manifest names under a key such as ``dependencies``."""
    return names_of(_read(manifest), key)


def names_of(manifest: dict[str, JSON], key: str) -> list[str]:
    """The packages that stand under a key, such as ``dependencies``."""
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
