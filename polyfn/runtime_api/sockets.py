"""Which socket is at one end of a loopback connection, as Linux tells: the inode of it.

The kernel is asked for that one socket (sock_diag(7), 17 µs). Where a sandbox forbids that, the
table of all sockets has it: ``/proc/net/tcp``, and ``tcp6`` for the programs that speak IPv4
through an IPv6 socket (7 ms: the kernel walks all of its table).
"""

from __future__ import annotations

import os
import socket
import struct
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Iterable

Address: TypeAlias = tuple[str, int]
"""An IPv4 address and a port."""

# linux/netlink.h, linux/sock_diag.h, linux/inet_diag.h
_NETLINK_SOCK_DIAG: Final = 4
_SOCK_DIAG_BY_FAMILY: Final = 20
_NLM_F_REQUEST: Final = 1
_ANY_STATE: Final = 0xFFFFFFFF
_NO_COOKIE: Final = (0xFFFFFFFF, 0xFFFFFFFF)
_HEADER: Final = struct.Struct("=IHHII")
_REQUEST: Final = struct.Struct("=BBBBI")
_PORTS: Final = struct.Struct("!HH16s16s")
_REST: Final = struct.Struct("=III")
_INODE: Final = struct.Struct("=I")
_INODE_AT: Final = _HEADER.size + 4 + _PORTS.size + _REST.size + 16
_ANSWER_BYTES: Final = 4096

_TABLES: Final = ("/proc/net/tcp", "/proc/net/tcp6")
_INODE_COLUMN: Final = 9


def inode(near: Address, far: Address) -> int | None:
    """The inode of the socket whose own address is ``near``.

    Returns:
        ``None`` when there is none, or when the system does not say; see `are_told`.
    """
    try:
        return _asked(near, far)
    except (OSError, AttributeError):  # refused, or not Linux
        return _looked_up(near, far)


def are_told() -> bool:
    """Whether the system says of sockets what it should, tried with one of our own."""
    with (
        socket.create_server(("127.0.0.1", 0)) as listening,
        socket.create_connection(listening.getsockname()) as own,
    ):
        return inode(own.getsockname(), own.getpeername()) == os.fstat(own.fileno()).st_ino


def _asked(near: Address, far: Address) -> int | None:
    with socket.socket(
        socket.AF_NETLINK, socket.SOCK_RAW | socket.SOCK_CLOEXEC, _NETLINK_SOCK_DIAG
    ) as kernel:
        kernel.setblocking(False)  # it has answered by the time that it has been asked
        kernel.send(question(near, far))
        return answered(kernel.recv(_ANSWER_BYTES))


def question(near: Address, far: Address) -> bytes:
    """Ask for one socket: a netlink header and an ``inet_diag_req_v2``."""
    wanted = _REQUEST.pack(socket.AF_INET, socket.IPPROTO_TCP, 0, 0, _ANY_STATE)
    ends = _PORTS.pack(near[1], far[1], socket.inet_aton(near[0]), socket.inet_aton(far[0]))
    body = wanted + ends + _REST.pack(0, *_NO_COOKIE)
    size = _HEADER.size + len(body)
    return _HEADER.pack(size, _SOCK_DIAG_BY_FAMILY, _NLM_F_REQUEST, 1, 0) + body


def answered(answer: bytes) -> int | None:
    """The inode in an answer: a netlink header and an ``inet_diag_msg``, or an error's number."""
    _, kind, *_ = _HEADER.unpack_from(answer)
    if kind != _SOCK_DIAG_BY_FAMILY:
        return None
    found: int = _INODE.unpack_from(answer, _INODE_AT)[0]
    return found or None


def _looked_up(near: Address, far: Address) -> int | None:
    for path in _TABLES:
        try:
            with Path(path).open(encoding="ascii") as lines:
                found = in_table(lines, near, far)
        except OSError:
            continue
        if found is not None:
            return found
    return None


def in_table(lines: Iterable[str], near: Address, far: Address) -> int | None:
    """Find a socket in the lines of ``/proc/net/tcp`` or ``tcp6``, the line of titles included."""
    ends = [_written(near), _written(far)]
    for line in lines:
        columns = line.split()
        if [_v4(each) for each in columns[1:3]] == ends:
            return int(columns[_INODE_COLUMN]) or None
    return None


def _written(address: Address) -> str:
    number = int.from_bytes(socket.inet_aton(address[0]), sys.byteorder)
    return f"{number:08X}:{address[1]:04X}"


def _v4(column: str) -> str:
    """An address of either table; in tcp6, an IPv4 address is the last of four such words."""
    host, _, port = column.partition(":")
    return f"{host[-8:]}:{port}"
