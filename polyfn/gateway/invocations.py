"""A request for a function → the invocation that is delivered, and how long it may take."""

from __future__ import annotations

from typing import TYPE_CHECKING

from polyfn.gateway import events
from polyfn.gateway.identity import client_context
from polyfn.model import Invocation, Kind, Want

if TYPE_CHECKING:
    from polyfn.gateway.request import Request
    from polyfn.gateway.router import Match
    from polyfn.gateway.site import Site
    from polyfn.gateway.stamp import Stamp
    from polyfn.model import Function
    from polyfn.settings.values import Limits


def waited_for(function: Function) -> bool:
    """Whether its caller gets the handler's answer, not a 202."""
    return function.kind is Kind.SYNC


def time_limit_s(function: Function, limits: Limits) -> float:
    """How long a call of it may take: what it was given, else what its kind has."""
    if function.config.timeout_s is not None:
        return function.config.timeout_s
    if function.kind is Kind.SCHEDULED:
        return limits.scheduled_timeout_s
    if function.kind is Kind.BACKGROUND or _in_background(function):
        return limits.background_timeout_s
    return limits.timeout_s


def max_body_bytes(function: Function, limits: Limits) -> int:
    """How large a body it takes."""
    return limits.max_request_bytes if waited_for(function) else limits.max_background_bytes


def build(
    request: Request, body: bytes, match: Match, stamp: Stamp, *, site: Site, limits: Limits
) -> Invocation:
    """Build what is delivered.

    A function that nobody waits for gets no client context, as with the Netlify CLI
    (src/lib/functions/server.ts), and its result is not read as HTTP.
    """
    function = match.function
    payload = events.build(request, body, match, stamp, site)
    waited = waited_for(function)
    authorization = request.headers.get("authorization") if waited else None
    return Invocation(
        function=function.name,
        request_id=stamp.request_id,
        event=payload.event,
        timeout_s=time_limit_s(function, limits),
        body=payload.body,
        body_kind=payload.kind,
        want=Want.HTTP if waited else Want.VALUE,
        client_context=client_context(authorization, f"{request.scheme}://{request.host}"),
    )


def _in_background(function: Function) -> bool:
    """An event function may be one that runs in the background: ``deploy-succeeded-background``."""
    return function.config.background or function.name.endswith("-background")
