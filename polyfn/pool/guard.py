"""Runs as a process of its own and outlives polyfn, to end what polyfn cannot end any more.

Its standard input is a pipe from the supervisor: ``+PID`` when a process group is started,
``-PID`` when it is gone. At the end of that pipe, however the supervisor ended, what is left is
killed. It is started by path, with nothing but the standard library, so it is small and quick.
"""

from __future__ import annotations

import contextlib
import os
import signal


def main() -> None:
    """Keep the list until the pipe ends, then kill what is on it."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    groups: set[int] = set()
    rest = b""
    while data := os.read(0, 65536):
        *lines, rest = (rest + data).split(b"\n")
        for line in lines:
            group = int(line[1:])
            (groups.add if line.startswith(b"+") else groups.discard)(group)
    for group in groups:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(group, signal.SIGKILL)


if __name__ == "__main__":
    main()
