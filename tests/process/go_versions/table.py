"""The rows, by the sections of the page, and the page's table of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from .calls import SIGNATURES, STARTS, TYPES
from .failing import ERRORS, PANICS, REFUSED
from .feature import Feature
from .told import CONTEXT

__all__ = ["SECTIONS", "Feature", "as_text"]

SECTIONS: Final[Mapping[str, tuple[Feature, ...]]] = {
    "Ways to start": STARTS,
    "Signatures of handlers": SIGNATURES,
    "Events and results": TYPES,
    "What a call is told": CONTEXT,
    "Errors that are returned": ERRORS,
    "Panics and ends": PANICS,
    "Refused": REFUSED,
}


def as_text(found: Mapping[str, Mapping[str, str | None]]) -> str:
    """The tables, one for each section.

    Args:
        found: Version → feature → what is wrong with it, or nothing.
    """
    return "\n".join(line for title in SECTIONS for line in _section(title, found)) + "\n"


def _section(title: str, found: Mapping[str, Mapping[str, str | None]]) -> Iterator[str]:
    yield from ("", f"## {title}", "")
    yield _line("", found)
    yield _line("---", [":-:" for _ in found])
    for feature in SECTIONS[title]:
        yield _line(feature.name, [_cell(each, feature.name) for each in found.values()])


def _cell(found: Mapping[str, str | None], feature: str) -> str:
    if feature not in found:
        return "-"
    return "✓" if found[feature] is None else "✗"


def _line(first: str, cells: Iterable[str]) -> str:
    return f"| {' | '.join([first, *cells])} |"
