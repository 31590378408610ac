"""Watching on Linux: one inotify instance and one thread for all directories.

watchdog's `Observer` has a thread for each directory, waits half a second for the other half of a
move, and tells of every file that is opened; its `InotifyFD` below does none of that.
"""

from __future__ import annotations

import errno
import os
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
_OURS: Final = CallbackId(0)
_FULL: Final = {errno.ENOSPC: "max_user_watches", errno.EMFILE: "max_user_instances"}


class InotifyWatcher(WatchCallback):
    """Implements `polyfn.reload.watching.Watcher`."""

    def __init__(self, on_change: Callable[[Change], None]) -> None:
        self._on_change = on_change
        self._inotify: InotifyFD | None = None
        self._path_of: dict[WatchDescriptor, str] = {}
        self._watch_of: dict[str, WatchDescriptor] = {}
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
        gone = self._watch_of.keys() - directories
        watches = [self._watch_of.pop(path) for path in gone]
        for each in watches:
            self._path_of.pop(each, None)
        if self._inotify is not None and watches:
            self._inotify.remove_callbacks([(each, _OURS) for each in watches])
        self.add(directories)

    def add(self, directories: Iterable[str]) -> None:
        """Watch these as well."""
        for path in directories:
            if path not in self._watch_of and self.refused is None:
                self._add(path)

    def _add(self, path: str) -> None:
        if self._inotify is None:
            return
        try:
            watch = self._inotify.add_callback(os.fsencode(path), _MASK, self, _OURS)
        except OSError as error:
            self._refuse(error)
            return
        self._path_of[watch] = path
        self._watch_of[path] = watch

    def _refuse(self, error: OSError) -> None:
        """A directory that is gone is no news; a limit that is reached is."""
        if error.errno in _FULL:
            limit = _FULL[error.errno]
            self.refused = (
                f"the system's limit fs.inotify.{limit} is reached; raise it with "
                f"`sudo sysctl fs.inotify.{limit}=524288`"
            )

    # In the thread of inotify

    def on_event(self, event: InotifyEvent) -> None:
        """Tell what happened, unless it is a file that somebody is still about to write."""
        directory = self._path_of.get(event.wd)
        if directory is None:
            return
        path = os.path.join(directory, os.fsdecode(event.name)) if event.name else directory  # noqa: PTH118
        if event.is_create and not event.is_directory and not _is_whole(path):
            return
        self._on_change(Change(path, names=not event.is_close_write))

    def on_watch_deleted(self, wd: WatchDescriptor) -> None:
        """A directory is gone: if it comes back, it is another one."""
        path = self._path_of.pop(wd, None)
        if path is not None and self._watch_of.get(path) == wd:
            del self._watch_of[path]

    def on_queue_overflow(self) -> None:
        """More happened than the kernel keeps."""
        self._on_change(LOST)


def _is_whole(path: str) -> bool:
    """Whether a file that was just created is a link to one: nobody will write it."""
    try:
        found = os.lstat(path)
    except OSError:
        return True
    return os.path.islink(path) or found.st_nlink > 1  # noqa: PTH114 - a text, and quick
