"""A few lines of the author's source around a place.

What names the place is a trace, which a function may write as it likes: so only source files are
quoted, and none from outside the project.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from pathlib import Path

    from polyfn.gateway.page.trace import Place

_AROUND: Final = 4
_MAX_BYTES: Final = 512 * 1024
_MAX_LINE_CHARS: Final = 400
_SOURCES: Final = frozenset(
    (".js", ".mjs", ".cjs", ".jsx", ".ts", ".mts", ".cts", ".tsx", ".py", ".go")
)  # fmt: skip


class Excerpt(NamedTuple):
    """Lines of a file.

    Attributes:
        place: As the author reads it: ``netlify/functions/hello.ts:3:9``.
        line: The number of the one that is meant.
        rows: Number and text of each.
    """

    place: str
    line: int
    rows: tuple[tuple[int, str], ...]


def excerpt(place: Place | None, root: Path) -> Excerpt | None:
    """Quote a file of a project; ``None`` when there is nothing to quote."""
    if place is None:
        return None
    lines = _lines(root / place.file, root)
    if not 0 < place.line <= len(lines):
        return None
    first = max(place.line - _AROUND, 1)
    rows = lines[first - 1 : place.line + _AROUND]
    column = f":{place.column}" if place.column else ""
    return Excerpt(
        f"{place.file}:{place.line}{column}",
        place.line,
        tuple((first + at, text[:_MAX_LINE_CHARS]) for at, text in enumerate(rows)),
    )


def _lines(file: Path, root: Path) -> list[str]:
    try:
        real = file.resolve(strict=True)
        if real.suffix not in _SOURCES or not real.is_relative_to(root.resolve()):
            return []
        if not real.is_file() or real.stat().st_size > _MAX_BYTES:
            return []
        return real.read_text("utf-8", "replace").splitlines()
    except (OSError, ValueError, RuntimeError):  # gone, unreadable, a NUL byte, a loop of links
        return []
