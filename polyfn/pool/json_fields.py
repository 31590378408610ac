"""The JSON that is inside INVOKE and ERROR."""

from __future__ import annotations

from typing import TYPE_CHECKING

import orjson

from polyfn.wire.connection import json_object

if TYPE_CHECKING:
    from polyfn.model import Invocation
    from polyfn.wire import messages as m


def extras_of(invocation: Invocation) -> bytes | None:
    """The optional parts of INVOKE; the client context is JSON already, and goes in as it is."""
    if invocation.client_context is None and invocation.trace_id is None:
        return None
    parts = []
    if invocation.client_context is not None:
        parts.append(b'"client_context":' + invocation.client_context)
    if invocation.trace_id is not None:
        parts.append(b'"trace_id":' + orjson.dumps(invocation.trace_id))
    return b"{" + b",".join(parts) + b"}"


def error_fields(message: m.Error) -> tuple[str, str, tuple[str, ...]]:
    """Type, message and trace of an ERROR, whatever a runner put into it."""
    fields = json_object(message.error, "ERROR")
    trace = fields.get("trace")
    lines = tuple(str(line) for line in trace) if isinstance(trace, list) else ()
    return str(fields.get("errorType", "Error")), str(fields.get("errorMessage", "")), lines
