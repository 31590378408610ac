"""The page that a browser gets instead of an error's JSON: the same facts, and nothing to fetch."""

from __future__ import annotations

from html import escape
from http import HTTPStatus
from string import Template
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from polyfn.errors import PolyfnError

CONTENT_SECURITY_POLICY: Final = b"default-src 'none'; style-src 'unsafe-inline'"

_PAGE: Final = Template("""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>$status $type</title>
<style>
  :root { color-scheme: light dark; --ink: #1c2430; --soft: #5b6675; --paper: #fff; --edge: #d9dee6;
          --sheet: #f5f7fa; --mark: #b3261e; }
  @media (prefers-color-scheme: dark) {
    :root { --ink: #e6e9ee; --soft: #9aa5b4; --paper: #14181f; --edge: #2c3440; --sheet: #1b212a;
            --mark: #ff8a80; }
  }
  body { margin: 0; background: var(--paper); color: var(--ink);
         font: 16px/1.5 system-ui, sans-serif; }
  main { max-width: 52rem; margin: 0 auto; padding: 3rem 1.25rem; }
  .status { color: var(--soft); margin: 0; }
  h1 { color: var(--mark); font-size: 1.5rem; margin: .25rem 0 1.25rem; overflow-wrap: anywhere; }
  pre { font: .875rem/1.55 ui-monospace, monospace; white-space: pre-wrap; overflow-wrap: anywhere;
        margin: 0 0 1.25rem; padding: 1rem; background: var(--sheet); border: 1px solid var(--edge);
        border-radius: .5rem; }
  h2 { font-size: 1rem; margin: 0 0 .5rem; }
  footer { color: var(--soft); font-size: .875rem; }
  code { font-family: ui-monospace, monospace; }
</style>
</head>
<body>
<main>
<p class="status">$status $reason</p>
<h1>$type</h1>
<pre>$message</pre>
$trace<footer>Request <code>$request_id</code></footer>
</main>
</body>
</html>
""")
_TRACE: Final = Template("<h2>Trace</h2>\n<pre>$lines</pre>\n")


def render(error: PolyfnError, status: int, request_id: str) -> str:
    """Write the page for an error."""
    trace = _TRACE.substitute(lines=escape("\n".join(error.trace))) if error.trace else ""
    return _PAGE.substitute(
        status=status,
        reason=HTTPStatus(status).phrase,
        type=escape(error.error_type),
        message=escape(error.message),
        trace=trace,
        request_id=escape(request_id),
    )
