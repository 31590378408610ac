"""What to say of a process that has ended."""

from __future__ import annotations

import signal
from typing import TYPE_CHECKING, Final

from polyfn.errors import InstanceDied, LoadFailed

if TYPE_CHECKING:
    from polyfn.model import LastWords

_RUNNER_STOPPED: Final = 70
"""A runner that cannot go on says why on fd 2, and exits like that (runners/PROTOCOL.md §2)."""
_BY_RUNNER: Final = "polyfn"
_CALLED: Final = "before it answered"
_LOADING: Final = "while it was loading"
_TRACE: Final = "Its last lines are in the trace."
_RETURN: Final = "A handler is to return a response instead of ending the process."
_NO_MEMORY: Final = "The system does that when memory runs out."
_CRASH: Final = "A native module does that, or a call such as abort()."
_TOP_LEVEL: Final = "The top level of a module must not end the process."


def describe(code: int) -> str:
    """An exit code in words: ``exited with status 3``, ``was killed by SIGSEGV``."""
    if code >= 0:
        return f"exited with status {code}"
    try:
        return f"was killed by {signal.Signals(-code).name}"
    except ValueError:
        return f"was killed by signal {-code}"


def died_in_invocation(function: str, code: int, words: LastWords) -> InstanceDied:
    """The error for a call whose process ended before it answered."""
    return InstanceDied(_told(function, code, words, _CALLED), trace=words.trace)


def died_while_loading(function: str, code: int, words: LastWords) -> LoadFailed:
    """The error for a process that ended before it was ready."""
    message = _told(function, code, words, _LOADING)
    return LoadFailed(message, trace=words.trace, type_="Runtime.ExitError")


def died_uncalled(function: str, code: int) -> str:
    """The log's word on a process that ended between two calls."""
    return (
        f"Function {function!r} {describe(code)} while it was not called: something that a call "
        "had left running did that. The next call gets a fresh process."
    )


def failed_late(function: str) -> str:
    """The log's word on an error after the answer that ends the process."""
    return (
        f"Function {function!r} failed after it had answered, and its process ends: await what a "
        "call begins before it answers. The next call gets a fresh process."
    )


def _told(function: str, code: int, words: LastWords, when: str) -> str:
    if words.reason:
        return f"Function {function!r} {words.reason} {words.advice}".rstrip()
    told = f"Function {function!r} {describe(code)} {when}"
    if code == _RUNNER_STOPPED and words.trace and words.trace[-1].startswith(_BY_RUNNER):
        return f"{told}: {words.trace[-1]}"
    hint = _hint(code, when)
    return f"{told}. {hint} {_TRACE}" if words.trace else f"{told}. {hint}"


def _hint(code: int, when: str) -> str:
    if code == -signal.SIGKILL:
        return _NO_MEMORY
    if code < 0:
        return _CRASH
    return _TOP_LEVEL if when == _LOADING else _RETURN
