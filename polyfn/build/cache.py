"""The content-hashed cache of artifacts.

::

    <state_dir>/                       0700
      .gitignore                       "*"
      build/
        .leases/<lease>                which process uses what (`polyfn.build.leases`)
        <function>/
          manifest.json                what the artifacts were built from (`polyfn.build.manifest`)
          <lease>-<number>/            one artifact: the directory its build ran in

An artifact is reused when its plan's key (commands, files, output, title, salt) is the same and
every input it had is unchanged: a file by its bytes, a directory by the names in it. The commands'
*environment* is not in the key, because a terminal's session is in it (``TERM``, ``SSH_CONNECTION``
and so on): what of it changes a result belongs into the plan's salt.

A build runs in the directory where its result stays: nothing is renamed, so paths in it (source
maps, ``{work}``) stay true. What makes it an artifact is the manifest's entry, and the manifest is
replaced atomically after everything else: a build that was killed has left a directory that no
manifest lists.

A manifest lists the last few artifacts, so going back to another branch is no build. Directories
that it does not list, and that no living process uses, are removed: at each new build of the
function, and for all functions at start when a process has died without giving up its lease.

All methods block; none is for the event loop. Calls for one function come one at a time.
"""

from __future__ import annotations

import hashlib
import operator
import os
from collections import deque
from contextlib import suppress
from dataclasses import dataclass, replace
from itertools import count
from typing import TYPE_CHECKING, Final

from polyfn.build import fingerprints, leases, manifest
from polyfn.build.manifest import Entry

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    from polyfn.build.fingerprints import Fingerprint
    from polyfn.model import BuildPlan

KEEP: Final = 3
"""Artifacts kept per function, and how many a process holds on to after handing them out."""

_FORMAT: Final = "1"
_VERSION_DIGITS: Final = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What the cache knows before a build.

    Attributes:
        entry: The artifact to reuse, if there is one.
        known: Otherwise: path → fingerprint, now, of what the last artifact was built from.
    """

    entry: Entry | None
    known: Mapping[str, Fingerprint]


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """A directory to build in.

    Attributes:
        began_ns: The file system's own time when it was made.
    """

    function: str
    path: Path
    began_ns: int


def plan_key(plan: BuildPlan) -> str:
    """Hash everything in a plan that may change its result."""
    commands = [(each.argv, str(each.cwd), each.stdout_to) for each in plan.commands]
    files = sorted(plan.files.items())
    return _hash(repr((_FORMAT, plan.title, plan.output, plan.salt, commands, files)))


class Cache:
    """Keeps the artifacts of one project."""

    def __init__(self, state_dir: Path) -> None:
        self._state_dir = state_dir
        self.directory = state_dir / "build"
        self._lease = leases.Lease(self.directory)
        self._numbers = count(1)
        self._in_use: dict[str, deque[str]] = {}

    def path_of(self, function: str, entry: Entry) -> Path:
        """Where an artifact's file is."""
        return self.directory / function / entry.id / entry.output

    def sweep(self) -> None:
        """Remove what processes that died have left; costs nothing when none has."""
        dead = leases.others(self.directory, self._lease).dead
        if dead:
            for home in _subdirectories(self.directory):
                if home.name != leases.DIRECTORY:
                    self._prune(home)
        for lease in dead:
            with suppress(OSError):
                lease.unlink(missing_ok=True)

    def close(self) -> None:
        """Give up the artifacts that this process used."""
        self._lease.close()

    def find(self, function: str, key: str) -> Found:
        """Look for an artifact that is still true, and note that it is in use from now on."""
        home = self.directory / function
        edition = manifest.edition(home)
        entries = manifest.read(home)
        for entry in entries:
            if entry.key == key and self._is_whole(function, entry):
                inputs = _renewed(entry.inputs)
                if inputs is not None:
                    self._hold(function, entry.id)
                    if manifest.edition(home) != edition:
                        break  # another process has just pruned: it may be gone
                    _remember(home, entries, replace(entry, inputs=inputs))
                    return Found(entry=entry, known={})
        last = entries[0].inputs if entries else ()
        return Found(entry=None, known={old.path: fingerprints.renew(old) for old in last})

    def begin(self, function: str) -> Work:
        """Make a directory to build in.

        Raises:
            OSError: It cannot be made.
        """
        self._make_state_dir()
        self._lease.open()
        path = self.directory / function / f"{self._lease.id}-{next(self._numbers)}"
        path.mkdir(parents=True)
        return Work(function=function, path=path, began_ns=path.stat().st_ctime_ns)

    def commit(
        self,
        work: Work,
        key: str,
        output: str,
        inputs: Iterable[Path],
        known: Mapping[str, Fingerprint],
    ) -> Entry:
        """Make an artifact of what was built.

        Args:
            known: Inputs as they were before the build began.

        Returns:
            Its entry; with an empty key when an input changed while the build ran. The result may
            then be of the old content, the new, or both: it is kept, but not found again.

        Raises:
            OSError: The manifest cannot be written.
        """
        home = work.path.parent
        taken = [fingerprints.take(path) for path in _outside(work.path, inputs)]
        stable = not any(_moved(each, known, work.began_ns) for each in taken)
        entry = Entry(
            id=work.path.name,
            key=key if stable else "",
            version=_hash(repr((key, [each[:2] for each in taken])))[:_VERSION_DIGITS],
            output=output,
            output_stamp=fingerprints.stamp_of(work.path / output),
            inputs=tuple(taken),
        )
        manifest.write(home, (entry, *manifest.read(home))[:KEEP])
        self._hold(work.function, entry.id)
        return entry

    def prune(self, function: str) -> None:
        """Remove a function's artifacts that no manifest lists and nobody uses."""
        self._prune(self.directory / function)

    def discard(self, work: Work) -> None:
        """Remove what a build that failed has left."""
        _remove(work.path)

    def _make_state_dir(self) -> None:
        if self._state_dir.is_dir():
            return
        self._state_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
        (self._state_dir / ".gitignore").write_text("*\n")

    def _is_whole(self, function: str, entry: Entry) -> bool:
        stamp = fingerprints.stamp_of(self.path_of(function, entry))
        return stamp == entry.output_stamp != fingerprints.NOTHING

    def _hold(self, function: str, artifact: str) -> None:
        used = self._in_use.setdefault(function, deque(maxlen=KEEP))
        if artifact in used:
            used.remove(artifact)
        used.append(artifact)
        # A cache that cannot be written is one that nobody can prune either.
        with suppress(OSError):
            self._lease.hold(function, artifact)

    def _prune(self, home: Path) -> None:
        # Directories first, then leases, then the manifest: whoever makes one goes the other way.
        present = [path for path in _subdirectories(home) if "-" in path.name]
        elsewhere = leases.others(self.directory, self._lease)
        listed = {entry.id for entry in manifest.read(home)}
        here = self._in_use.get(home.name, ())
        for path in present:
            name = path.name
            if name not in listed and name not in here and not elsewhere.use(home.name, name):
                _remove(path)


def _remove(directory: Path) -> None:
    import shutil  # noqa: PLC0415 - it brings three compressors: 3 ms of every start

    shutil.rmtree(directory, ignore_errors=True)


def _remember(home: Path, entries: Sequence[Entry], used: Entry) -> None:
    """Put the entry in use first, with its new stamps: what was only touched is not read again."""
    same = entries[0].id == used.id and all(map(operator.is_, entries[0].inputs, used.inputs))
    if not same:
        others = (entry for entry in entries if entry.id != used.id)
        with suppress(OSError):
            manifest.write(home, (used, *others))


def _renewed(inputs: Iterable[Fingerprint]) -> tuple[Fingerprint, ...] | None:
    """All inputs' fingerprints now; ``None`` as soon as one of them has changed."""
    renewed = []
    for old in inputs:
        new = fingerprints.renew(old)
        if new is not old and not fingerprints.unchanged(old, new):
            return None
        renewed.append(new)
    return tuple(renewed)


def _moved(now: Fingerprint, known: Mapping[str, Fingerprint], began_ns: int) -> bool:
    """Whether an input may have changed after the build had begun to read."""
    before = known.get(now.path)
    if before is None:
        return fingerprints.changed_since(now, began_ns)
    return not fingerprints.unchanged(before, now)


def _outside(work: Path, inputs: Iterable[Path]) -> list[str]:
    """The inputs that others may change: sorted, each once, none of the build's own."""
    prefix = f"{work}{os.sep}"
    paths = {os.path.normpath(path) for path in inputs}
    return sorted(path for path in paths if not f"{path}{os.sep}".startswith(prefix))


def _subdirectories(home: Path) -> list[Path]:
    try:
        return [path for path in home.iterdir() if path.is_dir()]
    except OSError:
        return []


def _hash(text: str) -> str:
    return hashlib.blake2b(text.encode(), digest_size=16).hexdigest()
