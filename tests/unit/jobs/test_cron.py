"""When a schedule comes next."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from polyfn.jobs.cron import next_run, next_run_text
from polyfn.settings.cron import NAMES, schedule

SUNDAY = datetime(2026, 11, 22, 17, 30, 15, 500, tzinfo=UTC)


@pytest.mark.parametrize(
    ("cron", "expected"),
    [
        ("* * * * *", "2026-11-22 17:31"),
        ("30 17 * * *", "2026-11-23 17:30"),
        ("@hourly", "2026-11-22 18:00"),
        ("@daily", "2026-11-23 00:00"),
        ("@weekly", "2026-11-29 00:00"),
        ("@monthly", "2026-12-01 00:00"),
        ("@yearly", "2027-01-01 00:00"),
        ("*/15 * * * *", "2026-11-22 17:45"),
        ("5/20 * * * *", "2026-11-22 17:45"),
        ("0 9-17/4 * * MON-FRI", "2026-11-23 09:00"),
        ("0 0 1,15 * *", "2026-12-01 00:00"),
        ("0 0 * feb,apr *", "2027-02-01 00:00"),
        ("0 0 29 2 *", "2028-02-29 00:00"),
        ("0 0 13 * 5", "2026-11-27 00:00"),
        ("0 0 ? * 7", "2026-11-29 00:00"),
        ("0 0 L * *", "2026-11-30 00:00"),
        ("0 0 * * 5L", "2026-11-27 00:00"),
        ("0 0 * * 2#1", "2026-12-01 00:00"),
    ],
)
def test_next_run(cron: str, expected: str) -> None:
    moment = next_run(schedule(cron), SUNDAY)
    assert moment is not None
    assert moment.strftime("%Y-%m-%d %H:%M") == expected


def test_day_that_never_comes_has_none() -> None:
    assert next_run("0 0 30 2 *", SUNDAY) is None
    assert next_run_text("0 0 30 2 *", 0) is None


def test_text_is_javascripts() -> None:
    assert next_run_text("@hourly", 1_795_367_704_980) == "2026-11-22T18:00:00.000Z"


_FIELDS = [(0, 59), (0, 23), (1, 28), (1, 12), (0, 7)]


@given(
    st.one_of(
        st.sampled_from(NAMES),
        st.tuples(
            *(
                st.one_of(
                    st.just("*"),
                    st.integers(least, most).map(str),
                    st.integers(1, most).map(lambda step: f"*/{step}"),
                )
                for least, most in _FIELDS
            )
        ).map(" ".join),
    ),
    st.datetimes(datetime(2020, 1, 1), datetime(2030, 1, 1), timezones=st.just(UTC)),
)
def test_next_run_is_later_and_comes_next_until_it_is_there(cron: str, after: datetime) -> None:
    moment = next_run(schedule(cron), after)
    assert moment is not None
    assert moment > after
    assert next_run(cron, moment - timedelta(seconds=1)) == moment
