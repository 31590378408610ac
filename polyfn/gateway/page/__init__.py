"""The page that a browser gets instead of an error's JSON: the same facts, and nothing to fetch."""

from __future__ import annotations

from html import escape
from http import HTTPStatus
from typing import TYPE_CHECKING, Final

from polyfn.gateway.page import markup
from polyfn.gateway.page.advice import advice
from polyfn.gateway.page.excerpt import excerpt
from polyfn.gateway.page.trace import in_text, read

if TYPE_CHECKING:
    from polyfn.errors import PolyfnError
    from polyfn.gateway.page.excerpt import Excerpt
    from polyfn.gateway.page.trace import Line
    from polyfn.model import Function

CONTENT_SECURITY_POLICY: Final = b"default-src 'none'; style-src 'unsafe-inline'"


def render(
    error: PolyfnError, status: int, request_id: str, function: Function | None = None
) -> str:
    """Write the page for an error.

    Args:
        function: Who failed; its project's sources are quoted.
    """
    lines, top = read(error.trace)
    source = None
    if function is not None:
        source = excerpt(top or in_text(error.message), function.project_root)
    return markup.PAGE.substitute(
        status=status,
        reason=HTTPStatus(status).phrase,
        type=escape(error.error_type),
        function="" if function is None else f" · function {escape(function.name)}",
        message=escape(error.message),
        source=_source(source) if source else "",
        trace=_trace(lines) if lines else "",
        advice=markup.ADVICE.substitute(text=escape(told)) if (told := advice(error)) else "",
        request_id=escape(request_id),
    )


def _source(source: Excerpt) -> str:
    rows = "".join(
        markup.ROW.substitute(
            hit=' class="hit"' if number == source.line else "", number=number, code=escape(text)
        )
        for number, text in source.rows
    )
    return markup.SOURCE.substitute(place=escape(source.place), rows=rows)


def _trace(lines: tuple[Line, ...]) -> str:
    told = "\n".join(
        escape(line.text)
        if line.kind is None
        else f'<span class="{line.kind}">{escape(line.text)}</span>'
        for line in lines
    )
    return markup.TRACE.substitute(lines=told)
