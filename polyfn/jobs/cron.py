"""When a schedule comes next: five cron fields in UTC, or an ``@`` name; pure.

A day counts when it fits the days of the month or those of the week, if both are given, as in
every cron since Vixie's and in cron-parser, which Netlify's CLI asks (netlify-function.ts).
"""

from __future__ import annotations

import calendar
from datetime import UTC, datetime, timedelta
from typing import Final

_NAMED: Final = {
    "@hourly": "0 * * * *",
    "@daily": "0 0 * * *",
    "@midnight": "0 0 * * *",
    "@weekly": "0 0 * * 0",
    "@monthly": "0 0 1 * *",
    "@yearly": "0 0 1 1 *",
    "@annually": "0 0 1 1 *",
}
_MONTHS: Final = "jan feb mar apr may jun jul aug sep oct nov dec"
_DAYS: Final = "sun mon tue wed thu fri sat"
_WEEK: Final = 7
_LONGEST: Final = timedelta(days=9 * 366)
"""29 February may be eight years away, as from 2096."""


def next_run(schedule: str, after: datetime) -> datetime | None:
    """The first minute after a moment that a schedule names.

    Args:
        schedule: One that `polyfn.settings.cron.schedule` has passed.
        after: In UTC.

    Returns:
        ``None`` when there is none: 30 February.
    """
    words = _NAMED.get(schedule, schedule).lower().split()
    minutes, hours = _numbers(words[0], 0, 59), _numbers(words[1], 0, 23)
    first = after.replace(second=0, microsecond=0) + timedelta(minutes=1)
    day = first.replace(hour=0, minute=0)
    while day < first + _LONGEST:
        if _is_day(day, words):
            for hour in sorted(hours):
                for minute in sorted(minutes):
                    moment = day.replace(hour=hour, minute=minute)
                    if moment >= first:
                        return moment
        day += timedelta(days=1)
    return None


def next_run_text(schedule: str, after_epoch_ms: int) -> str | None:
    """The same as JavaScript's ``toISOString`` writes it."""
    moment = next_run(schedule, datetime.fromtimestamp(after_epoch_ms / 1000, UTC))
    return None if moment is None else moment.strftime("%Y-%m-%dT%H:%M:%S.000Z")


def _is_day(day: datetime, words: list[str]) -> bool:
    _, _, of_month, months, of_week = words
    if day.month not in _numbers(months, 1, 12, _MONTHS, 1):
        return False
    fits = (_is_day_of_month(day, of_month), _is_day_of_week(day, of_week))
    both_are_given = not of_month.startswith(("*", "?")) and not of_week.startswith(("*", "?"))
    return any(fits) if both_are_given else all(fits)


def _is_day_of_month(day: datetime, word: str) -> bool:
    last = calendar.monthrange(day.year, day.month)[1]
    return any(
        day.day == last if part == "l" else day.day in _numbers(part, 1, 31)
        for part in word.split(",")
    )


def _is_day_of_week(day: datetime, word: str) -> bool:
    last = calendar.monthrange(day.year, day.month)[1]
    today = day.isoweekday() % _WEEK
    for part in word.split(","):
        if part.endswith("l"):
            fits = day.day > last - _WEEK and today == int(part[:-1] or 6) % _WEEK
        elif "#" in part:
            wanted, nth = map(int, part.split("#"))
            fits = today == wanted % _WEEK and (day.day - 1) // _WEEK + 1 == nth
        else:
            fits = today in {each % _WEEK for each in _numbers(part, 0, _WEEK, _DAYS, 0)}
        if fits:
            return True
    return False


def _numbers(word: str, least: int, most: int, names: str = "", first: int = 0) -> set[int]:
    """What a field names, such as ``*/15``, ``1-5``, ``mon,wed``."""
    found: set[int] = set()
    for part in word.split(","):
        span, _, step = part.partition("/")
        begin, dash, end = span.partition("-")
        if begin in {"*", "?"}:
            low, high = least, most
        else:
            low = _number(begin, names, first)
            high = _number(end, names, first) if dash else (most if step else low)
        found.update(range(low, high + 1, int(step or 1)))
    return found


def _number(word: str, names: str, first: int) -> int:
    return int(word) if word.isdigit() else names.split().index(word) + first
