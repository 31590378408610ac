"""Who uses which artifacts: so that no polyfn removes what another one still needs.

Each process that builds has one file under ``.leases/`` in the cache, locked while the process
lives and holding one line per artifact directory in use. A directory's name begins with the name of
the lease under which it was made, so a build that is under way belongs to a living lease, and what
a killed process left behind does not.

The order is what makes it safe without a common lock. Who takes an artifact writes its line *first*
and then looks whether the manifest still lists it; who prunes takes it off the manifest first and
then reads the lines.
"""

from __future__ import annotations

import os
from contextlib import suppress
from threading import Lock
from typing import TYPE_CHECKING, Final

from polyfn.build.locks import try_lock

if TYPE_CHECKING:
    from pathlib import Path

DIRECTORY: Final = ".leases"


class Lease:
    """This process's own lease; its file is made with the first artifact."""

    def __init__(self, cache: Path) -> None:
        self.id = os.urandom(4).hex()
        self._path = cache / DIRECTORY / self.id
        self._held: set[str] = set()
        self._descriptor = -1
        self._mutex = Lock()  # the cache works in threads

    def hold(self, function: str, artifact: str) -> None:
        """Say that an artifact directory is in use here, until `close`.

        Raises:
            OSError: The lease cannot be written.
        """
        line = f"{function}/{artifact}"
        with self._mutex:
            self._open()
            if line not in self._held:
                os.write(self._descriptor, f"{line}\n".encode())
                self._held.add(line)

    def open(self) -> None:
        """Make the file; again, when somebody has removed the cache meanwhile.

        Raises:
            OSError: It cannot be made.
        """
        with self._mutex:
            self._open()

    def close(self) -> None:
        """Give everything up."""
        with self._mutex:
            if self._descriptor >= 0:
                with suppress(OSError):
                    self._path.unlink(missing_ok=True)
            self._release()

    def _open(self) -> None:
        if self._descriptor >= 0 and self._path.exists():
            return
        self._release()
        self._path.parent.mkdir(parents=True, exist_ok=True)
        scratch = self._path.with_name(f".{self.id}")
        flags = os.O_CREAT | os.O_RDWR | os.O_APPEND | os.O_CLOEXEC
        self._descriptor = os.open(scratch, flags, 0o600)
        try_lock(self._descriptor)
        scratch.replace(self._path)  # nobody ever sees it unlocked
        self._held.clear()

    def _release(self) -> None:
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1


class Others:
    """What the leases of other living processes say."""

    def __init__(self, ids: frozenset[str], lines: frozenset[str], dead: tuple[Path, ...]) -> None:
        self.dead = dead
        """Leases whose process is gone."""
        self._ids = ids
        self._lines = lines

    def use(self, function: str, artifact: str) -> bool:
        """Whether an artifact directory is in use, or being made, elsewhere."""
        maker = artifact.partition("-")[0]
        return maker in self._ids or f"{function}/{artifact}" in self._lines


def others(cache: Path, own: Lease) -> Others:
    """Read all leases but one's own."""
    ids, lines, dead = set(), set[str](), []
    for path in _files(cache / DIRECTORY):
        if path.name == own.id:
            continue
        text = _read_if_alive(path)
        if text is None:
            dead.append(path)
        else:
            ids.add(path.name)
            lines.update(text.splitlines())
    return Others(frozenset(ids), frozenset(lines), tuple(dead))


def _files(directory: Path) -> list[Path]:
    try:
        return [path for path in directory.iterdir() if not path.name.startswith(".")]
    except OSError:
        return []


def _read_if_alive(path: Path) -> str | None:
    try:
        descriptor = os.open(path, os.O_RDWR | os.O_CLOEXEC)
    except FileNotFoundError:
        return None
    except OSError:
        return ""  # another user's
    try:
        if try_lock(descriptor):
            return None
        return path.read_text("utf-8", "replace")
    finally:
        os.close(descriptor)
