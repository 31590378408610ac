"""Until when a call may take that has begun to answer; in the event loop's time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from polyfn.model import Api

if TYPE_CHECKING:
    from polyfn.model import Function
    from polyfn.pool.calls import Call

# A runner that was told CANCEL and does not end its writer is killed.
_CANCEL_GRACE_S: Final = 10.0


def of_stream(call: Call, function: Function, stream_timeout_s: float, now: float) -> float | None:
    """When a stream must have ended; ``None``: it may go on for ever.

    A modern function may always stream, and has the whole time of a call for it.
    """
    if function.api is Api.MODERN:
        return of_call(call)
    return max(call.began + stream_timeout_s, now) if stream_timeout_s else None


def of_cancelled(now: float) -> float:
    """When a stream must have ended that nobody reads any more."""
    return now + _CANCEL_GRACE_S


def of_call(call: Call) -> float:
    """When all must be done that a call began, also what goes on after its answer."""
    return call.began + call.invocation.timeout_s
