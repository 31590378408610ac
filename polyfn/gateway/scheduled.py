"""A call of a scheduled function, made what Netlify's scheduler would send.

So does the Netlify CLI with every call of one (src/lib/functions/server.ts): in production nobody
else can call it, and its handler may count on the body.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import orjson

from polyfn.jobs.cron import next_run_text

if TYPE_CHECKING:
    from polyfn.gateway.request import Request
    from polyfn.gateway.stamp import Stamp
    from polyfn.model import Function

_HEADERS: Final = {
    "content-type": "application/json",
    "user-agent": "Netlify Clockwork",
    "x-nf-event": "schedule",
}


def as_clockwork(
    request: Request, body: bytes, function: Function, stamp: Stamp
) -> tuple[Request, bytes]:
    """Make it a POST with the next run in its body; a body that was sent is left as it is."""
    headers = {**request.headers, **_HEADERS}
    many = {**request.multi_headers, **{name: [value] for name, value in _HEADERS.items()}}
    sent = request._replace(method="POST", headers=headers, multi_headers=many)
    if body:
        return sent, body
    next_run = next_run_text(function.config.schedule or "", stamp.epoch_ms)
    return sent, orjson.dumps({"next_run": next_run})
