"""One command of the author's, the functions that it makes, and what they look like on disk."""

from __future__ import annotations

import hashlib
import os
import shutil
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from polyfn.build.custom.sources import Sources
from polyfn.build.fingerprints import NOTHING, stamp_of
from polyfn.discover import scan

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from polyfn.build.fingerprints import Stamp
    from polyfn.model import Function
    from polyfn.settings.values import Settings

_MOST_COPIED_BYTES: Final = 512 * 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """A command; functions of which the settings say the same share it.

    Attributes:
        command: A line for a shell.
        watch: Where its sources are; see `Sources.patterns`.
    """

    command: str
    watch: tuple[str, ...]

    @classmethod
    def of(cls, function: Function) -> Job:
        """The job that makes a function."""
        return cls(command=function.config.build or "", watch=function.config.watch)

    @property
    def id(self) -> str:
        """A name for its files."""
        text = repr((self.command, self.watch))
        return hashlib.blake2b(text.encode(), digest_size=8).hexdigest()

    def functions(self, settings: Settings) -> tuple[Function, ...]:
        """The functions that it makes, those included that are not there yet."""
        found = scan(settings, is_built=True).functions
        return tuple(each for each in found if each.config.build and Job.of(each) == self)

    def sources(
        self, settings: Settings, functions: tuple[Function, ...], env: Mapping[str, str]
    ) -> Sources:
        """Where what it reads may be."""
        apart = (settings.functions_dir, settings.internal_dir)
        return Sources(
            root=settings.root,
            patterns=self.watch,
            apart=apart,
            own=tuple(place / each.name for place in apart for each in functions),
            env=env,
        )


def made(functions: tuple[Function, ...]) -> dict[str, Stamp]:
    """What the main files of functions look like now, those that are there."""
    stamps = {str(each.main_file): stamp_of(each.main_file) for each in functions}
    return {path: stamp for path, stamp in stamps.items() if stamp != NOTHING}


def unshare(program: Path) -> None:
    """Put a copy of a program in its place, so that it may be written while the old one runs.

    The system refuses to write to a file that runs (ETXTBSY), and ``cp`` and ``install`` of the
    author's command would write to that very file.
    """
    with suppress(OSError):
        found = program.stat()
        if not os.access(program, os.X_OK) or found.st_size > _MOST_COPIED_BYTES:
            return
        if program.is_symlink():
            return
        copy = program.with_name(f".{program.name}.{os.getpid()}")
        try:
            shutil.copy2(program, copy)
            copy.replace(program)
        except OSError:
            copy.unlink(missing_ok=True)
