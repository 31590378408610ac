"""What to say of a process that has ended, or that is ended."""

from __future__ import annotations

import signal
from typing import TYPE_CHECKING, Final

from polyfn.errors import (
    InitTimedOut,
    InstanceDied,
    LoadFailed,
    ProtocolViolation,
    TimedOut,
    Unavailable,
)

if TYPE_CHECKING:
    from polyfn.model import LastWords

_RUNNER_STOPPED: Final = 70
"""A runner that cannot go on says why on fd 2, and exits like that (runners/PROTOCOL.md §2)."""
_BY_RUNNER: Final = "polyfn"
_LAST_LINES: Final = 30
_CALLED: Final = "before it answered"
_LOADING: Final = "while it was loading"
_TRACE: Final = "Its last lines are in the trace."
_RETURN: Final = "A handler is to return a response instead of ending the process."
_NO_MEMORY: Final = "The system does that when memory runs out."
_CRASH: Final = "A native module does that, or a call such as abort()."
_UNHEARD: Final = (
    "Its runner does that when it cannot go on: close only descriptors that you have opened."
)
_TOP_LEVEL: Final = "The top level of a module must not end the process."


class NeverBegun(InstanceDied):
    """The process died without having read the event: another one may be given it."""


class NeverLoaded(LoadFailed):
    """The process died without having read what to load: another one may be given it.

    One that is killed may still take it from the pipe, and then does nothing with it.
    """


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
    return InstanceDied(_told(function, code, words, _CALLED), trace=_shown(words))


def died_in_stream(function: str, code: int, words: LastWords) -> InstanceDied:
    """The error for a call whose process ended when its answer had begun."""
    return InstanceDied(_told(function, code, words, "amid its stream"), trace=_shown(words))


def died_unread(function: str, code: int, words: LastWords) -> NeverBegun:
    """The error for a call whose process ended before it had read the event."""
    return NeverBegun(_told(function, code, words, "before it was called"), trace=_shown(words))


def died_while_loading(
    function: str, code: int, words: LastWords, *, unread: bool = False
) -> LoadFailed | NeverLoaded:
    """The error for a process that ended before it was ready.

    Args:
        unread: Whether it may not have read what to load.
    """
    message = _told(function, code, words, _LOADING)
    kind = NeverLoaded if unread else LoadFailed
    return kind(message, trace=_shown(words), type_="Runtime.ExitError")


def not_ready(
    function: str, what: str, limit_s: float, main_file: str, words: tuple[str, ...]
) -> InitTimedOut:
    """The error for a process that did not ``start``, or did not ``load``, in time."""
    return InitTimedOut(
        f"Function {function!r} did not {what} within {limit_s:g} s ({main_file}). "
        "Move slow work out of the module's top level.",
        trace=words,
    )


def waited_in_vain(function: str) -> Unavailable:
    """The error for a process that waited for a debugger, and none will come."""
    return Unavailable(f"Function {function!r} waited for a debugger, and polyfn stops.")


def died_uncalled(function: str, code: int) -> str:
    """The log's word on a process that ended between two calls."""
    return (
        f"Function {function!r} {describe(code)} while it was not called: something that a call "
        "had left running did that. The next call gets a fresh process."
    )


def died_held(function: str, code: int) -> str:
    """The log's word on a process that ended between its answer and the end of its work."""
    return (
        f"Function {function!r} {describe(code)} before all was done that it does after its "
        "answer: what it has given to waitUntil, or the rest of a handler whose stream has ended; "
        "a program that asks for its invocations by itself is to ask for the next one. "
        "The next call gets a fresh process."
    )


def timed_out(function: str, run_s: float) -> TimedOut:
    """The error for a call that is stopped at its time limit."""
    return TimedOut(
        f"Function {function!r} was stopped after {run_s:.2f} s, its time limit. "
        "Set `timeout` for it, or make it a background function."
    )


def stream_timed_out(function: str, run_s: float) -> TimedOut:
    """The error for a stream that is cut at its time limit."""
    return TimedOut(
        f"Function {function!r} had run for {run_s:.2f} s, the time limit of a stream: it was cut. "
        f"{_raise('stream_timeout')}"
    )


def unread_timed_out(function: str, run_s: float) -> TimedOut:
    """The error for a function that does not end when its client has left."""
    return TimedOut(
        f"Function {function!r} went on when the client of its stream had left, and was stopped "
        f"after {run_s:.2f} s. End what writes when the stream is closed: the process can then be "
        "used again."
    )


def timed_out_held(function: str) -> str:
    """The log's word on work after the answer that is stopped at the call's time limit."""
    return (
        f"Function {function!r} was stopped at its time limit, before all was done that it does "
        "after its answer: what it has given to waitUntil, or the rest of a handler whose stream "
        "has ended. Set `timeout` for it, or make it a background function."
    )


def broke_protocol(function: str, violation: ProtocolViolation) -> ProtocolViolation:
    """The error for a call whose process wrote what the protocol does not allow."""
    return ProtocolViolation(
        f"Function {function!r} broke the runner protocol: {violation.message}. "
        "Its instance was killed; does it write to descriptors it does not own?"
    )


def went_mute(function: str) -> InstanceDied:
    """The error for a call whose process runs on, and can say nothing any more."""
    return InstanceDied(
        f"Function {function!r} lived on before it answered, but the descriptor by which it does "
        "was closed: it was ended. Close only what you have opened; and do not become another "
        "program (exec), but start that as a child."
    )


def failed_late(function: str) -> str:
    """The log's word on an error after the answer that ends the process."""
    return (
        f"Function {function!r} failed after it had answered, and its process ends: await what a "
        "call begins before it answers. The next call gets a fresh process."
    )


def _raise(key: str) -> str:
    return f"Set `{key}` for it, or under [limits] for all streams, in polyfn.toml; 0 is no limit."


def _shown(words: LastWords) -> tuple[str, ...]:
    return words.trace if words.how else words.trace[-_LAST_LINES:]


def _told(function: str, code: int, words: LastWords, when: str) -> str:
    if words.how:
        return f"Function {function!r} {words.how} {when}: {words.why}\n{words.advice}".rstrip()
    told = f"Function {function!r} {describe(code)} {when}"
    if code == _RUNNER_STOPPED and words.trace and words.trace[-1].startswith(_BY_RUNNER):
        return f"{told}: {words.trace[-1]}"
    hint = _UNHEARD if code == _RUNNER_STOPPED and not words.trace else _hint(code, when)
    if hint == _TOP_LEVEL and words.advice:
        hint = words.advice
    return f"{told}. {hint} {_TRACE}" if words.trace else f"{told}. {hint}"


def _hint(code: int, when: str) -> str:
    if code == -signal.SIGKILL:
        return _NO_MEMORY
    if code < 0:
        return _CRASH
    return _TOP_LEVEL if when == _LOADING else _RETURN
