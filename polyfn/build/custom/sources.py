"""The files that a command may read, and what they looked like.

Without ``watch`` these are all files of the project that git does not ignore: nobody knows what
``cargo build`` or ``make`` reads. Of the functions directory, only the function's own part counts,
so that saving one function does not build another.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final, TypeAlias

from polyfn.build.fingerprints import Stamp, stamp_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

State: TypeAlias = "Mapping[str, Stamp]"
"""Absolute path → what it looked like."""

_SKIPPED: Final = frozenset(("node_modules", "__pycache__", "venv", "target", "dist"))
_MOST: Final = 20_000
_GIT_LIMIT_S: Final = 20.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Sources:
    """Where a command's sources are.

    Attributes:
        root: The project's directory.
        patterns: Files and directories relative to it, with ``*``, ``?`` and ``**``; none: all.
        apart: Directories that do not count, absolute: where functions are.
        own: Directories that count all the same.
        env: With the PATH to find git on.
    """

    root: Path
    patterns: tuple[str, ...]
    apart: tuple[Path, ...]
    own: tuple[Path, ...]
    env: Mapping[str, str]

    def state(self, without: Iterable[str]) -> dict[str, Stamp]:
        """What they look like now.

        Args:
            without: Files that do not count: what the command writes.
        """
        left_out = set(without)
        found = {path: stamp_of(path) for path in self._paths() if path not in left_out}
        return {path: stamp for path, stamp in found.items() if any(stamp)}

    def _paths(self) -> Iterator[str]:
        if self.patterns:
            yield from self._named()
            return
        apart = tuple(f"{each}{os.sep}" for each in self.apart)
        own = tuple(f"{each}{os.sep}" for each in self.own)
        for path in self._all():
            if not path.startswith(apart) or path.startswith(own):
                yield path

    def _named(self) -> Iterator[str]:
        for pattern in self.patterns:
            for path in sorted(self.root.glob(pattern.rstrip("/").removeprefix("./"))):
                yield from _below(path) if path.is_dir() else (str(path),)

    def _all(self) -> Iterator[str]:
        listed = _by_git(self.root, self.env)
        if listed is None:
            yield from _below(self.root)
            return
        # Without the directories that are hidden: editors and polyfn write there.
        yield from (f"{self.root}/{each}" for each in listed if not each.startswith("."))


def differing(before: State, after: State) -> set[str]:
    """The files that were changed, added or removed."""
    paths = before.keys() | after.keys()
    return {path for path in paths if before.get(path) != after.get(path)}


def digest(state: State) -> str:
    """One text for all of it."""
    return hashlib.blake2b(repr(sorted(state.items())).encode(), digest_size=16).hexdigest()


def watched(state: State) -> tuple[Path, ...]:
    """What to watch for changes: the files, and the directories that others may appear in."""
    directories = {os.path.dirname(path) for path in state}  # noqa: PTH120 - thousands of texts
    return tuple(Path(each) for each in sorted({*state, *directories}))


def _below(top: Path) -> Iterator[str]:
    """The files below a directory, without what is hidden, installed or generated."""
    left = _MOST
    for directory, names, files in os.walk(top):
        names[:] = sorted(each for each in names if each not in _SKIPPED and each[0] != ".")
        for each in files:
            if not each.startswith("."):
                yield f"{directory}/{each}"
        left -= len(files)
        if left < 0:
            return


def _by_git(root: Path, env: Mapping[str, str]) -> list[str] | None:
    """The files that git knows or would add; ``None`` where there is no git, or no repository."""
    git = shutil.which("git", path=env.get("PATH"))
    if git is None:
        return None
    # A link to a directory is a file to git, and what a submodule holds is not listed.
    command = (git, "ls-files", "-z", "--cached", "--others", "--exclude-standard")
    try:
        done = subprocess.run(
            command,
            cwd=root,
            env={**env, "GIT_OPTIONAL_LOCKS": "0"},
            capture_output=True,
            timeout=_GIT_LIMIT_S,
            check=True,
        )
    except (OSError, subprocess.SubprocessError):
        return None
    listed = done.stdout.decode("utf-8", "surrogateescape").split("\0")
    return [each for each in listed if each] or None  # none: the project itself is ignored
