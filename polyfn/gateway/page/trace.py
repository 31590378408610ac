"""Lines of a trace → which are frames, whose they are, and which is the one to look at first.

The three shapes are those of the runners: Node's ``at name (file:3:9)``, Python's ``File "file",
line 3, in name``, and Go's ``file:3 name``.
"""

from __future__ import annotations

import re
from enum import StrEnum
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence

_NODE: Final = re.compile(r"\s+at (?:.* \()?([^()]+?):(\d+)(?::(\d+))?\)?$")
_PYTHON: Final = re.compile(r'[\s|+-]*File "([^"]+)", line (\d+)')
_GO: Final = re.compile(r"(\S.*\.go):(\d+) \S")
# A syntax error's own head, of Node.
_HEAD: Final = re.compile(r"(\S.*\.\w+):(\d+)$")
# A place in a compiler's words, or in ours.
_IN_TEXT: Final = re.compile(r"(?:^|[\s('\"])([^\s()'\":]+\.\w+):(\d+)(?::(\d+))?", re.MULTILINE)
_PACKAGES: Final = ("node_modules/", "site-packages/", "dist-packages/")


class Place(NamedTuple):
    """Where in which file; ``column`` is 0 where it is not known."""

    file: str
    line: int
    column: int = 0


class Kind(StrEnum):
    """Whose frame a line shows."""

    OWN = "own"
    FAR = "far"


class Line(NamedTuple):
    """A line of a trace; ``kind`` is ``None`` when it is no frame."""

    text: str
    kind: Kind | None


def read(trace: Sequence[str]) -> tuple[tuple[Line, ...], Place | None]:
    """Tell the frames of a trace.

    Returns:
        The lines, and the author's frame nearest to where it went wrong: the first, but in
        Python, which tells the most recent call last, the last.
    """
    lines = []
    first = last = None
    is_python = False
    for text in trace:
        place = _place(text)
        kind = None if place is None else Kind.OWN if _is_own(place.file) else Kind.FAR
        lines.append(Line(text, kind))
        if kind is Kind.OWN:
            first, last = first or place, place
            is_python = is_python or _PYTHON.match(text) is not None
    return tuple(lines), last if is_python else first


def in_text(text: str) -> Place | None:
    """The first place that a message names."""
    found = _IN_TEXT.search(text)
    return None if found is None else Place(found[1], int(found[2]), int(found[3] or 0))


def _place(text: str) -> Place | None:
    for shape in (_NODE, _PYTHON, _GO, _HEAD):
        found = shape.match(text)
        if found is not None:
            column = int(found[3] or 0) if shape is _NODE else 0
            return Place(found[1], int(found[2]), column)
    return None


def _is_own(file: str) -> bool:
    """Whether a file is the author's: inside the project, and of no package."""
    return not (
        file.startswith(("/", "<")) or "@" in file or any(each in file for each in _PACKAGES)
    )
