"""What Node prints about its inspector, on standard error and past the author's code.

As nodejs/node has it in `src/inspector_socket_server.cc`, `src/inspector_io.cc` and
`src/inspector_agent.cc`; its own `node inspect` reads the address from there, too.
"""

from __future__ import annotations

import re
from typing import Final, NamedTuple

_LISTENING: Final = re.compile(r"Debugger listening on ws://(127\.0\.0\.1|\[::1\]):(\d+)(/\S+)$")
_WAITING: Final = "Waiting for the debugger to disconnect..."
_OTHERS: Final = re.compile(
    r"Debugger (?:listening|ending) on ws://\S+$|Debugger attached\.$"
    r"|For help, see: https://nodejs\.org/\S+$|Starting inspector on \S+ failed: "
)


class Address(NamedTuple):
    """Where a process's inspector listens."""

    host: str
    port: int
    path: str


def address_in(line: str) -> Address | None:
    """The address that a line announces; loopback only."""
    match = _LISTENING.match(line)
    return Address(match[1].strip("[]"), int(match[2]), match[3]) if match else None


def waits_for_the_end(line: str) -> bool:
    """Whether the process has ended, but for the debuggers that are attached."""
    return line == _WAITING


def is_about_the_inspector(line: str) -> bool:
    """Whether it is no line of the author's."""
    return line == _WAITING or _OTHERS.match(line) is not None
