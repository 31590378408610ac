"""Watching on Linux: one inotify instance and one thread for all directories.

watchdog's `Observer` has a thread for each directory, waits half a second for the other half of a
move, and tells of every file that is opened; its `InotifyFD` below does none of that.
"""

from __future__ import annotations

import errno
import os
import threading
from typing import TYPE_CHECKING, Final, Self

from watchdog.observers.inotify_c import (
    CallbackId,
    InotifyConstants,
    InotifyFD,
    Mask,
    WatchCallback,
)

from polyfn.reload.changes import LOST, Change

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from collections.abc import Set as AbstractSet

    from watchdog.observers.inotify_c import InotifyEvent, WatchDescriptor

_MASK: Final = Mask(
    InotifyConstants.IN_CLOSE_WRITE
    | InotifyConstants.IN_CREATE
    | InotifyConstants.IN_DELETE
    | InotifyConstants.IN_MOVED_FROM
    | InotifyConstants.IN_MOVED_TO
    | InotifyConstants.IN_ATTRIB
    | InotifyConstants.IN_DELETE_SELF
    | InotifyConstants.IN_MOVE_SELF
    | InotifyConstants.IN_ONLYDIR
)
_FULL: Final = {errno.ENOSPC: "max_user_watches", errno.EMFILE: "max_user_instances"}


class InotifyWatcher:
    """Implements `polyfn.reload.watching.Watcher`."""

    def __init__(self, on_change: Callable[[Change], None]) -> None:
        self._on_change = on_change
        self._inotify: InotifyFD | None = None
        self._directories: dict[str, _Directory] = {}
        self._lock = threading.Lock()
        self.refused: str | None = None

    def __enter__(self) -> Self:
        try:
            self._inotify = InotifyFD()
            self._inotify.start()
        except OSError as error:
            self._refuse(error)
        return self

    def __exit__(self, *exc_info: object) -> None:
        if self._inotify is not None:
            self._inotify.stop()
            self._inotify.join()

    def watch(self, directories: AbstractSet[str]) -> None:
        """Watch exactly these."""
        with self._lock:
            for path, watched in list(self._directories.items()):
                if path not in directories or not watched.is_there:
                    del self._directories[path]
                    self._leave(watched)
        self.add(directories)

    def add(self, directories: Iterable[str]) -> None:
        """Watch these as well."""
        for path in directories:
            with self._lock:
                if path not in self._directories and self.refused is None:
                    self._enter(path)

    def _enter(self, path: str) -> None:
        directory = _Directory(path, self._on_change)
        if self._inotify is None:
            return
        try:
            directory.watch = self._inotify.add_callback(
                os.fsencode(path), _MASK, directory, CallbackId(id(directory))
            )
        except OSError as error:
            self._refuse(error)
            return
        self._directories[path] = directory

    def _leave(self, directory: _Directory) -> None:
        if self._inotify is not None and directory.watch is not None:
            self._inotify.remove_callbacks([(directory.watch, CallbackId(id(directory)))])

    def _refuse(self, error: OSError) -> None:
        """A directory that is gone is no news; a limit that is reached is."""
        if error.errno in _FULL:
            limit = _FULL[error.errno]
            self.refused = (
                f"the system's limit fs.inotify.{limit} is reached; raise it with "
                f"`sudo sysctl fs.inotify.{limit}=524288`"
            )


class _Directory(WatchCallback):
    """One directory; what happens in it is told under the path it was given by.

    inotify follows a directory that is moved, and two paths may lead to the same one.
    """

    def __init__(self, path: str, on_change: Callable[[Change], None]) -> None:
        self.path = path
        self.watch: WatchDescriptor | None = None
        self._on_change = on_change
        self._identity = _identity(path)
        self._begun: set[str] = set()  # files that have appeared, and are still written

    @property
    def is_there(self) -> bool:
        """Whether its path still leads to the directory that is watched."""
        return self.watch is not None and _identity(self.path) == self._identity

    # In the thread of inotify

    def on_event(self, event: InotifyEvent) -> None:
        """Tell what happened, unless it is a file that somebody is still about to write."""
        path = os.path.join(self.path, os.fsdecode(event.name)) if event.name else self.path  # noqa: PTH118
        if event.is_create and not event.is_directory and not _is_whole(path):
            self._begun.add(path)
            return
        is_directory = event.is_directory or not event.name
        names = not event.is_close_write or path in self._begun
        self._begun.discard(path)
        self._on_change(Change(path, names, is_directory))

    def on_watch_deleted(self, wd: WatchDescriptor) -> None:
        """The directory is gone: if it comes back, it is another one."""
        del wd
        self.watch = None

    def on_queue_overflow(self) -> None:
        """More happened than the kernel keeps."""
        self._on_change(LOST)


def _identity(path: str) -> tuple[int, int] | None:
    try:
        found = os.stat(path)  # noqa: PTH116 - a text, and quick
    except OSError:
        return None
    return found.st_dev, found.st_ino


def _is_whole(path: str) -> bool:
    """Whether a file that was just created is a link to one: nobody will write it."""
    try:
        found = os.lstat(path)
    except OSError:
        return True
    return os.path.islink(path) or found.st_nlink > 1  # noqa: PTH114 - a text, and quick
