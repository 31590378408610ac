"""What polyfn needs of the machine: room, watches, descriptors, a port."""

from __future__ import annotations

import os
import shutil
from typing import TYPE_CHECKING, Final

from polyfn.app.doctor.findings import Finding, Status
from polyfn.errors import PolyfnError
from polyfn.gateway import listen, presence

if TYPE_CHECKING:
    from pathlib import Path

    from polyfn.gateway.presence import Presence
    from polyfn.settings import Settings

_MB: Final = 1 << 20
FULL_BYTES: Final = 50 * _MB
"""A Go program and the files it is linked from do not fit into less."""
TIGHT_BYTES: Final = 500 * _MB

FEW_WATCHES: Final = 8192
"""The kernel's own default before 5.11: editors alone can use it up."""
FEW_WATCHERS: Final = 16

_INOTIFY: Final = "/proc/sys/fs/inotify"
_PER_INSTANCE: Final = 4
"""Descriptors of a child: three pipes, and one that says when it ends."""
_BESIDES: Final = 100
"""Descriptors for connections, listeners, files and the event loop."""


async def examine_machine(settings: Settings) -> list[Finding]:
    """All checks of the machine, in the order in which they are shown."""
    findings = [
        judge_state_dir(settings.state_dir),
        judge_disk(free_bytes(settings.state_dir)),
        _watches(),
        _descriptors(settings.limits.instances),
        await _port(settings),
    ]
    return [each for each in findings if each is not None]


def judge_state_dir(directory: Path) -> Finding:
    """Whether polyfn can write its state: it makes the directory when it needs it."""
    place = nearest(directory)
    if not place.is_dir():
        said = f"{place} is in the way: {directory} must be a directory"
    elif not os.access(place, os.W_OK | os.X_OK):
        said = f"{place} cannot be written by this user"
    else:
        return Finding(
            check="state", title="state directory", status=Status.OK, message=f"{directory}"
        )
    return Finding(check="state", title="state directory", status=Status.ERROR, message=said)


def judge_disk(free: int) -> Finding:
    """Whether there is room for what is built; pure."""
    status = Status.ERROR if free < FULL_BYTES else Status.OK
    if status is Status.OK and free < TIGHT_BYTES:
        status = Status.WARNING
    shown = f"{free / _MB / 1024:.1f} GB" if free >= 1024 * _MB else f"{free // _MB} MB"
    message = f"{shown} free" if status is Status.OK else f"only {shown} free: builds need room"
    return Finding(check="disk", title="disk", status=status, message=message)


def judge_watches(watches: int, watchers: int) -> Finding:
    """Whether files can be watched for changes; pure.

    Args:
        watches: How many directories a user may watch.
        watchers: How many programs of a user may watch any.
    """
    low = {
        "fs.inotify.max_user_watches=524288": watches < FEW_WATCHES,
        "fs.inotify.max_user_instances=512": watchers < FEW_WATCHERS,
    }
    raised = " ".join(name for name, is_low in low.items() if is_low)
    message = f"{watches} directories, {watchers} watchers"
    return Finding(
        check="watches",
        title="file watches",
        status=Status.WARNING if raised else Status.OK,
        message=f"only {message}: changed files may go unseen" if raised else message,
        command=f"sudo sysctl {raised}" if raised else None,
    )


def judge_descriptors(limit: int, instances: int) -> Finding:
    """Whether as many instances can be open as the settings allow; pure.

    Args:
        limit: Descriptors that a process may have; negative: no limit.
        instances: `polyfn.settings.Limits.instances`.
    """
    wanted = instances * _PER_INSTANCE + _BESIDES
    enough = limit < 0 or limit >= wanted
    shown = "no limit" if limit < 0 else f"{limit}"
    return Finding(
        check="descriptors",
        title="open files",
        status=Status.OK if enough else Status.WARNING,
        message=shown if enough else f"only {limit}: {instances} instances need {wanted}",
        command=None if enough else f"ulimit -n {wanted}",
    )


def judge_port(
    host: str, port: int, running: Presence | None, error: PolyfnError | None
) -> Finding:
    """Whether `polyfn serve` can listen; pure.

    Args:
        running: The server that runs for this project.
        error: What binding to the address came to.
    """
    title = f"port {port}"
    if running is not None:
        message = f"this project is served at {running.url} (pid {running.pid})"
        return Finding(check="port", title=title, status=Status.OK, message=message)
    if error is None:
        return Finding(check="port", title=title, status=Status.OK, message=f"{host} is free")
    return Finding(check="port", title=title, status=Status.WARNING, message=error.message)


def free_bytes(directory: Path) -> int:
    """The room on the disk that a directory is, or will be, on; as this user may use it."""
    return shutil.disk_usage(nearest(directory)).free


def nearest(path: Path) -> Path:
    """The path itself, or the first of its parents that is there."""
    return next(each for each in (path, *path.parents) if each.exists())


def _watches() -> Finding | None:
    """Linux alone counts them in this way."""
    try:
        return judge_watches(_number("max_user_watches"), _number("max_user_instances"))
    except (OSError, ValueError):
        return None


def _number(name: str) -> int:
    with open(f"{_INOTIFY}/{name}", encoding="ascii") as file:  # noqa: PTH123 - no path of ours
        return int(file.read())


def _descriptors(instances: int) -> Finding | None:
    try:
        import resource  # noqa: PLC0415 - not on Windows
    except ImportError:
        return None
    limit, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return judge_descriptors(-1 if limit == resource.RLIM_INFINITY else limit, instances)


async def _port(settings: Settings) -> Finding | None:
    """Listening there for a moment is the only way to know."""
    host, port = settings.serve.host, settings.serve.port
    running = presence.find(settings.state_dir)
    error: PolyfnError | None = None
    if running is None:
        if port == 0:
            return None
        try:
            listen.close(await listen.bind(host, port))
        except PolyfnError as refused:
            error = refused
    return judge_port(host, port, running, error)
