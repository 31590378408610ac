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
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from polyfn.model import JSON

_MODULES: Final = "node_modules"
_MODULE_ENTRY: Final = re.compile(r'"import":|\.mjs"')
_ENTRY: Final = re.compile(r'"(?:\./)?([^"*]+\.(?:[cm]?[jt]s|[jt]sx))"')
_REQUIRE_ENTRY: Final = '"require":'
_MANIFEST: Final = "package.json"
_NEVER_BUNDLED: Final = "@prisma/client"
"""It has an engine beside it (zip-it-and-ship-it, bundlers/esbuild/special_cases.ts)."""

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

_NEEDED: Final = ("dependencies", "optionalDependencies")
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
    """The packages that a CommonJS bundle of a file loads from ``node_modules`` at run time.

    Looked at are the packages that the manifests around the file declare, and those that the
    bundled ones among them depend on.

    Returns:
        What esbuild takes for ``external``, sorted: names; and paths, ending in ``/*``, of packages
        with an addon that are not found from where the main file is.
    """
    start = main_file.parent
    only_plain = is_module(main_file)
    left = set()
    for name, place, stays in _walk(start, lambda *it: _stays(*it, only_plain=only_plain)):
        if stays and installed(name, start) == place.resolve():
            left.add(name)
        elif stays and is_native(_read(place / _MANIFEST)):
            left.add(f"{place}/*")
    return sorted(left)


def natives_left_in_place(main_file: Path) -> list[str]:
    """The packages with an addon that a bundle which is an ES module loads from where they are.

    Returns:
        Paths, ending in ``/*``, for esbuild's ``external``, sorted: ``import`` would look for names
        from where the bundle lies.
    """
    walked = _walk(main_file.parent, lambda manifest, _: is_native(manifest))
    return sorted(f"{place}/*" for _, place, stays in walked if stays)


def _walk(
    start: Path, stays: Callable[[dict[str, JSON], Path], bool]
) -> Iterator[tuple[str, Path, bool]]:
    """Go through the packages that a directory's manifests declare, and below those not staying.

    Yields:
        Name, where it is found (a link's own path, as esbuild sees it first), whether it stays.
    """
    seen: set[Path] = set()
    entered: set[Path] = set()
    todo = [(name, start) for file in manifests(start) for name in _declared(_read(file))]
    while todo:
        name, importer = todo.pop()
        place = found(name, importer)
        if place is None or place in seen:
            continue
        seen.add(place)
        package = place.resolve()
        manifest = _read(package / _MANIFEST)
        kept = stays(manifest, package)
        yield name, place, kept
        if not kept and package not in entered:
            entered.add(package)
            todo += [(each, package) for key in _NEEDED for each in _of(manifest, key)]


def _stays(manifest: dict[str, JSON], package: Path, *, only_plain: bool) -> bool:
    """Whether ``require`` in a bundle finds the same in a package as bundling it would.

    Args:
        only_plain: Bundled code follows Node's own rules for default imports: a package with a
            variant for ``import`` and one for ``require`` has to be bundled then, because the
            default export of the second is not that of the first.
    """
    if _MODULES not in package.parts:
        return False  # a workspace's own package, linked
    if manifest.get("name") == _NEVER_BUNDLED or is_native(manifest):
        return True
    return not has_module(manifest) or (_REQUIRE_ENTRY in _entries(manifest) and not only_plain)


def has_module(manifest: dict[str, JSON]) -> bool:
    """Whether ``import`` finds an ES module in a package."""
    return manifest.get("type") == "module" or bool(_MODULE_ENTRY.search(_entries(manifest)))


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
    entries = _ENTRY.findall(_entries(manifest_of(package))) or ["index.ts", "index.js"]
    return next((path for each in entries if (path := package / each).is_file()), None)


def is_native(manifest: dict[str, JSON]) -> bool:
    """Whether a package loads an addon, which no bundle can hold and which looks for its own files.

    By its manifest, as zip-it-and-ship-it tells (runtimes/node/utils/detect_native_module.ts), and
    by optional packages of which each is for one platform.
    """
    if any(manifest.get(key) for key in ("binary", "gypfile", "napi")):
        return True
    helpers = {name for key in ("dependencies", "devDependencies") for name in _of(manifest, key)}
    if not _ADDON_HELPERS.isdisjoint(helpers):
        return True
    files = manifest.get("files")
    if isinstance(files, list) and any(str(each).endswith(".node") for each in files):
        return True
    return any(_FOR_ONE_PLATFORM.search(name) for name in _of(manifest, "optionalDependencies"))


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


def _entries(manifest: dict[str, JSON]) -> str:
    return json.dumps([manifest.get("main"), manifest.get("exports")])


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
