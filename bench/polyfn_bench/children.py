"""Starts processes that end with the benchmark, however it ends."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
from typing import TYPE_CHECKING, Self

import psutil

from polyfn.pool.spawner import Spawner

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

_STOP_S = 10.0


class Children:
    """Each child leads a process group, watched by the same guard that polyfn's instances have."""

    def __init__(self) -> None:
        self._spawner = Spawner()

    def __enter__(self) -> Self:
        self._spawner.__enter__()
        return self

    def __exit__(self, *exc_info: object) -> None:
        self._spawner.__exit__(*exc_info)

    @contextlib.contextmanager
    def started(
        self, argv: Sequence[str], *, cwd: Path, env: Mapping[str, str], log: Path
    ) -> Iterator[subprocess.Popen[bytes]]:
        """Run a program until the context is left; its output goes to a file.

        A file, because whoever reads a pipe takes CPU time from what is measured.
        """
        with log.open("wb") as out:
            process = subprocess.Popen(
                argv,
                cwd=cwd,
                env=dict(env),
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=subprocess.STDOUT,
                process_group=0,
            )
        with self._spawner.guarding(process.pid):
            try:
                yield process
            finally:
                _stop(process)

    def run(
        self, argv: Sequence[str], *, cwd: Path, env: Mapping[str, str], limit_s: float
    ) -> subprocess.CompletedProcess[bytes]:
        """Run a program to its end, and keep what it printed.

        Raises:
            subprocess.TimeoutExpired: It did not end in time, and was killed.
        """
        process = subprocess.Popen(
            argv,
            cwd=cwd,
            env=dict(env),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            process_group=0,
        )
        with self._spawner.guarding(process.pid), process:
            try:
                out, err = process.communicate(timeout=limit_s)
            finally:
                _kill(process.pid)
        return subprocess.CompletedProcess(argv, process.returncode, out, err)


def family(pid: int) -> list[psutil.Process]:
    """A process and all that descend from it; what is gone by now is left out."""
    try:
        main = psutil.Process(pid)
        return [main, *main.children(recursive=True)]
    except psutil.NoSuchProcess:
        return []


def _stop(process: subprocess.Popen[bytes]) -> None:
    """SIGTERM, a grace, SIGKILL; for what it left in other groups as well."""
    relatives = family(process.pid)[1:]
    if process.poll() is None:
        process.terminate()
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(_STOP_S)
    _kill(process.pid)
    process.wait(_STOP_S)
    for relative in psutil.wait_procs(relatives, timeout=1)[1]:
        with contextlib.suppress(psutil.NoSuchProcess):
            relative.kill()


def _kill(group: int) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(group, signal.SIGKILL)
