"""What a function answered → status, header lines and body as they go out.

A function may answer with any final status (200 to 599) and any header that HTTP can carry. How the
bytes are framed is the server's: of the headers that are about this one connection
(``connection``, ``transfer-encoding``, ``content-length`` …) the function's are dropped, except a
``content-length`` in answer to HEAD, where it tells of a body that is not sent.
"""

from __future__ import annotations

import binascii
import re
from functools import lru_cache
from typing import TYPE_CHECKING, Final, NamedTuple

from polyfn.errors import BadResponse, ResponseTooLarge

if TYPE_CHECKING:
    from collections.abc import Iterable

    from polyfn.model import Buffered

RawHeaders = list[tuple[bytes, bytes]]

_TOKEN: Final = re.compile(r"[!#$%&'*+\-.^_`|~0-9A-Za-z]+")
# What Node lets through as well (nodejs/node, lib/_http_common.js, `checkInvalidHeaderChar`).
_VALUE: Final = re.compile(r"[\t\x20-\x7e\x80-\xff]*")
_OURS: Final = frozenset(
    (
        "connection", "content-length", "keep-alive", "proxy-connection", "te", "trailer",
        "transfer-encoding", "upgrade", "x-nf-request-id",
    )
)  # fmt: skip
_LONGEST_KNOWN: Final = 64
_BODILESS: Final = frozenset({204, 304})
# Netlify's default in production (withastro/adapters, pull request 162); its CLI sends none.
_DEFAULT_TYPE: Final = (b"content-type", b"text/plain; charset=utf-8")
_DEFAULT_BINARY_TYPE: Final = (b"content-type", b"application/octet-stream")


class Reply(NamedTuple):
    """A response as it goes out; names are lower-case, ``content-length`` is among them."""

    status: int
    headers: RawHeaders
    body: bytes


def reply(answer: Buffered, *, method: str, function: str, max_bytes: int) -> Reply:
    """Check a whole response and put it into its outgoing form.

    Args:
        max_bytes: Of the body, decoded.

    Raises:
        BadResponse: HTTP has no room for what the function answered.
        ResponseTooLarge: The body is over the limit.
    """
    headers = head(answer.status, answer.headers, function=function)
    body = _decoded(answer.body, function) if answer.is_base64 else answer.body
    if len(body) > max_bytes:
        raise ResponseTooLarge(
            f"Function {function!r} answered with {len(body):,} bytes; a buffered response may "
            f"have {max_bytes:,}. Stream it, or answer with a link to where it is stored."
        )
    if answer.status in _BODILESS:
        return Reply(answer.status, headers, b"")
    if body and not has(headers, b"content-type"):
        headers.append(_DEFAULT_BINARY_TYPE if answer.is_base64 else _DEFAULT_TYPE)
    length = _announced(answer.headers) if method == "HEAD" and not body else None
    headers.append((b"content-length", length or b"%d" % len(body)))
    return Reply(answer.status, headers, body)


def stream_head(status: int, headers: Iterable[tuple[str, str]], *, function: str) -> RawHeaders:
    """Check the head of a streamed response and put it into its outgoing form.

    Raises:
        BadResponse: HTTP has no room for it.
    """
    raw = head(status, headers, function=function)
    if has_body(status) and not has(raw, b"content-type"):
        raw.append(_DEFAULT_TYPE)
    return raw


def has(headers: RawHeaders, name: bytes) -> bool:
    """Whether a header, in lower case, is among some."""
    for each, _ in headers:  # noqa: SIM110  # any() takes four times as long, on every answer
        if each == name:
            return True
    return False


def has_body(status: int) -> bool:
    """Whether a response of that status may have one."""
    return status not in _BODILESS


def head(status: int, headers: Iterable[tuple[str, str]], *, function: str) -> RawHeaders:
    """Check a status and headers.

    Returns:
        The headers that the function may set, names in lower case.

    Raises:
        BadResponse: The status is no final one, a name is no token, or a value would break out of
            its line.
    """
    if not 200 <= status <= 599:
        raise BadResponse(
            f"Function {function!r} answered with status {status}; it must be from 200 to 599."
        )
    raw: RawHeaders = []
    for name, value in headers:
        raw_name = _known_name(name) if len(name) <= _LONGEST_KNOWN else _raw_name(name)
        if raw_name is None:
            continue
        if not raw_name:
            raise BadResponse(
                f"Function {function!r} answered with a header named {name!r:.100}; "
                "a name is made of letters, digits and !#$%&'*+-.^_`|~."
            )
        plain = value.isascii() and value.isprintable()
        if not plain and not _VALUE.fullmatch(value):
            raise BadResponse(
                f"Function {function!r} answered with a header {name!r} whose value HTTP cannot "
                f"carry: {value!r:.100}. Line breaks, control characters and what is beyond "
                "Latin-1 must be encoded."
            )
        raw.append((raw_name, value.encode("latin-1")))
    return raw


def _raw_name(name: str) -> bytes | None:
    """A header's name in lower case; empty when it is none, ``None`` when it is ours to set."""
    lower = name.lower()
    if lower in _OURS:
        return None
    return lower.encode("ascii") if _TOKEN.fullmatch(lower) else b""


# Functions send the same few names, again and again.
_known_name: Final = lru_cache(maxsize=256)(_raw_name)


def _announced(headers: Iterable[tuple[str, str]]) -> bytes | None:
    for name, value in headers:
        if name.lower() == "content-length" and value.isascii() and value.isdecimal():
            return value.encode()
    return None


def _decoded(body: bytes, function: str) -> bytes:
    """Decode base64; like Node, take the URL alphabet, line breaks and missing padding too."""
    try:
        return binascii.a2b_base64(body, strict_mode=True)
    except binascii.Error:
        plain = body.translate(bytes.maketrans(b"-_", b"+/"), b"\r\n\t =")
    try:
        return binascii.a2b_base64(plain + b"=" * (-len(plain) % 4), strict_mode=True)
    except binascii.Error as error:
        raise BadResponse(
            f"Function {function!r} set `isBase64Encoded`, but its body is no base64 ({error}). "
            "Encode the body, or leave `isBase64Encoded` out."
        ) from error
