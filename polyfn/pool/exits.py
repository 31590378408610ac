"""What to say of a process that has ended."""

from __future__ import annotations

import signal

from polyfn.errors import InstanceDied, LoadFailed


def describe(code: int) -> str:
    """An exit code in words: ``exited with status 3``, ``was killed by SIGSEGV``."""
    if code >= 0:
        return f"exited with status {code}"
    try:
        return f"was killed by {signal.Signals(-code).name}"
    except ValueError:
        return f"was killed by signal {-code}"


def died_in_invocation(function: str, code: int, last_words: tuple[str, ...]) -> InstanceDied:
    """The error for a call whose process ended before it answered."""
    hint = (
        "Its last lines are in the trace."
        if last_words
        else "It printed nothing; return a response instead of ending the process."
    )
    return InstanceDied(
        f"Function {function!r} {describe(code)} before it answered. {hint}", trace=last_words
    )


def died_while_loading(function: str, code: int, last_words: tuple[str, ...]) -> LoadFailed:
    """The error for a process that ended before it was ready."""
    return LoadFailed(
        f"Function {function!r} {describe(code)} while it was loading, before it was called.",
        trace=last_words,
        type_="Runtime.ExitError",
    )
