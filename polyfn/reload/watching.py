"""Watching directories, by the best means that the system has."""

from __future__ import annotations

import platform
from typing import TYPE_CHECKING, Protocol, Self

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from collections.abc import Set as AbstractSet

    from polyfn.reload.changes import Change


class Watcher(Protocol):
    """Tells what happens in directories, not in those below them; a context manager."""

    def __enter__(self) -> Self: ...

    def __exit__(self, *exc_info: object) -> None: ...

    def watch(self, directories: AbstractSet[str]) -> None:
        """Watch exactly these from now on; those that are not there are left out."""
        ...

    def add(self, directories: Iterable[str]) -> None:
        """Watch these as well."""
        ...

    @property
    def refused(self) -> str | None:
        """Why the system lets no more be watched, or ``None``."""
        ...


def watcher(on_change: Callable[[Change], None]) -> Watcher:
    """Make a watcher.

    Args:
        on_change: Called in a thread of the watcher's; must not raise.
    """
    if platform.system() == "Linux":
        from polyfn.reload.inotify import InotifyWatcher  # noqa: PLC0415 - there is none elsewhere

        return InotifyWatcher(on_change)
    from polyfn.reload.observer import ObserverWatcher  # noqa: PLC0415 - one of the two is loaded

    return ObserverWatcher(on_change)
