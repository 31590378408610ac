"""Which packages stay outside a bundle, and are loaded from where they are.

esbuild could put everything into one file, as zip-it-and-ship-it does. We leave installed CommonJS
packages in ``node_modules`` instead: building then takes 15 ms whatever the packages' size, native
addons work, and so do packages that read files beside their own. Bundled are all others, as Netlify
does: those that only ``import`` can load, and workspace packages, whose source may be TypeScript.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Final, NamedTuple

from polyfn.runtimes.node import packages

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from collections.abc import Set as AbstractSet
    from pathlib import Path

    from polyfn.model import JSON

_MODULES: Final = "node_modules"
_REQUIRE_ENTRY: Final = '"require":'
_NEVER_BUNDLED: Final = "@prisma/client"
"""It has an engine beside it (zip-it-and-ship-it, bundlers/esbuild/special_cases.ts)."""

_NEEDED: Final = ("dependencies", "optionalDependencies")
_DECLARED: Final = (*_NEEDED, "devDependencies", "peerDependencies")


def left_in_place(main_file: Path) -> list[str]:
    """The packages that a CommonJS bundle of a file loads from ``node_modules`` at run time.

    Looked at are the packages that the manifests around the file declare, and those that the
    bundled ones among them depend on.

    Returns:
        What esbuild takes for ``external``, sorted: names; and paths, ending in ``/*``, of packages
        with an addon that are not found from where the main file is.
    """
    start = main_file.parent
    only_plain = packages.is_module(main_file)
    left = set()
    for walked in _walk(start, partial(_stays, only_plain=only_plain)):
        if not walked.stays:
            left |= set(_done_without(walked))
        elif packages.installed(walked.name, start) == walked.place.resolve():
            left.add(walked.name)
        elif packages.is_native(walked.manifest):
            left.add(f"{walked.place}/*")
    return sorted(left)


def left_to_import(main_file: Path, bundled: AbstractSet[str]) -> list[str]:
    """The packages that a bundle which is an ES module loads from where they are: by Node's rules.

    Args:
        bundled: Packages of which Node sees too little.

    Returns:
        What esbuild takes for ``external``, sorted: paths, ending in ``/*``, as ``import`` would
        look for names from where the bundle lies; and names of what is not there.
    """

    def stays(manifest: dict[str, JSON], package: Path) -> bool:
        return _MODULES in package.parts and (
            packages.is_native(manifest) or manifest.get("name") not in bundled
        )

    left = set()
    for walked in _walk(main_file.parent, stays):
        left |= {f"{walked.place}/*"} if walked.stays else set(_done_without(walked))
    return sorted(left)


class _Walked(NamedTuple):
    """A package that was come by.

    Attributes:
        place: Where it is found; a link's own path, as esbuild sees it first.
        stays: Whether it stays outside, and so all that it depends on.
    """

    name: str
    place: Path
    manifest: dict[str, JSON]
    stays: bool


def _walk(start: Path, stays: Callable[[dict[str, JSON], Path], bool]) -> Iterator[_Walked]:
    """Go through the packages that a directory's manifests declare, and below those not staying."""
    seen: set[Path] = set()
    entered: set[Path] = set()
    todo = [(name, start) for name in _declared(start)]
    while todo:
        name, importer = todo.pop()
        place = packages.found(name, importer)
        if place is None or place in seen:
            continue
        seen.add(place)
        package = place.resolve()
        manifest = packages.manifest_of(package)
        kept = stays(manifest, package)
        yield _Walked(name, place, manifest, kept)
        if not kept and package not in entered:
            entered.add(package)
            todo += [
                (each, package) for key in _NEEDED for each in packages.names_of(manifest, key)
            ]


def _done_without(walked: _Walked) -> Iterator[str]:
    """What a bundled package asks for and does without: optional, and not installed."""
    optional = walked.manifest.get("peerDependenciesMeta")
    names = list(optional) if isinstance(optional, dict) else []
    for name in (*names, *packages.names_of(walked.manifest, "optionalDependencies")):
        if packages.found(name, walked.place.resolve()) is None:
            yield name


def _stays(manifest: dict[str, JSON], package: Path, *, only_plain: bool) -> bool:
    """Whether ``require`` in a bundle finds the same in a package as bundling it would.

    Args:
        only_plain: Bundled code follows Node's own rules for default imports: a package with a
            variant for ``import`` and one for ``require`` has to be bundled then, because the
            default export of the second is not that of the first.
    """
    if _MODULES not in package.parts:
        return False  # a workspace's own package, linked
    if manifest.get("name") == _NEVER_BUNDLED or packages.is_native(manifest):
        return True
    return not packages.has_module(manifest) or (
        _REQUIRE_ENTRY in packages.entries(manifest) and not only_plain
    )


def _declared(start: Path) -> Iterator[str]:
    for file in packages.manifests(start):
        for key in _DECLARED:
            yield from packages.names_in(file, key)
