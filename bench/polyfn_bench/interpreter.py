"""Makes sure that a script runs where polyfn is installed; the standard library alone.

``python3 bench/run`` works in a fresh clone: with this interpreter when polyfn is there, else with
the clone's ``.venv``, which is made, and filled with polyfn and both toolchains, if there is none.
"""

from __future__ import annotations

import os
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

_ROOT = Path(__file__).resolve().parents[2]
_ENVIRONMENT = _ROOT / ".venv"
_PYTHON = _ENVIRONMENT / "bin/python"
_AGAIN = "POLYFN_BENCH_AGAIN"


def ensure(module: str, extra: str) -> None:
    """Return when this interpreter has polyfn and a module; else run the script in one that has.

    Args:
        module: What the script needs besides polyfn.
        extra: Which of polyfn's extras brings it.
    """
    if find_spec("polyfn") and find_spec(module):
        return
    if _AGAIN in os.environ:
        sys.exit(f"{sys.executable} has no {module}: pip install -e '{_ROOT}[{extra}]'")
    if not _has(module):
        _install(extra)
    again = {**os.environ, _AGAIN: "1"}
    # In this process, so that Ctrl-C and SIGTERM reach what is run.
    os.execve(_PYTHON, [str(_PYTHON), *sys.argv], again)  # noqa: S606


def _has(module: str) -> bool:
    """Whether the clone's environment has both already."""
    if not _PYTHON.is_file():
        return False
    look = "import sys, importlib.util as u; sys.exit(not all(map(u.find_spec, sys.argv[1:])))"
    return subprocess.run([_PYTHON, "-c", look, "polyfn", module], check=False).returncode == 0


def _install(extra: str) -> None:
    if not _PYTHON.is_file():
        subprocess.run([sys.executable, "-m", "venv", str(_ENVIRONMENT)], check=True)
    sys.stderr.write(f"installing polyfn[{extra}] into {_ENVIRONMENT.name}, once\n")
    wanted = f"{_ROOT}[{extra}]"
    subprocess.run([_PYTHON, "-m", "pip", "install", "--quiet", "-e", wanted], check=True)
