"""Requests that no `Request` can stand for: a modern function is not called with them.

Fetch has no methods by which a client reaches through a server or sees its own request come back
(fetch.spec.whatwg.org, "forbidden method"), and its URLs need a host that is one.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from polyfn.errors import MalformedRequest, MethodNotAllowed

if TYPE_CHECKING:
    from polyfn.gateway.request import Request

_FORBIDDEN: Final = frozenset({"CONNECT", "TRACE", "TRACK"})
_USUAL: Final = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
_HOST: Final = re.compile(r"(\[[0-9A-Fa-f:.]+\]|[^\x00-\x20\"#%/:<>?@\[\\\]^`{|}\x7f]+)(:\d{0,5})?")
_LONGEST_QUOTE: Final = 100


def check(request: Request) -> None:
    """See that a `Request` can be made of it.

    Raises:
        MethodNotAllowed: Not with this method.
        MalformedRequest: Not with this ``host``.
    """
    if request.method in _FORBIDDEN:
        raise MethodNotAllowed(
            f"A Request → Response function cannot be called with {request.method}.", allow=_USUAL
        )
    if not _HOST.fullmatch(request.host):
        raise MalformedRequest(
            f"The request's `host` header names no host: {request.host[:_LONGEST_QUOTE]!r}."
        )
