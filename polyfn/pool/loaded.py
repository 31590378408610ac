"""Who wants to know which files a function was loaded from."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

from polyfn.pool.deployment import Deployment

OnLoaded: TypeAlias = Callable[[Deployment, frozenset[str], float], None]
"""Gets a deployment, absolute paths of files that it did not get before, and a time that lies
before they were loaded, as `time.time` has it: a file that was saved later may have been loaded as
it was."""


def nobody_watches(*_: object) -> None:
    """Take the files where nobody reloads a function."""
