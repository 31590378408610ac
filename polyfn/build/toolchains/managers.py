"""Node.js versions that version managers have installed. Looks, and runs nothing."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from polyfn.build.toolchains.candidates import Candidate, is_program

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_BIN: Final = "bin/node"
_NAME: Final = re.compile(r"v?(\d+\.\d+\.\d+)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Manager:
    """One of them.

    Attributes:
        variable: What it may be told its home by.
        homes: Where that is otherwise, under the user's own or absolute.
        versions: The directories of its versions, in its home.
        inside: Where the program is, in a version's directory.
        install: What to type to get a version, ``{}`` standing for it.
    """

    name: str
    variable: str
    homes: tuple[str, ...]
    versions: str
    inside: str = _BIN
    install: str


_MANAGERS: Final = (
    Manager(
        name="nvm",
        variable="NVM_DIR",
        homes=(".nvm", ".config/nvm"),
        versions="versions/node",
        install="nvm install {}",
    ),
    Manager(
        name="fnm",
        variable="FNM_DIR",
        homes=(".local/share/fnm", "Library/Application Support/fnm", ".fnm"),
        versions="node-versions",
        inside=f"installation/{_BIN}",
        install="fnm install {}",
    ),
    Manager(
        name="volta",
        variable="VOLTA_HOME",
        homes=(".volta",),
        versions="tools/image/node",
        install="volta install node@{}",
    ),
    Manager(
        name="asdf",
        variable="ASDF_DATA_DIR",
        homes=(".asdf",),
        versions="installs/nodejs",
        install="asdf install nodejs latest:{}",
    ),
    Manager(
        name="mise",
        variable="MISE_DATA_DIR",
        homes=(".local/share/mise",),
        versions="installs/node",
        install="mise install node@{}",
    ),
    Manager(
        name="n",
        variable="N_PREFIX",
        homes=("n", "/usr/local"),
        versions="n/versions/node",
        install="n install {}",
    ),
    Manager(
        name="nodenv",
        variable="NODENV_ROOT",
        homes=(".nodenv",),
        versions="versions",
        install="nodenv install {}",
    ),
)


def installed(env: Mapping[str, str]) -> Iterator[tuple[str, Candidate]]:
    """What they have, the newest of each first: version, and where it is."""
    for manager in _MANAGERS:
        for home in _homes(manager, env):
            for version, directory in _versions(home / manager.versions):
                path = directory / manager.inside
                if is_program(path):
                    yield version, Candidate(path=path.resolve(), origin=manager.name)


def command_for(wanted: str, env: Mapping[str, str]) -> str:
    """What to type to get a version, with the manager that this user has, or else npm."""
    for manager in _MANAGERS:
        if any((home / manager.versions).is_dir() for home in _homes(manager, env)):
            return manager.install.format(wanted)
    return f"npm install --save-dev node@{wanted}"


def _homes(manager: Manager, env: Mapping[str, str]) -> list[Path]:
    if own := env.get(manager.variable):
        return [Path(own)]
    user = Path(env.get("HOME") or Path.home())
    return [user / home for home in manager.homes]


def _versions(directory: Path) -> list[tuple[str, Path]]:
    """The directories whose names are versions; links to them, as mise's ``20``, do not count."""
    try:
        entries = [each for each in directory.iterdir() if not each.is_symlink()]
    except OSError:
        return []
    found = [(match[1], each) for each in entries if (match := _NAME.fullmatch(each.name))]
    return sorted(found, key=lambda each: [*map(int, each[0].split("."))], reverse=True)
