"""URL paths in the form that URL parsers give them, which routes are compared in."""

from __future__ import annotations

import re
from typing import Final
from urllib.parse import quote

# The URL standard's path percent-encode set leaves these and letters, digits and %.
_SAFE: Final = "!$%&'()*+,-./:;=@[]_|~"
_UNUSUAL: Final = re.compile(r"[^\w!$%&'()*+,\-./:;=@\[\]|~]|/\.|/%2e", re.ASCII | re.IGNORECASE)
_DROPPED: Final = re.compile(r"[\t\n\r]")
_DOT: Final = re.compile(r"\.|%2e", re.IGNORECASE)


def normal(path: str, *, encoding: str = "latin-1") -> str:
    """Bring a path into the form that ``new URL(…).pathname`` has.

    Args:
        path: It begins with a slash.
        encoding: How characters above ASCII become bytes: a request's are bytes already.
    """
    if not _UNUSUAL.search(path):
        return path
    cleaned = _DROPPED.sub("", path).replace("\\", "/")
    return _without_dots(quote(cleaned, safe=_SAFE, encoding=encoding, errors="replace"))


def encoded(text: str) -> str:
    """The same for a piece of a route, which need not begin with a slash."""
    if text.startswith("/") or not text:
        return normal(text, encoding="utf-8") if text else text
    return normal(f"/-{text}", encoding="utf-8")[2:]


def _without_dots(path: str) -> str:
    """Follow ``.`` and ``..``."""
    kept: list[str] = []
    segments = path[1:].split("/")
    for number, segment in enumerate(segments, 1):
        dots = _dots(segment)
        if dots == 2 and kept:
            kept.pop()
        if not dots:
            kept.append(segment)
        elif number == len(segments):
            kept.append("")
    return "/" + "/".join(kept)


def _dots(segment: str) -> int:
    """1 for ``.``, 2 for ``..``, else 0."""
    dots = len(_DOT.findall(segment)) if len(segment) <= 6 else 0
    return dots if dots in {1, 2} and not _DOT.sub("", segment) else 0
