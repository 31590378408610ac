"""esbuild's native binary: the project's own, or a pinned copy in the user's cache.

npm's package ``esbuild`` is a script that starts the program of a second package, one per platform;
that program is what polyfn runs, directly.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Final

from polyfn.build.toolchains.candidates import Candidate
from polyfn.build.toolchains.copies import Copies
from polyfn.build.toolchains.programs import ESBUILD

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

VERSION: Final = "0.28.2"
"""The copy that npm fetches for projects that have no esbuild of their own."""

_PROGRAM: Final = "bin/esbuild"
_SYSTEMS: Final = ("linux", "darwin", "freebsd", "openbsd", "netbsd")
_MACHINES: Final = {
    "x86_64": "x64",
    "amd64": "x64",
    "aarch64": "arm64",
    "arm64": "arm64",
    "i386": "ia32",
    "i686": "ia32",
    "armv7l": "arm",
    "ppc64le": "ppc64",
    "riscv64": "riscv64",
    "s390x": "s390x",
    "loongarch64": "loong64",
}


def package_for(system: str, machine: str) -> str | None:
    """The npm package with the program for a platform, such as ``@esbuild/linux-x64``.

    Args:
        system: As `sys.platform` has it.
        machine: As `platform.machine` has it.
    """
    arch = _MACHINES.get(machine.lower())
    return f"@esbuild/{system}-{arch}" if arch and system in _SYSTEMS else None


def in_node_modules(start: Path, package: str) -> Iterator[Candidate]:
    """The project's own copies, the nearest first: from a directory upward, as Node resolves.

    pnpm puts the platform's package not at the top, but beside the real place of ``esbuild``.
    """
    for directory in (start, *start.parents):
        modules = directory / "node_modules"
        for place in (modules, (modules / "esbuild").resolve().parent):
            path = place / package / _PROGRAM
            if path.is_file() and os.access(path, os.X_OK):
                yield Candidate(path=path, origin=f"{modules}")
                break


def copies(cache: Path, package: str) -> Copies:
    """Polyfn's own; of it there is one version, `VERSION`."""
    return Copies(ESBUILD, cache, package, _PROGRAM)
