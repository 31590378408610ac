"""Whose a connection is: the processes of one program are answered, and nobody else's.

Clients cannot carry a secret: AWS_LAMBDA_RUNTIME_API is an address without a path, and no client
sends a header of ours. Any process of the machine may connect to a loopback port, so the system is
asked which one has.
"""

from __future__ import annotations

import os
import re
import socket
import sys
from collections import defaultdict
from pathlib import Path
from typing import TYPE_CHECKING, Final

import psutil

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_PROC: Final = Path("/proc")
_ESTABLISHED: Final = "01"
_PARENT_AND_GROUP: Final = re.compile(rb".*\) \S (\d+) (\d+) ", re.DOTALL)


def belongs(local: tuple[str, int], peer: tuple[str, int], group: int) -> bool:
    """Whether the other end of a loopback connection is held by a process of that group.

    Args:
        local: Our end: address and port.
        peer: The other end.
        group: A process group's id; its processes and all their descendants count.
    """
    if sys.platform != "linux":
        return _held_elsewhere(local, peer, group)
    inode = _inode(local, peer)
    if inode is None:
        return False
    link = f"socket:[{inode}]"
    return any(link in _links(pid) for pid in _processes(group))


def _inode(local: tuple[str, int], peer: tuple[str, int]) -> str | None:
    """The system's number of the peer's socket."""
    table = Path(_PROC, "net/tcp").read_text("ascii")
    at = table.find(f" {_hex(peer)} {_hex(local)} {_ESTABLISHED} ")
    # After the state come: queues, timer, retransmissions, user, timeouts, inode.
    return table[at:].split(maxsplit=9)[8] if at >= 0 else None


def _hex(address: tuple[str, int]) -> str:
    """As the table has it: the address is a number in the machine's own byte order."""
    number = int.from_bytes(socket.inet_aton(address[0]), sys.byteorder)
    return f"{number:08X}:{address[1]:04X}"


def _links(pid: int) -> Iterator[str]:
    """What a process's descriptors are; nothing when it is gone, or not ours to look at."""
    try:
        names = os.listdir(f"/proc/{pid}/fd")  # noqa: PTH208 - a Path for each costs as much again
    except OSError:
        return
    for name in names:
        try:
            yield os.readlink(f"/proc/{pid}/fd/{name}")  # noqa: PTH115 - likewise
        except OSError:
            continue


def _processes(group: int) -> Iterator[int]:
    """The group's leader, which it mostly is; then the others, and what they have started."""
    yield group
    parents = dict(_parents_and_groups())
    members = [pid for pid, (_, its_group) in parents.items() if its_group == group]
    yield from descendants({pid: parent for pid, (parent, _) in parents.items()}, [group, *members])


def descendants(parents: Mapping[int, int], roots: list[int]) -> Iterator[int]:
    """Some processes and all that descend from them, each once.

    Args:
        parents: Process → its parent.
    """
    children: dict[int, list[int]] = defaultdict(list)
    for pid, parent in parents.items():
        children[parent].append(pid)
    seen: set[int] = set()
    left = list(roots)
    while left:
        pid = left.pop(0)
        if pid not in seen:
            seen.add(pid)
            yield pid
            left += children[pid]


def _parents_and_groups() -> Iterator[tuple[int, tuple[int, int]]]:
    for entry in os.scandir(_PROC):
        if not entry.name.isdigit():
            continue
        try:
            stat = Path(entry.path, "stat").read_bytes()
        except OSError:  # it has ended
            continue
        if found := _PARENT_AND_GROUP.match(stat):
            yield int(entry.name), (int(found[1]), int(found[2]))


def _held_elsewhere(local: tuple[str, int], peer: tuple[str, int], group: int) -> bool:
    """The same by psutil: macOS and Windows tell it of one's own processes."""
    try:
        leader = psutil.Process(group)
        processes = [leader, *leader.children(recursive=True)]
        return any(
            each.laddr == peer and each.raddr == local
            for process in processes
            for each in process.net_connections("tcp4")
        )
    except psutil.Error:
        return False
