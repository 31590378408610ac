"""What a file or a directory looked like: by content, with a shortcut for what was not touched.

A digest says what counts: the bytes of a file, the names in a directory, or that there is nothing.
A stamp says whether it is worth looking: the modification and change times, the size and the inode.
The change time is in it because bytes can be replaced by others of the same number and age
(``cp -p``).
"""

from __future__ import annotations

import hashlib
import os
import stat
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Sequence

Stamp: TypeAlias = tuple[int, int, int, int]
"""(mtime_ns, ctime_ns, size, inode); all zero when there is nothing."""

NOTHING: Final[Stamp] = (0, 0, 0, 0)
UNREADABLE: Final = ""
"""A digest that equals none, not even itself: see `unchanged`."""

_SHORT: Final = 12
_ABSENT: Final = "none"
_SETTLED_NS: Final = 2_000_000_000
_DIGEST_BYTES: Final = 16
_NOISE: Final = ("~", ".pyc", ".swp", ".swx", ".tmp")


class Fingerprint(NamedTuple):
    """One input as it was; a tuple because there are thousands of them."""

    path: str
    digest: str
    stamp: Stamp


def short(digest: str) -> str:
    """A version for people to read, out of a digest."""
    return digest[1 : 1 + _SHORT]


def stamp_of(path: str | Path) -> Stamp:
    """Look at a path, links followed; `NOTHING` when it cannot be seen."""
    try:
        found = os.stat(path)  # noqa: PTH116 - thousands of times: a Path costs more than the call
    except (OSError, ValueError):
        return NOTHING
    return (found.st_mtime_ns, found.st_ctime_ns, found.st_size, found.st_ino)


def as_stamp(data: Sequence[int]) -> Stamp:
    """A stamp out of JSON.

    Raises:
        ValueError, TypeError: It is no list of four.
    """
    mtime_ns, ctime_ns, size, inode = data
    return (mtime_ns, ctime_ns, size, inode)


def take(path: str) -> Fingerprint:
    """Read a file, or list a directory. The stamp is older than the digest, never younger."""
    stamp = stamp_of(path)
    return Fingerprint(path, _digest(path), stamp)


def renew(old: Fingerprint) -> Fingerprint:
    """Its fingerprint now: the very same object when its stamp says that nothing was touched."""
    stamp = stamp_of(old.path)
    if stamp == old.stamp and (stamp != NOTHING or old.digest == _ABSENT):
        return old
    return take(old.path)


def unchanged(old: Fingerprint, new: Fingerprint) -> bool:
    """Whether both are known to be the same content."""
    return old.digest == new.digest != UNREADABLE


def changed_since(fingerprint: Fingerprint, moment_ns: int) -> bool:
    """Whether the file system says that it was touched at that moment or later."""
    return max(fingerprint.stamp[0], fingerprint.stamp[1]) >= moment_ns


def without_fresh_stamp(fingerprint: Fingerprint, now_ns: int) -> Fingerprint:
    """Drop a stamp that may not be trusted later.

    File systems count time in steps, of 2 s at worst: a file written twice within one step may look
    untouched. So who was touched a moment ago is read again next time.
    """
    if fingerprint.stamp != NOTHING and changed_since(fingerprint, now_ns - _SETTLED_NS):
        return fingerprint._replace(stamp=NOTHING)
    return fingerprint


def _digest(path: str) -> str:
    try:
        mode = os.stat(path).st_mode  # noqa: PTH116 - as above
        if stat.S_ISDIR(mode):
            return "d" + _hash_names(path)
        return "f" + _hash_file(path) if stat.S_ISREG(mode) else "other"
    except (FileNotFoundError, NotADirectoryError):
        return _ABSENT
    except (OSError, ValueError):
        return UNREADABLE


def _hash_file(path: str) -> str:
    with Path(path).open("rb", 0) as file:
        return hashlib.file_digest(file, _hasher).hexdigest()


def _hash_names(path: str) -> str:
    names = sorted(name for name in os.listdir(path) if not _is_noise(name))  # noqa: PTH208 - names
    return _hasher("\0".join(names).encode("utf-8", "surrogateescape")).hexdigest()


def _is_noise(name: str) -> bool:
    """Hidden files, and what editors and interpreters leave behind, change no result."""
    return name.startswith((".", "#", "__pycache__")) or name.endswith(_NOISE)


def _hasher(data: bytes = b"") -> hashlib.blake2b:
    return hashlib.blake2b(data, digest_size=_DIGEST_BYTES)
