"""What the process as a whole is to the function: environment, directory, start and end."""

from __future__ import annotations

import _thread
import atexit
import os
import select
import sys
import time

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import NoReturn

    from polyfn_runner.channel import Channel
    from polyfn_runner.frames import FrameReader

FRAME_FDS = "POLYFN_FRAME_FDS"
EXIT_VIOLATION = 70
_A_WHILE_MS = 1000


def take_frame_fds() -> tuple[int, int]:
    """The file descriptors to read and to write frames on; the function will not see them named."""
    named = os.environ.pop(FRAME_FDS, "")
    read, comma, write = named.partition(",")
    if not comma:
        give_up(f"{FRAME_FDS} is not set: polyfn starts this program, it is not to be run by hand")
    fds = int(read), int(write)
    for fd in fds:
        os.set_inheritable(fd, False)
    return fds


def become(env: Mapping[str, str], cwd: str) -> None:
    """Replace the environment by the function's, and go to its directory."""
    os.environ.clear()
    os.environ.update(env)
    time.tzset()
    os.chdir(cwd)
    if env.get("PYTHONDONTWRITEBYTECODE"):
        sys.dont_write_bytecode = True


def end_with_supervisor(fd: int, after_a_while: Callable[[], None]) -> None:
    """Exit as soon as the frame input's other end is closed, whatever the function is doing.

    Args:
        after_a_while: Called once in the thread that waits for it, `_A_WHILE_MS` from now.

    A thread waits for nothing but the hang-up, so that frames do not wake it: reading them in the
    thread that runs the handler saves a hand-over of 10 to 20 microseconds in every invocation.
    """
    _thread.start_new_thread(_exit_at_hangup, (fd, after_a_while))


def isolate_forks(reader: FrameReader, channel: Channel) -> None:
    """Keep children that the function forks without exec away from the frames."""
    os.register_at_fork(after_in_child=lambda: channel.cut_off_child(reader.fd))


def leave(code: int) -> NoReturn:
    """End the process in order: what was registered with `atexit` runs.

    Threads that the function left behind are not waited for, as they might never end.
    """
    try:
        atexit._run_exitfuncs()  # noqa: SLF001 - the interpreter's own end would join the threads
    finally:
        for stream in (sys.stdout, sys.stderr, sys.__stdout__, sys.__stderr__):
            _flush(stream)
        os._exit(code)


def give_up(reason: str) -> NoReturn:
    """End the process because the supervisor's words make no sense."""
    os.write(2, f"polyfn: the Python runner gives up: {reason}\n".encode("utf-8", "replace"))
    os._exit(EXIT_VIOLATION)


def _exit_at_hangup(fd: int, after_a_while: Callable[[], None]) -> None:
    poller = select.poll()
    poller.register(fd, 0)
    patience_ms: int | None = _A_WHILE_MS
    while True:
        happened = poller.poll(patience_ms)
        if not happened:
            patience_ms = None
            after_a_while()
        for _, events in happened:
            if events & (select.POLLHUP | select.POLLERR):
                os._exit(0)
            if events:  # closed by the function itself: the next read will tell
                return


def _flush(stream: object) -> None:
    try:
        stream.flush()  # type: ignore[attr-defined]
    except (AttributeError, OSError, ValueError):
        return  # closed, or replaced by something that is no stream
