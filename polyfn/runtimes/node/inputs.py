"""What a bundle was made from: the sources that esbuild lists, and the settings it does not."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final

from polyfn.runtimes.node import packages, tsconfig

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from polyfn.model import Function

METAFILE: Final = "meta.json"
_MODULES: Final = "node_modules"


def inputs(function: Function, work: Path) -> Iterator[Path]:
    """What esbuild has read: it lists sources, but neither tsconfig.json nor package.json."""
    files = list(bundled(function, work))
    yield from files
    yield from configuration(function.main_file)
    own = {file.parent for file in files if _MODULES not in file.parts}
    for directory in own - {function.main_file.parent}:
        yield from packages.manifests(directory)[:1]
        yield from _tsconfigs(directory)


def bundled(function: Function, work: Path) -> Iterator[Path]:
    """The source files in a bundle, absolute."""
    metafile = json.loads((work / METAFILE).read_bytes())
    for name in metafile["inputs"]:
        path = (function.project_root / name.removeprefix("(disabled):")).resolve()
        if path.is_file():
            yield path


def configuration(main: Path) -> list[Path]:
    """The package.json and tsconfig.json files around a file, and what the latter extends."""
    return [*packages.manifests(main.parent), *_tsconfigs(main.parent)]


def _tsconfigs(directory: Path) -> list[Path]:
    nearest = tsconfig.nearest(directory)
    return tsconfig.chain(nearest) if nearest else []
