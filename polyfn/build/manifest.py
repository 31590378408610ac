"""What a function's artifacts were built from: one small JSON file per function.

::

    {"format": 1, "entries": [
      {"id": "9f3c21d0-7", "key": "…", "version": "…", "output": "bootstrap",
       "output_stamp": [mtime_ns, ctime_ns, size, inode],
       "inputs": [["/abs/main.go", "f…", [mtime_ns, ctime_ns, size, inode]], …]}]}

The newest stands first. Whatever cannot be read as that counts as empty: the cost is one build.
"""

from __future__ import annotations

import re
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

import orjson

from polyfn.build.files import replace_file
from polyfn.build.fingerprints import (
    UNREADABLE,
    Fingerprint,
    Stamp,
    as_stamp,
    stamp_of,
    without_fresh_stamp,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from polyfn.model import JSON

FILE_NAME: Final = "manifest.json"
_FORMAT: Final = 1
_ID: Final = re.compile(r"[0-9a-f]+-[0-9]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One artifact.

    Attributes:
        id: The name of its directory.
        key: The plan's own hash; empty when the artifact must not be reused.
        version: A short hash of the key and all inputs.
        output: The built file, relative to the directory.
        output_stamp: How that file looked when it was done.
    """

    id: str
    key: str
    version: str
    output: str
    output_stamp: Stamp
    inputs: tuple[Fingerprint, ...]

    def paths(self) -> tuple[Path, ...]:
        """What it was built from."""
        return tuple(Path(each.path) for each in self.inputs)


def read(directory: Path) -> tuple[Entry, ...]:
    """The entries of a function's manifest, the newest first; none when there is no sound one."""
    try:
        data = orjson.loads((directory / FILE_NAME).read_bytes())
        if data["format"] != _FORMAT:
            return ()
        return tuple(_entry(each) for each in data["entries"])
    except (OSError, ValueError, TypeError, KeyError):
        return ()


def edition(directory: Path) -> Stamp:
    """Which manifest stands there now: another one after each `write`."""
    return stamp_of(directory / FILE_NAME)


def write(directory: Path, entries: Sequence[Entry]) -> None:
    """Replace a function's manifest, at once and whole.

    Raises:
        OSError: It cannot be written.
    """
    now = time.time_ns()
    data = {"format": _FORMAT, "entries": [_plain(entry, now) for entry in entries]}
    replace_file(directory / FILE_NAME, orjson.dumps(data))


def _plain(entry: Entry, now_ns: int) -> dict[str, JSON]:
    return {
        "id": entry.id,
        "key": entry.key,
        "version": entry.version,
        "output": entry.output,
        "output_stamp": entry.output_stamp,
        "inputs": [tuple(_plain_input(each, now_ns)) for each in entry.inputs],
    }


def _plain_input(fingerprint: Fingerprint, now_ns: int) -> Fingerprint:
    try:
        fingerprint.path.encode()
    except UnicodeEncodeError:  # a file name of stray bytes: JSON cannot hold it
        path = fingerprint.path.encode("utf-8", "backslashreplace").decode()
        return fingerprint._replace(path=path, digest=UNREADABLE)
    return without_fresh_stamp(fingerprint, now_ns)


def _entry(data: JSON) -> Entry:
    for name in ("id", "key", "version", "output"):
        if type(data[name]) is not str:
            raise TypeError(name)
    if not _ID.fullmatch(data["id"]):
        raise ValueError(data["id"])
    return Entry(
        id=data["id"],
        key=data["key"],
        version=data["version"],
        output=data["output"],
        output_stamp=as_stamp(data["output_stamp"]),
        inputs=tuple(_input(each) for each in data["inputs"]),
    )


def _input(data: JSON) -> Fingerprint:
    path, digest, stamp = data
    if type(path) is not str or type(digest) is not str:
        raise TypeError(path)
    return Fingerprint(path, digest, as_stamp(stamp))
