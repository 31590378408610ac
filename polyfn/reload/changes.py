"""What was seen to change in the file system, one by one and as a batch."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable

_SOURCES: Final = (
    *(".js", ".mjs", ".cjs", ".jsx", ".ts", ".mts", ".cts", ".tsx", ".json"),
    *(".go", ".mod", ".sum", ".work", ".py", ".toml", ".txt", ".lock"),
)


class Change(NamedTuple):
    """One thing that happened.

    Attributes:
        path: Absolute; empty when events were lost and anything may have changed.
        names: Whether the name itself appeared, vanished or means another file now, rather than
            the file's content being written.
        is_directory: Whether it is one, or was.
    """

    path: str
    names: bool
    is_directory: bool = False


LOST: Final = Change("", names=True, is_directory=True)


@dataclass(slots=True)
class Batch:
    """Changes that are taken together.

    Attributes:
        paths: What changed.
        parents: The directories in which names appeared or vanished.
        directories: Whether a directory appeared or vanished.
        lost: Whether anything else may have changed as well.
    """

    paths: set[str] = field(default_factory=set)
    parents: set[str] = field(default_factory=set)
    directories: bool = False
    lost: bool = False

    @classmethod
    def of(cls, changes: Iterable[Change]) -> Batch:
        """Join changes."""
        batch = cls()
        for change in changes:
            batch.directories |= change.names and change.is_directory
            if not change.path:
                batch.lost = True
                continue
            batch.paths.add(change.path)
            if change.names:
                batch.parents.add(os.path.dirname(change.path))  # noqa: PTH120 - a text, and quick
        return batch

    @property
    def mends(self) -> bool:
        """Whether it may mend a function that is broken: a source or a manifest is among it."""
        return self.lost or any(path.endswith(_SOURCES) for path in self.paths)

    def touches(self, paths: Iterable[str]) -> list[str]:
        """Those of the paths that are in it."""
        return [path for path in paths if path in self.paths or path in self.parents]

    def near(self, directory: str, depth: int) -> bool:
        """Whether a directory, or what is at most so many levels below it, may be another now."""
        prefix = directory + os.sep
        return any(
            prefix.startswith(path + os.sep)
            or (path.startswith(prefix) and path.count(os.sep, len(prefix)) < depth)
            for path in self.paths
        )
