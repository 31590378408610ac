"""The files that a deployment's instances were loaded from, each told once to who watches them."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from typing import Final, TypeAlias

from polyfn.pool.deployment import Deployment

OnLoaded: TypeAlias = Callable[[Deployment, frozenset[str], float], None]
"""Gets a deployment, absolute paths of files that it did not get before, and a time that lies
before they were loaded, as `time.time` has it: a file that was saved later may have been loaded as
it was."""

# No function has as many; one that makes names up shall not fill the memory.
_MOST: Final = 100_000


def nobody_watches(*_: object) -> None:
    """Take the files where nobody reloads a function."""


class LoadedFiles:
    """What any instance of a deployment said it was loaded from; broken files included."""

    def __init__(self, deployment: Deployment, on_loaded: OnLoaded) -> None:
        self._deployment = deployment
        self._on_loaded = on_loaded
        self._opened = time.time()
        self._files: set[str] = set()

    @property
    def files(self) -> frozenset[str]:
        """All of them, absolute."""
        return frozenset(self._files)

    def add(self, files: tuple[str, ...]) -> None:
        """Take what an instance tells."""
        fresh = frozenset(filter(os.path.isabs, files)) - self._files
        if fresh and len(self._files) < _MOST:
            self._files |= fresh
            self._on_loaded(self._deployment, fresh, self._opened)
