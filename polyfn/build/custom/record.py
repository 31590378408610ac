"""What is known of the last run of a command that ended well; one small file for each command."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from polyfn.build.files import replace_file
from polyfn.build.fingerprints import as_stamp

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from polyfn.build.fingerprints import Stamp

_FORMAT: Final = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """A run.

    Attributes:
        salt: A hash of the variables it was run with.
        sources: A hash of what its sources looked like.
        made: Main file of each function that it makes → what it looked like after the run.
        generated: Files among the sources that the command writes itself, at every run.
    """

    salt: str = ""
    sources: str = ""
    made: Mapping[str, Stamp] = field(default_factory=dict)
    generated: frozenset[str] = frozenset()


def read(path: Path) -> Record:
    """Read a record; one that is not there, or of another version, knows nothing."""
    try:
        data = json.loads(path.read_bytes())
        if data["format"] != _FORMAT:
            return Record()
        return Record(
            salt=data["salt"],
            sources=data["sources"],
            made={name: as_stamp(stamp) for name, stamp in data["made"].items()},
            generated=frozenset(data["generated"]),
        )
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return Record()


def write(path: Path, record: Record) -> None:
    """Keep a record.

    Raises:
        OSError: It cannot be written.
    """
    data = {
        "format": _FORMAT,
        "salt": record.salt,
        "sources": record.sources,
        "made": dict(record.made),
        "generated": sorted(record.generated),
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    replace_file(path, json.dumps(data).encode())
