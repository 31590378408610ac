"""On-demand builders: what answers at their own place must be one (netlify/cli, `server.ts`).

Nothing is cached: each request calls the function.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import orjson

from polyfn.errors import InvalidFunction
from polyfn.gateway.router import BUILDERS, PREFIX
from polyfn.model import Value, Want

if TYPE_CHECKING:
    from polyfn.model import Invocation, Result

_METHODS: Final = ("GET", "HEAD")


def is_asked(path: str) -> bool:
    """Whether a request is for a builder."""
    return path.startswith(BUILDERS)


def asked(invocation: Invocation) -> Invocation:
    """Ask for the handler's value: the mark of a builder is no part of an HTTP response."""
    return invocation._replace(want=Want.VALUE)


def check(result: Result, method: str, function: str) -> None:
    """Refuse what is not marked by ``builder()``, which marks nothing but reading requests.

    Raises:
        InvalidFunction: Another function answered.
    """
    if method not in _METHODS or (isinstance(result, Value) and _is_marked(result.json)):
        return
    raise InvalidFunction(
        f"Function {function!r} is no on-demand builder: wrap its handler in builder() of "
        f"@netlify/functions, or call it at {PREFIX}{function}."
    )


def _is_marked(value: bytes) -> bool:
    try:
        answer = orjson.loads(value)
    except orjson.JSONDecodeError:
        return False
    metadata = answer.get("metadata") if isinstance(answer, dict) else None
    return isinstance(metadata, dict) and bool(metadata.get("builder_function"))
