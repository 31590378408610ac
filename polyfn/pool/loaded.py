"""Who wants to know which files a function was loaded from."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

from polyfn.pool.deployment import Deployment

OnLoaded: TypeAlias = Callable[[Deployment, frozenset[str]], None]
"""Gets a deployment, and absolute paths of files that it did not get before."""


def nobody_watches(*_: object) -> None:
    """Take the files where nobody reloads a function."""
