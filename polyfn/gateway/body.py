"""Whether a request's body is text, or travels as base64."""

from __future__ import annotations

from typing import Final

from polyfn.model import BodyKind

_TEXT_TYPES: Final = frozenset(
    "application/" + name
    for name in (
        "csp-report", "graphql", "json", "javascript", "x-www-form-urlencoded", "x-ndjson", "xml",
    )
)  # fmt: skip


def kind_of(body: bytes, content_type: str | None) -> BodyKind:
    """Judge a body by its content type, and by its bytes: none may be lost.

    The types are Netlify's (@netlify/dev-utils, ``shouldBase64Encode``). Two cases differ from
    it, so that no byte is lost: text that is no UTF-8 is binary, and a body without a type is text
    when it is UTF-8.
    """
    if not body:
        return BodyKind.RAW
    if content_type is not None and not is_text_type(content_type):
        return BodyKind.BINARY
    return BodyKind.TEXT if _is_utf8(body) else BodyKind.BINARY


def is_text_type(content_type: str) -> bool:
    """Whether bodies of that type are text; its parameters do not matter."""
    name = content_type.partition(";")[0].strip().lower()
    return name.startswith("text/") or name.endswith(("+json", "+xml")) or name in _TEXT_TYPES


def _is_utf8(body: bytes) -> bool:
    if body.isascii():
        return True
    try:
        body.decode()
    except UnicodeDecodeError:
        return False
    return True
