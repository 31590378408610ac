"""The table of mistakes, whole, and how it reads in docs/howto/mistakes.md."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from tests.acceptance.mistakes.answers import ANSWERS
from tests.acceptance.mistakes.exported import EXPORTED
from tests.acceptance.mistakes.modern import MODERN
from tests.acceptance.mistakes.modules import MODULES
from tests.acceptance.mistakes.packages import PACKAGES
from tests.acceptance.mistakes.rows import Case, Mistake, Told
from tests.acceptance.mistakes.settings import SETTINGS
from tests.acceptance.mistakes.toplevel import TOP_LEVEL

SECTIONS: Final = {
    "The handler is not found": EXPORTED,
    "Packages and files are missing": PACKAGES,
    "ES modules, CommonJS and syntax": MODULES,
    "The top level of the file": TOP_LEVEL,
    "The answer": ANSWERS,
    "Modern functions: Request → Response": MODERN,
    "Configuration": SETTINGS,
}
"""Title → mistakes."""
HEAD: Final = "| what was written | status, type | message |\n| --- | --- | --- |"


def cases() -> Iterator[Case]:
    """Each function that is wrong."""
    for mistakes in SECTIONS.values():
        for mistake in mistakes:
            yield from mistake.cases()


def as_text(mistakes: tuple[Mistake, ...]) -> str:
    """A section of the table, as it stands in the page."""
    return "\n".join([HEAD, *(line for mistake in mistakes for line in _lines(mistake))])


def _lines(mistake: Mistake) -> Iterator[str]:
    shown = [mistake.told] if isinstance(mistake.told, Told) else mistake.told.values()
    what = mistake.what
    for cells in dict.fromkeys(map(_cells, shown)):
        yield f"| {what} | {cells} |"
        what = ""


def _cells(told: Told) -> str:
    words = " … ".join(told.words).replace("|", "\\|")
    return (
        f"{told.status} `{told.type}` | {words.replace('{file}', 'FILE').replace('{name}', 'NAME')}"
    )
