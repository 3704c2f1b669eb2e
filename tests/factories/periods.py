"""Dated rows in tests, written as the days they hold: `period("2026-01-01", "2026-11-15")`."""

import datetime as dt

from django.db.backends.postgresql.psycopg_any import DateRange

LONG_AGO = dt.date(2020, 1, 1)


def day(text: str | dt.date) -> dt.date:
    return text if isinstance(text, dt.date) else dt.date.fromisoformat(text)


def period(valid_from: str | dt.date = LONG_AGO, valid_to: str | dt.date | None = None) -> DateRange:
    """[from, to): the last day is the one before `valid_to`; without it the row holds for good."""
    return DateRange(day(valid_from), day(valid_to) if valid_to else None, "[)")
