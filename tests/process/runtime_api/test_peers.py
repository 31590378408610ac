"""Whose a connection is, asked of real processes with real sockets."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from polyfn.runtime_api import sockets
from polyfn.runtime_api.peers import belongs

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="only Linux says whose sockets are")

_CONNECTS = """
import socket, sys
own = socket.create_connection(("127.0.0.1", int(sys.argv[1])))
sys.stdin.read()
"""
_CONNECTS_BY_IPV6 = """
import socket, sys
own = socket.socket(socket.AF_INET6)
own.connect(("::ffff:127.0.0.1", int(sys.argv[1])))
sys.stdin.read()
"""
_BY_A_CHILD = """
import subprocess, sys
subprocess.run([sys.executable, "-c", sys.argv[2], sys.argv[1]])
"""
_BY_A_CHILD_IN_ANOTHER_SESSION = """
import subprocess, sys
subprocess.run([sys.executable, "-c", sys.argv[2], sys.argv[1]], start_new_session=True)
"""
_BY_AN_ORPHAN = """
import os, sys
if os.fork() == 0:
    if os.fork() == 0:
        exec(sys.argv[2])
    os._exit(0)
os.wait()
sys.stdin.read()
"""


@contextmanager
def _connected(program: str) -> Iterator[tuple[tuple[str, int], tuple[str, int], int]]:
    """Our end and the other one of what a program connects, and the program's group."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        listening.settimeout(20)
        port = str(listening.getsockname()[1])
        with subprocess.Popen(
            [sys.executable, "-c", program, port, _CONNECTS],
            stdin=subprocess.PIPE,
            process_group=0,
        ) as child:
            ours, _ = listening.accept()
            with ours:
                yield ours.getsockname(), ours.getpeername(), child.pid
                assert child.stdin is not None
                child.stdin.close()


@pytest.mark.parametrize(
    "program",
    [
        _CONNECTS,
        _CONNECTS_BY_IPV6,
        _BY_A_CHILD,
        _BY_A_CHILD_IN_ANOTHER_SESSION,
        _BY_AN_ORPHAN,
    ],
    ids=["itself", "by IPv6", "a child", "a child in a session of its own", "an orphan"],
)
def test_a_connection_of_a_programs_process_is_the_programs(program: str) -> None:
    with _connected(program) as (local, peer, group), _connected(_CONNECTS) as (_, _, another):
        assert belongs(local, peer, group)
        assert not belongs(local, peer, another)


def test_a_connection_of_another_process_is_not_the_programs() -> None:
    with (
        _connected(_CONNECTS) as (local, _, group),
        socket.create_server(("127.0.0.1", 0)) as listening,
        socket.create_connection(listening.getsockname()) as stranger,
    ):
        assert not belongs(listening.getsockname(), stranger.getsockname(), group)
        assert not belongs(local, stranger.getsockname(), group)


def test_a_connection_that_its_process_has_closed_is_nobodys() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        own = socket.create_connection(listening.getsockname())
        ends = (own.getpeername(), own.getsockname())
        own.close()
        assert not belongs(*ends, os.getpgrp())


def test_the_table_of_all_sockets_agrees_with_what_the_kernel_answers() -> None:
    with (
        socket.create_server(("127.0.0.1", 0)) as listening,
        socket.create_connection(listening.getsockname()) as own,
    ):
        near, far = own.getsockname(), own.getpeername()
        with Path("/proc/net/tcp").open(encoding="ascii") as lines:
            assert sockets.in_table(lines, near, far) == os.fstat(own.fileno()).st_ino
        assert sockets.inode(near, far) == os.fstat(own.fileno()).st_ino
        assert sockets.are_told()
