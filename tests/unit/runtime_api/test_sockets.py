"""What Linux tells of sockets: the questions, the answers, and the tables, as bytes and text."""

from __future__ import annotations

import struct
import sys

import pytest

from polyfn.runtime_api import sockets

pytestmark = pytest.mark.skipif(
    sys.byteorder != "little", reason="the tables below are of a little-endian machine"
)

_NEAR = ("127.0.0.1", 0xC3A2)
_FAR = ("127.0.0.1", 0x2290)
_TABLE = """\
  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 0100007F:2290 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 11 1 0
   1: 0100007F:2290 0100007F:C3A2 01 00000000:00000000 00:00000000 00000000     0        0 22 1 0
   2: 0200007F:C3A2 0100007F:2290 01 00000000:00000000 00:00000000 00000000     0        0 33 1 0
   3: 0100007F:C3A2 0100007F:2290 01 00000000:00000000 00:00000000 00000000  1000        0 44 1 0
"""
_TABLE_6 = """\
  sl  local_address                         remote_address                        st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 00000000000000000000000001000000:C3A2 00000000000000000000000001000000:2290 01 00000000:00000000 00:00000000 00000000     0        0 55 1 0
   1: 0000000000000000FFFF00000100007F:C3A2 0000000000000000FFFF00000100007F:2290 01 00000000:00000000 00:00000000 00000000     0        0 66 1 0
"""  # noqa: E501  # the kernel's own lines


def test_a_socket_is_asked_for_by_both_of_its_ends() -> None:
    assert sockets.question(_NEAR, _FAR) == b"".join(
        (
            struct.pack("=IHHII", 72, 20, 1, 1, 0),  # nlmsghdr: length, type, flags, sequence, pid
            bytes([2, 6, 0, 0]) + b"\xff" * 4,  # IPv4, TCP, in whatever state
            b"\xc3\xa2\x22\x90",
            bytes([127, 0, 0, 1]) + bytes(12),
            bytes([127, 0, 0, 1]) + bytes(12),
            bytes(4) + b"\xff" * 8,  # any interface, no cookie
        )
    )


def _answer(inode: int, kind: int = 20) -> bytes:
    return struct.pack("=IHHII", 88, kind, 0, 1, 0) + bytes(68) + struct.pack("=I", inode)


def test_the_answer_has_the_inode_at_its_end() -> None:
    assert sockets.answered(_answer(123_456)) == 123_456


def test_a_socket_that_no_process_holds_has_no_inode() -> None:
    assert sockets.answered(_answer(0)) is None


def test_an_error_is_no_inode() -> None:
    no_such_entry = struct.pack("=IHHIIi", 36, 2, 0, 1, 0, -2) + bytes(72)
    assert sockets.answered(no_such_entry) is None


def test_the_table_is_searched_for_both_ends() -> None:
    assert sockets.in_table(_TABLE.splitlines(), _NEAR, _FAR) == 44
    assert sockets.in_table(_TABLE.splitlines(), _FAR, _NEAR) == 22


def test_the_table_of_ipv6_has_ipv4_in_the_last_word() -> None:
    assert sockets.in_table(_TABLE_6.splitlines(), _NEAR, _FAR) == 66


def test_what_is_in_no_table_is_not_found() -> None:
    assert sockets.in_table(_TABLE.splitlines(), ("127.0.0.1", 1), _FAR) is None
    assert sockets.in_table([], _NEAR, _FAR) is None


def test_an_orphan_in_the_table_has_no_inode() -> None:
    assert sockets.in_table([_TABLE.splitlines()[4].replace("44", "0")], _NEAR, _FAR) is None
