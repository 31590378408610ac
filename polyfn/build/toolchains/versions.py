"""Asks a program for its version, once: answers are kept per user until the file changes."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Final

import orjson

from polyfn.build import process
from polyfn.build.files import replace_file
from polyfn.build.fingerprints import NOTHING, Stamp, as_stamp, stamp_of
from polyfn.build.toolchains.programs import version_in

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from polyfn.build.toolchains.programs import Program

FILE_NAME: Final = "versions.json"
_LIMIT_S: Final = 30.0
_MAX_BYTES: Final = 65_536
_MAX_WORDS: Final = 200


class Unusable(Exception):
    """A program is there, but does not answer; caught in this package, which tries the next."""


class Versions:
    """Reads versions.

    Args:
        directory: Where answers are kept between runs.
        cwd: The directory that programs are asked in: shims look there for the version to take.
    """

    def __init__(self, directory: Path, *, cwd: Path, env: Mapping[str, str]) -> None:
        self._directory = directory
        self._cwd = cwd
        self._env = env
        self._answers: dict[str, tuple[str, Stamp]] | None = None

    async def of(self, program: Program, path: Path) -> str:
        """The version of one program file.

        Raises:
            Unusable: It does not run, or says nothing that looks like a version.
        """
        if self._answers is None:
            self._answers = _load(self._directory / FILE_NAME)
        stamp = stamp_of(path)
        known = self._answers.get(str(path))
        if known is not None and known[1] == stamp != NOTHING:
            return known[0]
        output = await self.ask(program, path, program.version)
        version = version_in(output)
        if version is None:
            raise Unusable(f"{path} says no version: {output[:_MAX_WORDS]!r}")
        self._answers[str(path)] = (version, stamp)
        _store(self._directory / FILE_NAME, self._answers)
        return version

    async def ask(self, program: Program, path: Path, arguments: Sequence[str]) -> str:
        """What a program prints: on its standard output, or else on the other one.

        Raises:
            Unusable: It does not run, or fails.
        """
        from tempfile import TemporaryFile  # noqa: PLC0415 - 3 ms; most answers are known

        env = {**self._env, **program.env}
        argv = [str(path), *arguments]
        try:
            with TemporaryFile() as stdout:
                outcome = await process.run(
                    argv, cwd=self._cwd, env=env, limit_s=_LIMIT_S, stdout=stdout
                )
                stdout.seek(0)
                printed = stdout.read(_MAX_BYTES).decode("utf-8", "replace").strip()
        except OSError as error:
            raise Unusable(f"{path} cannot be started: {error.strerror}") from error
        if outcome.status != 0:
            words = " ".join(f"{outcome.output} {printed}".split())[:_MAX_WORDS]
            raise Unusable(f"{path} {arguments[0]} failed: {words or outcome.status}")
        return printed or outcome.output.strip()


def _load(path: Path) -> dict[str, tuple[str, Stamp]]:
    try:
        data = orjson.loads(path.read_bytes())
        return {str(key): (str(version), as_stamp(stamp)) for key, (version, stamp) in data.items()}
    except (OSError, ValueError, TypeError, AttributeError):
        return {}


def _store(path: Path, answers: Mapping[str, tuple[str, Stamp]]) -> None:
    """Keep the answers; where that cannot be, they are asked again next time."""
    with suppress(OSError, TypeError):
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        replace_file(path, orjson.dumps(answers))
