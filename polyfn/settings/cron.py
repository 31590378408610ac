"""Which schedules are well-formed: five cron fields in UTC, or an ``@`` name.

The five fields and names are those of Netlify's docs. ``L`` and ``#`` pass because Netlify checks
with cron-parser, which knows them (netlify/build, `packages/config/src/validate/validations.js`).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from polyfn.settings.checks import NotAllowed

if TYPE_CHECKING:
    from polyfn.model import JSON

NAMES = ("@hourly", "@daily", "@midnight", "@weekly", "@monthly", "@yearly", "@annually")

_MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
_DAYS = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"]
_FIELDS: tuple[tuple[int, int, dict[str, int]], ...] = (
    (0, 59, {}),
    (0, 23, {}),
    (1, 31, {}),
    (1, 12, {name: number for number, name in enumerate(_MONTHS, 1)}),
    (0, 7, {name: number for number, name in enumerate(_DAYS)}),
)
_PART = re.compile(r"(?:\*|\?|(\w{1,3})(?:-(\w{1,3}))?)(?:/(\d{1,3}))?", re.ASCII)
_LAST = re.compile(r"L|[0-7]L|[0-7]#[1-5]", re.IGNORECASE)


def schedule(value: JSON) -> str:
    """Read a schedule.

    Returns:
        It, with single spaces.

    Raises:
        NotAllowed: It is no cron expression.
    """
    words = value.split() if isinstance(value, str) else []
    if len(words) == 1 and words[0].lower() in NAMES:
        return words[0].lower()
    if len(words) != len(_FIELDS) or not all(map(_is_field, words, _FIELDS)):
        raise NotAllowed(
            'must be a cron expression of five fields in UTC, such as "*/15 * * * *", '
            f"or one of {', '.join(NAMES)}"
        )
    return " ".join(words)


def _is_field(word: str, field: tuple[int, int, dict[str, int]]) -> bool:
    return all(_is_part(part, *field) for part in word.split(","))


def _is_part(part: str, least: int, most: int, names: dict[str, int]) -> bool:
    if most in (31, 7) and _LAST.fullmatch(part):
        return True
    match = _PART.fullmatch(part)
    if match is None or int(match[3] or 1) == 0:
        return False
    ends = [_number(end, names) for end in match.group(1, 2) if end is not None]
    return all(least <= end <= most for end in ends) and ends == sorted(ends)


def _number(word: str, names: dict[str, int]) -> int:
    return int(word) if word.isdigit() else names.get(word.lower(), -1)
