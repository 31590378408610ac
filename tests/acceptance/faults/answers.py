"""Faults of answers and requests: wrong shapes, and what is too large."""

from __future__ import annotations

from tests.acceptance.faults.rows import Fault, everywhere, failed

_INVALID = "Function.InvalidResponse"
_EXPECTED = "A function must return an object such as"

ANSWERS = (
    Fault(
        name="number",
        what="returns a number",
        outcomes=everywhere(failed(_INVALID, "returned 42", _EXPECTED)),
    ),
    Fault(
        name="string",
        what="returns a text",
        outcomes=everywhere(failed(_INVALID, 'returned the text "just text"', _EXPECTED)),
    ),
    Fault(
        name="nothing",
        what="returns nothing",
        outcomes=everywhere(failed(_INVALID, "returned nothing (null)", "`return`", _EXPECTED)),
    ),
    Fault(
        name="body-object",
        what="returns an object as `body`",
        outcomes=everywhere(failed(_INVALID, 'a `body` that is {"a":1}', "Turn it into text")),
    ),
    Fault(
        name="status-text",
        what='returns the status as a text, `"200"`',
        outcomes=everywhere(failed(_INVALID, '`statusCode` that is the text "200"', _EXPECTED)),
    ),
    Fault(
        name="status-999",
        what="returns the status 999",
        outcomes=everywhere(failed(_INVALID, "status 999", "from 200 to 599")),
    ),
    Fault(
        name="header-newline",
        what="returns a header with a line break",
        outcomes=everywhere(failed(_INVALID, "a header 'x-a'", "Line breaks")),
    ),
    Fault(
        name="large-response",
        what="returns 7 MB",
        outcomes=everywhere(
            failed("Function.ResponseSizeTooLarge", "7,000,000 bytes", "6,291,556", "Stream it")
        ),
    ),
    Fault(
        name="large-request",
        what="is sent 7 MB; it is not called",
        outcomes=everywhere(
            failed("Request.EntityTooLarge", "7,000,000 bytes", "6,291,556", status=413)
        ),
        request_bytes=7_000_000,
    ),
)
