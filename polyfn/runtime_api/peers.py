"""Whose a connection is: the processes of one program are answered, and nobody else's.

Clients cannot carry a secret: AWS_LAMBDA_RUNTIME_API is an address without a path, and no client
sends a header of ours. Any process of the machine may connect to a loopback port, so the system is
asked which one has. A program may be a shell script that starts the real runtime, or one `curl` for
each request; so the nearest are looked at first: the program itself, then its children, and only
then every process.
"""

from __future__ import annotations

import contextlib
import os
import re
import stat
import sys
from collections import defaultdict
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Final

import psutil

from polyfn.runtime_api import sockets

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from polyfn.runtime_api.sockets import Address

_PROC: Final = "/proc"
_PARENT_AND_GROUP: Final = re.compile(rb".*\) \S (\d+) (\d+) ", re.DOTALL)


def belongs(local: Address, peer: Address, group: int) -> bool:
    """Whether the other end of a loopback connection is held by a process of that group.

    Where the system says nothing of sockets (a sandbox may hide them) everyone is answered: the
    function could not run at all otherwise.

    Args:
        local: Our end: address and port.
        peer: The other end.
        group: A process group's id; its processes and all their descendants count.
    """
    if sys.platform != "linux":
        return _held_elsewhere(local, peer, group)
    inode = sockets.inode(peer, local)
    if inode is not None and _is_held(inode, group):
        return True
    return not sockets.are_told()


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


def _is_held(inode: int, group: int) -> bool:
    return any(inode in _sockets(pid) for pid in chain(_tree(group), _everywhere(group)))


def _tree(pid: int) -> Iterator[int]:
    """A process, its children and theirs, each looked for when the one before was not it."""
    yield pid
    for child in _children(pid):
        yield from _tree(child)


def _children(pid: int) -> Iterator[int]:
    """None where the kernel keeps no list of them (CONFIG_PROC_CHILDREN)."""
    for thread in _entries(f"{_PROC}/{pid}/task"):
        try:
            told = Path(thread.path, "children").read_bytes()
        except OSError:  # the thread has ended
            continue
        yield from map(int, told.split())


def _everywhere(group: int) -> Iterator[int]:
    """Those that no living parent leads to, too: of the group they still are."""
    found = dict(_parents_and_groups())
    members = [pid for pid, (_, its_group) in found.items() if its_group == group]
    yield from descendants({pid: parent for pid, (parent, _) in found.items()}, members)


def _parents_and_groups() -> Iterator[tuple[int, tuple[int, int]]]:
    for entry in _entries(_PROC):
        if not entry.name.isdigit():
            continue
        try:
            text = Path(entry.path, "stat").read_bytes()
        except OSError:  # it has ended
            continue
        if found := _PARENT_AND_GROUP.match(text):
            yield int(entry.name), (int(found[1]), int(found[2]))


def _sockets(pid: int) -> Iterator[int]:
    """The inodes of the sockets that it has open."""
    for descriptor in _entries(f"{_PROC}/{pid}/fd"):
        with contextlib.suppress(OSError):  # closed meanwhile
            found = descriptor.stat()
            if stat.S_ISSOCK(found.st_mode):
                yield found.st_ino


def _entries(folder: str) -> list[os.DirEntry[str]]:
    """What is in a folder of the system's; nothing when it is gone, or not ours to look at."""
    try:
        with os.scandir(folder) as entries:
            return list(entries)
    except OSError:
        return []


def _held_elsewhere(local: Address, peer: Address, group: int) -> bool:
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
