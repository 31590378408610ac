"""Sockets to listen on, and whose fault it is when an address is taken."""

from __future__ import annotations

import asyncio
import errno
import os
import socket
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from polyfn.errors import AddressInUse, UsageError
from polyfn.gateway.address import url_of

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterable

    Found = tuple[int, tuple[str | int | bytes, ...]]

_ABSENT: Final = (errno.EADDRNOTAVAIL, errno.EAFNOSUPPORT)


@dataclass(frozen=True, slots=True)
class Listener:
    """Sockets that listen: the system takes connections, and they wait until they are served."""

    host: str
    sockets: tuple[socket.socket, ...]

    @property
    def port(self) -> int:
        """The same for all."""
        port: int = self.sockets[0].getsockname()[1]
        return port

    @property
    def url(self) -> str:
        """The base URL, without a slash at the end."""
        return url_of(self.host, self.port)


@asynccontextmanager
async def listening(host: str, port: int) -> AsyncIterator[Listener]:
    """Listen while the context is open; see `bind`."""
    sockets = await bind(host, port)
    try:
        yield Listener(host, tuple(sockets))
    finally:
        close(sockets)


async def bind(host: str, port: int) -> list[socket.socket]:
    """Bind a socket to each address of a host, and listen.

    Args:
        port: 0 lets the system pick one, the same for all.

    Raises:
        AddressInUse: Somebody else has it; names the process where it can be told.
        UsageError: The host is unknown, is not this machine, or the port needs more rights.
    """
    sockets: list[socket.socket] = []
    missing: OSError | None = None
    try:
        for family, address in await _resolve(host, port):
            try:
                sockets.append(_bind_one(family, (address[0], port, *address[2:])))
            except OSError as error:
                if error.errno not in _ABSENT:  # one of two families may be switched off
                    raise _explained(error, host, port) from error
                missing = error
            else:
                port = sockets[0].getsockname()[1]
    except BaseException:
        close(sockets)
        raise
    if missing is not None and not sockets:
        raise _explained(missing, host, port) from missing
    return sockets


def close(sockets: Iterable[socket.socket]) -> None:
    """Let go of sockets."""
    for each in sockets:
        each.close()


def owner_of(port: int) -> str | None:
    """Who listens on a TCP port, such as ``node (pid 4242)``, where this user may know."""
    import psutil  # noqa: PLC0415 - 9 ms, and only a port that is taken has an owner

    try:
        for each in psutil.net_connections(kind="tcp"):
            if each.status != psutil.CONN_LISTEN or not each.laddr:
                continue
            if each.laddr.port == port and each.pid:
                return f"{psutil.Process(each.pid).name()} (pid {each.pid})"
    except (psutil.Error, OSError):
        return None
    return None


async def _resolve(host: str, port: int) -> list[Found]:
    loop = asyncio.get_running_loop()
    try:
        infos = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    except (OSError, UnicodeError) as error:
        raise UsageError(f"The host {host!r} cannot be resolved: {error}.") from error
    return list(dict.fromkeys((family, address) for family, _, _, _, address in infos))


def _bind_one(family: int, address: tuple[str | int | bytes, ...]) -> socket.socket:
    listener = socket.socket(family, socket.SOCK_STREAM)
    try:
        if os.name == "posix":  # on Windows it would let two servers share the port
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if family == socket.AF_INET6:  # an IPv4 socket of its own stands beside it
            listener.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        listener.bind(address)
        # A port can be bound twice; that somebody listens shows only here.
        listener.listen()
    except BaseException:
        listener.close()
        raise
    listener.setblocking(False)
    return listener


def _explained(error: OSError, host: str, port: int) -> AddressInUse | UsageError:
    if error.errno == errno.EADDRINUSE:
        owner = owner_of(port)
        who = f"by {owner}" if owner else "by another program"
        return AddressInUse(
            f"{host}:{port} is taken {who}. Stop it, or serve on another port: --port 0 picks one."
        )
    if error.errno == errno.EACCES:
        return UsageError(f"Port {port} needs more rights: use one from 1024 on, such as 9999.")
    return UsageError(f"{host!r} is no address of this machine: {error.strerror}.")
