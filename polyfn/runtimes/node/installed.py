"""Packages that functions' manifests depend on and that nobody has installed."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Final

from polyfn.model import Concern
from polyfn.runtimes.node import packages

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from polyfn.model import Function

_INSTALLERS: Final = {
    "pnpm-lock.yaml": "pnpm install",
    "yarn.lock": "yarn install",
    "bun.lock": "bun install",
    "bun.lockb": "bun install",
    "package-lock.json": "npm ci",
}
_PNP: Final = (
    "packages are installed by Yarn's Plug'n'Play, which is not supported: put `nodeLinker: "
    "node-modules` into .yarnrc.yml"
)
_SHOWN: Final = 5


def not_installed(functions: Sequence[Function]) -> Iterator[Concern]:
    """A concern for each package.json whose dependencies are not all there.

    It is not certain that functions fail: a project's manifest names what its pages need, too.
    """
    by_manifest: dict[Path, list[str]] = {}
    for function in functions:
        root = function.project_root
        for manifest in packages.manifests(function.main_file.parent):
            if manifest.parent.is_relative_to(root):
                by_manifest.setdefault(manifest, []).append(function.name)
    for manifest, users in by_manifest.items():
        directory = manifest.parent
        if packages.has_plug_n_play(directory) and packages.names_in(manifest, "dependencies"):
            yield Concern(
                problem=_PNP, command="yarn install", functions=tuple(users), is_certain=False
            )
        elif missing := _missing(manifest):
            yield Concern(
                problem=f"{os.path.relpath(manifest, functions[0].project_root)} names packages "
                f"that are not installed: {_listed(missing)}",
                command=_inside(directory, functions[0].project_root, installer(directory)),
                functions=tuple(users),
                is_certain=False,
            )


def installer(directory: Path) -> str:
    """The command that installs what a directory's lock file, if it has one, says."""
    found = (command for lock, command in _INSTALLERS.items() if (directory / lock).is_file())
    return next(found, "npm install")


def adder(directory: Path) -> str:
    """The command that adds a package, by the nearest lock file; a workspace's is further up."""
    for at in (directory, *directory.parents):
        for lock, command in _INSTALLERS.items():
            if (at / lock).is_file():
                tool = command.partition(" ")[0]
                return "npm install" if tool == "npm" else f"{tool} add"
    return "npm install"


def _missing(manifest: Path) -> list[str]:
    directory = manifest.parent
    names = packages.names_in(manifest, "dependencies")
    return [name for name in names if packages.installed(name, directory) is None]


def _listed(names: Sequence[str]) -> str:
    more = len(names) - _SHOWN
    return ", ".join(names[:_SHOWN]) + (f" and {more} more" if more > 0 else "")


def _inside(directory: Path, root: Path, command: str) -> str:
    return command if directory == root else f"cd {os.path.relpath(directory, root)} && {command}"
