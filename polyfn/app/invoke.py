"""Calling one function: through the server that runs, else in this process.

Both ways carry the same HTTP request, so a function cannot tell them apart; a raw event goes to
`polyfn.gateway.admin` either way.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import orjson

from polyfn.app.calls import HttpRequest
from polyfn.app.listing import find_function
from polyfn.app.payloads import body_of
from polyfn.discover.routes import compile_route
from polyfn.errors import InvalidFunction, UsageError
from polyfn.gateway import presence

if TYPE_CHECKING:
    from polyfn.app.calls import Call, Listener, Outcome
    from polyfn.model import Function
    from polyfn.pool.inspector.wish import Inspect
    from polyfn.settings import Settings


def invoke(
    settings: Settings,
    call: Call,
    listener: Listener,
    *,
    patience_s: float | None = None,
    inspect: Inspect | None = None,
) -> Outcome:
    """Send it, and tell what comes back.

    Args:
        patience_s: How long to wait for each part of a server's answer; ``None``: for ever.
        inspect: The function, if a debugger is to attach to it.

    Raises:
        UnknownFunction: There is no such function.
        UsageError: A server runs, and a debugger is to attach.
        PolyfnError: It could not be sent, or the answer was cut.
    """
    function = _callable(settings, call.function)
    request = _request(function, call, settings)
    running = presence.find(settings.state_dir)
    # Each way imports what the other has no use for: an HTTP client, or half of polyfn.
    if running is not None:
        if inspect is not None:
            raise UsageError(
                f"A server runs for this project (pid {running.pid}): a debugger attaches there. "
                f"Start it with --inspect-brk={call.function}, or stop it."
            )
        from polyfn.app.through_server import call_through_server  # noqa: PLC0415

        return call_through_server(running, request, listener, patience_s)
    from polyfn.app.in_process import call_in_process  # noqa: PLC0415
    from polyfn.app.loop import run  # noqa: PLC0415

    return run(call_in_process(settings, request, listener, inspect))


def _callable(settings: Settings, name: str) -> Function:
    function = find_function(settings, name)
    if function.problem is not None:
        raise InvalidFunction(f"Function {name!r} cannot be called: {function.problem}")
    return function


def _request(function: Function, call: Call, settings: Settings) -> HttpRequest:
    if call.event is not None:
        from polyfn.gateway import admin  # noqa: PLC0415 - a raw event is rare

        return HttpRequest(
            method="POST",
            path=f"{admin.INVOKE}{function.name}",
            query="",
            headers=call.headers,
            body=call.event,
            admin=True,
        )
    body = call.body
    if call.payload is not None:
        body = body_of(function, orjson.loads(call.payload), settings)
    return HttpRequest(
        method=call.method,
        path=call.path or _own_path(function),
        query=call.query,
        headers=call.headers,
        body=body,
        admin=False,
    )


def _own_path(function: Function) -> str:
    """The function's URL: a function with routes answers only on those."""
    routes = function.config.routes
    if not routes:
        return function.url_path
    literal = [route for route in routes if compile_route(route).is_literal]
    if not literal:
        raise UsageError(
            f"Function {function.name!r} answers on {', '.join(routes)}: choose with --path."
        )
    return literal[0]
