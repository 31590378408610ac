"""A request as the gateway sees it: text, with what clients may not say taken out."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from polyfn.errors import MalformedRequest

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

# Node's HTTP parser keeps the first of these and drops the rest, so a function of Netlify's never
# saw two (nodejs/node, lib/_http_incoming.js).
_SINGLETONS: Final = frozenset(
    (
        "age", "authorization", "content-length", "content-type", "etag", "expires", "from",
        "host", "if-modified-since", "if-unmodified-since", "last-modified", "location",
        "max-forwards", "proxy-authorization", "referer", "retry-after", "server", "user-agent",
    )
)  # fmt: skip
_BAD_ENCODING: Final = re.compile(r"%(?![0-9A-Fa-f]{2})")


class Request(NamedTuple):
    """One HTTP request without its body.

    Attributes:
        path: As it was sent, percent-encoded.
        query: As it was sent, without the question mark.
        headers: Lower-case name → value; repeated ones joined.
        multi_headers: Lower-case name → values, in the order in which they came.
        protocol: Such as ``HTTP/1.1``.
    """

    method: str
    path: str
    query: str
    headers: dict[str, str]
    multi_headers: dict[str, list[str]]
    client_ip: str
    protocol: str = "HTTP/1.1"
    scheme: str = "http"

    @property
    def host(self) -> str:
        """What the client calls this server, with the port."""
        return self.headers.get("host") or "localhost"


def from_scope(scope: Mapping[str, Any]) -> Request:
    """Read an ASGI scope.

    Raises:
        MalformedRequest: The path or the query is badly percent-encoded.
    """
    return read(
        scope["method"],
        scope["raw_path"],
        scope["query_string"],
        scope["headers"],
        scope["client"],
        scope["http_version"],
        scope["scheme"],
    )


def read(
    method: str,
    raw_path: bytes,
    query_string: bytes,
    raw_headers: Iterable[tuple[bytes, bytes]],
    client: tuple[str, int] | None,
    http_version: str,
    scheme: str,
) -> Request:
    """Read the parts of a request, each in the form that an ASGI scope has it in.

    Raises:
        MalformedRequest: The path or the query is badly percent-encoded.
    """
    headers, multi_headers = read_headers(raw_headers)
    return Request(
        method,
        _checked(raw_path.decode("latin-1"), "path"),
        _checked(query_string.decode("latin-1"), "query"),
        headers,
        multi_headers,
        client[0] if client else "127.0.0.1",
        "HTTP/" + http_version,
        scheme,
    )


def read_headers(
    raw: Iterable[tuple[bytes, bytes]],
) -> tuple[dict[str, str], dict[str, list[str]]]:
    """Turn header lines into the two forms that events carry.

    Repeated headers are joined with a comma (cookies with a semicolon), as Node does for the
    Netlify CLI (src/lib/functions/server.ts); what only Netlify itself may say is dropped.

    Args:
        raw: Lower-case names and values; bytes above ASCII are kept as Latin-1.
    """
    single: dict[str, str] = {}
    multi: dict[str, list[str]] = {}
    for raw_name, raw_value in raw:
        if raw_name[:5] == b"x-nf-" or raw_name == b"client-ip":
            continue
        name = raw_name.decode("latin-1")
        value = raw_value.decode("latin-1")
        if name not in multi:
            single[name] = value
            multi[name] = [value]
            continue
        multi[name].append(value)
        if name not in _SINGLETONS:
            single[name] += ("; " if name == "cookie" else ", ") + value
    return single, multi


def _checked(text: str, what: str) -> str:
    if "%" in text and (bad := _BAD_ENCODING.search(text)):
        piece = text[bad.start() : bad.start() + 3]
        raise MalformedRequest(
            f"The {what} of the URL is badly percent-encoded at {piece!r}: "
            "write a literal percent sign as %25."
        )
    return text
