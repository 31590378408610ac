"""A request for a function → the invocation that is delivered, and how long it may take."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from polyfn.gateway import events, scheduled
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


class Draft(NamedTuple):
    """An invocation without what is one request's own."""

    function: str
    event: events.Draft
    timeout_s: float
    want: Want
    client_context: bytes | None


def build(
    request: Request, body: bytes, match: Match, stamp: Stamp, *, site: Site, limits: Limits
) -> Invocation:
    """Build what is delivered."""
    if match.function.kind is Kind.SCHEDULED:
        request, body = scheduled.as_clockwork(request, body, match.function, stamp)
    return finish(draft(request, match, site=site, limits=limits), body, stamp)


def draft(request: Request, match: Match, *, site: Site, limits: Limits) -> Draft:
    """Write down what a request's head says.

    A function that nobody waits for gets no client context, as with the Netlify CLI
    (src/lib/functions/server.ts), and its result is not read as HTTP.
    """
    function = match.function
    waited = waited_for(function)
    authorization = request.headers.get("authorization") if waited else None
    return Draft(
        function.name,
        events.draft(request, match, site),
        time_limit_s(function, limits),
        Want.HTTP if waited else Want.VALUE,
        client_context(authorization, f"{request.scheme}://{request.host}"),
    )


def finish(begun: Draft, body: bytes, stamp: Stamp) -> Invocation:
    """Put into a draft what is the request's own."""
    name, event, timeout_s, want, context = begun
    text, body, kind = events.finish(event, body, stamp)
    return Invocation(name, stamp.request_id, text, timeout_s, body, kind, want, context)


def _in_background(function: Function) -> bool:
    """An event function may be one that runs in the background: ``deploy-succeeded-background``."""
    return function.config.background or function.name.endswith("-background")
