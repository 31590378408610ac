"""Watching where there is no inotify, by watchdog's observer for the system."""

from __future__ import annotations

import contextlib
import os
import threading
from typing import TYPE_CHECKING, Final, Self

from watchdog.events import FileSystemEventHandler
from watchdog.observers import Observer

from polyfn.reload.changes import Change

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from collections.abc import Set as AbstractSet

    from watchdog.events import FileSystemEvent
    from watchdog.observers.api import ObservedWatch

_READ_ONLY: Final = ("opened", "closed_no_write")
_CONTENT: Final = ("modified", "closed")


class ObserverWatcher(FileSystemEventHandler):
    """Implements `polyfn.reload.watching.Watcher`."""

    def __init__(self, on_change: Callable[[Change], None]) -> None:
        self._on_change = on_change
        self._observer = Observer()
        self._watches: dict[str, ObservedWatch] = {}
        self._lock = threading.Lock()
        self.refused: str | None = None

    def __enter__(self) -> Self:
        self._observer.start()
        return self

    def __exit__(self, *exc_info: object) -> None:
        self._observer.stop()
        self._observer.join()

    def watch(self, directories: AbstractSet[str]) -> None:
        """Watch exactly these."""
        with self._lock:
            for path in [path for path in self._watches if path not in directories]:
                self._observer.unschedule(self._watches.pop(path))
        self.add(directories)

    def add(self, directories: Iterable[str]) -> None:
        """Watch these as well."""
        with self._lock, contextlib.suppress(OSError):  # one that is gone, or may not be read
            for path in directories:
                if os.path.isdir(path) and path not in self._watches:  # noqa: PTH112 - a text
                    self._watches[path] = self._observer.schedule(self, path)

    def on_any_event(self, event: FileSystemEvent) -> None:
        """Tell what happened, in the observer's thread."""
        if event.event_type in _READ_ONLY or (event.event_type in _CONTENT and event.is_directory):
            return
        names = event.event_type not in _CONTENT
        for path in (event.src_path, event.dest_path):
            if path:
                self._on_change(Change(os.fsdecode(path), names, event.is_directory))
