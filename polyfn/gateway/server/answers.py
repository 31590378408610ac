"""Whole responses as the bytes that go over the wire."""

from __future__ import annotations

from typing import TYPE_CHECKING

from uvicorn.protocols.http.httptools_impl import STATUS_LINE

from polyfn.gateway.errors import error_reply
from polyfn.gateway.responses import Reply
from polyfn.gateway.stamp import Clock

if TYPE_CHECKING:
    from polyfn.errors import PolyfnError


def as_bytes(reply: Reply, *, method: str, keep_alive: bool) -> bytes:
    """A whole response as it goes over the wire."""
    parts = [STATUS_LINE[reply.status]]
    parts += [b"%b: %b\r\n" % header for header in reply.headers]
    if not keep_alive:
        parts.append(b"connection: close\r\n")
    parts.append(b"\r\n")
    if method != "HEAD":
        parts.append(reply.body)
    return b"".join(parts)


def refusal_as_bytes(error: PolyfnError) -> bytes:
    """The answer to what never became a request; it is the connection's last."""
    clock = Clock()
    request_id = clock.stamp().request_id
    answer = error_reply(error, request_id=request_id)
    headers = [
        *answer.headers,
        (b"x-nf-request-id", request_id.encode()),
        (b"date", clock.http_date()),
    ]
    refusal = Reply(answer.status, headers, answer.body)
    return as_bytes(refusal, method="", keep_alive=False)
