"""Where the runners' own files are: beside the package in a checkout, inside it in a wheel."""

from __future__ import annotations

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent.parent
_INSTALLED = _PACKAGE / "_runners"
RUNNERS = _INSTALLED if _INSTALLED.is_dir() else _PACKAGE.parent / "runners"


def runner_file(relative: str) -> Path:
    """The absolute path of a runner's file, such as ``node/runner.cjs``."""
    return RUNNERS / relative
