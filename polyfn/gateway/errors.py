"""An error → the response that tells it: JSON, or a page for a browser."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import orjson

from polyfn.errors import (
    FunctionError,
    InvalidFunction,
    MethodNotAllowed,
    PolyfnError,
    ProtocolViolation,
    ResponseTooLarge,
    Throttled,
    ToolchainMissing,
)
from polyfn.gateway.responses import RawHeaders, Reply

if TYPE_CHECKING:
    from polyfn.model import Function

NETLIFY_DEV: Final = "netlify-dev"
"""The ``compat`` under which polyfn answers 500 where the Netlify CLI does."""
# What the CLI's `handleErr` answers (src/lib/functions/synchronous.ts): whatever a function, its
# build or its response did wrong. It knows neither names that it refuses there nor a size limit.
_CLI_500: Final = (FunctionError, ToolchainMissing, ProtocolViolation)
_NOT_CLI_500: Final = (InvalidFunction, ResponseTooLarge)


def status_of(error: PolyfnError, compat: str | None = None) -> int:
    """The HTTP status of an error."""
    if (
        compat == NETLIFY_DEV
        and isinstance(error, _CLI_500)
        and not isinstance(error, _NOT_CLI_500)
    ):
        return 500
    return error.status


def error_reply(
    error: PolyfnError,
    *,
    request_id: str,
    accept: str = "",
    compat: str | None = None,
    function: Function | None = None,
) -> Reply:
    """Tell a client what went wrong.

    Args:
        accept: The request's ``accept`` header; a browser's gets a page.
        function: Who failed, where that is known; a page quotes its source.
    """
    status = status_of(error, compat)
    headers = _extra_headers(error)
    if "text/html" in accept:
        from polyfn.gateway import page  # noqa: PLC0415 - 3 ms that no start should wait for

        body = page.render(error, status, request_id, function).encode("utf-8", "replace")
        headers.append((b"content-type", b"text/html; charset=utf-8"))
        headers.append((b"content-security-policy", page.CONTENT_SECURITY_POLICY))
    else:
        body = _json(error, request_id)
        headers.append((b"content-type", b"application/json"))
    headers.append((b"content-length", b"%d" % len(body)))
    return Reply(status, headers, body)


def own_bug(request_id: str) -> PolyfnError:
    """What a client hears of a bug in polyfn: enough to report it, and nothing from inside."""
    return PolyfnError(
        f"polyfn made a mistake while it answered this request. Its log has the details under "
        f"{request_id}: please report them."
    )


def _json(error: PolyfnError, request_id: str) -> bytes:
    return orjson.dumps(
        {
            "errorType": _printable(error.error_type),
            "errorMessage": _printable(error.message),
            "trace": [_printable(line) for line in error.trace],
            "requestId": request_id,
        }
    )


def _printable(text: str) -> str:
    """Without halves of surrogate pairs: JavaScript's texts may have them, JSON's may not."""
    return text.encode("utf-8", "replace").decode()


def _extra_headers(error: PolyfnError) -> RawHeaders:
    match error:
        case Throttled():
            return [(b"retry-after", b"%d" % error.retry_after_s)]
        case MethodNotAllowed():
            return [(b"allow", ", ".join(error.allow).encode("latin-1", "replace"))]
        case _:
            return []
