"""Who serves a project: written at the start, so that other commands find the server.

``.polyfn/server.json`` holds pid, start time, address and the admin token; only its owner may read
it. A file whose process is gone, or whose pid belongs to another process by now, counts as none.
"""

from __future__ import annotations

import base64
import contextlib
import os
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

import orjson

from polyfn.errors import PlatformError
from polyfn.gateway.address import url_of
from polyfn.gateway.birth import started_at

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_NAME = "server.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Presence:
    """A server that is there.

    Attributes:
        started: When its process started, in seconds since the epoch, as the system has it.
        token: What `/_polyfn/` asks for.
    """

    pid: int
    started: float
    host: str
    port: int
    token: str

    @property
    def url(self) -> str:
        """Where it can be called."""
        return url_of(self.host, self.port)


def new_token() -> str:
    """A token that cannot be guessed."""
    return base64.urlsafe_b64encode(os.urandom(24)).decode()


@contextlib.contextmanager
def announced(state_dir: Path, *, host: str, port: int, token: str) -> Iterator[None]:
    """Say that this process serves the project, until the context is left.

    Raises:
        PlatformError: The file cannot be written.
    """
    me = os.getpid()
    presence = Presence(pid=me, started=started_at(me), host=host, port=port, token=token)
    path = state_dir / _NAME
    try:
        state_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
        _write_private(path, orjson.dumps(asdict(presence)))
    except OSError as error:
        raise PlatformError(
            f"{path} cannot be written: {error.strerror}. `polyfn invoke` finds the server by it; "
            "make the directory writable."
        ) from error
    try:
        yield
    finally:
        if find(state_dir) == presence:  # another server may have taken the project over
            path.unlink(missing_ok=True)


def find(state_dir: Path) -> Presence | None:
    """The server that runs for this project, if one does."""
    try:
        presence = Presence(**orjson.loads((state_dir / _NAME).read_bytes()))
        alive = started_at(presence.pid) == presence.started
    except (OSError, ValueError, TypeError):
        return None
    return presence if alive else None


def _write_private(path: Path, data: bytes) -> None:
    fresh = path.with_name(f"{_NAME}.{os.getpid()}")
    fd = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(fd, "wb") as file:
        file.write(data)
    fresh.replace(path)
