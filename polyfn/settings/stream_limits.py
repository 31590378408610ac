"""What a function's stream may take: what it was given, else what all streams have."""

from __future__ import annotations

from typing import TYPE_CHECKING

from polyfn.model import Api, Kind

if TYPE_CHECKING:
    from polyfn.model import Function
    from polyfn.settings.values import Limits


def stream_timeout_s(function: Function, limits: Limits) -> float | None:
    """How long a call of it may take once its answer is a stream.

    Returns:
        Seconds from the call's start; 0 is no limit; ``None``: the limit of any call of it, as
        for modern functions, all of whose answers may be streams, and where nobody waits.
    """
    if function.config.stream_timeout_s is not None:
        return function.config.stream_timeout_s
    if function.api is Api.MODERN or function.kind is not Kind.SYNC:
        return None
    return limits.stream_timeout_s


def stream_max_bytes(function: Function | None, limits: Limits) -> int:
    """How long its stream may be; 0 is no limit."""
    given = function.config.stream_max_bytes if function is not None else None
    return limits.stream_max_bytes if given is None else given
