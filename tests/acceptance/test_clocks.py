import datetime as dt

import pytest

from acceptance.domain.clocks import Clock, Hours, clock_of, late_before, office_day, opening_hours, worked
from acceptance.models import SpecialDay
from core.periods import SHANGHAI

DAY = Hours(8 * 60 + 30, 17 * 60 + 30)


def at(day: int, hour: int, minute: int = 0) -> dt.datetime:
    return dt.datetime(2026, 11, day, hour, minute, tzinfo=SHANGHAI)


def test_worked_counts_minutes_inside_one_day():
    assert worked(at(6, 9, 12), at(6, 11, 40), DAY) == 148


def test_worked_skips_the_night():
    assert worked(at(6, 17), at(7, 9), DAY) == 60


def test_worked_counts_whole_days_between():
    assert worked(at(6, 12), at(9, 12), DAY) == 3 * 9 * 60


def test_worked_is_nothing_before_opening_and_never_negative():
    assert worked(at(6, 6), at(6, 8), DAY) == 0
    assert worked(at(7, 9), at(6, 9), DAY) == 0


def test_clock_of_submitted_slip_runs_from_its_state():
    assert clock_of("submitted", since=at(6, 9), received_at=None, now=at(6, 11), hours=DAY) == Clock(
        used=120, limit=24 * 60
    )


def test_clock_of_received_slip_runs_from_receipt_also_while_worked_on():
    clock = clock_of("working", since=at(6, 9), received_at=at(6, 9), now=at(7, 10), hours=DAY)
    assert clock == Clock(used=600, limit=48 * 60)


def test_clock_of_ended_slip_stands():
    assert clock_of("accepted", since=at(6, 9), received_at=at(6, 9), now=at(7, 9), hours=DAY) is None


def test_clock_levels():
    assert [Clock(used=u, limit=1440).level for u in (0, 1199, 1200, 1440, 1441)] == ["", "", "warn", "warn", "bad"]


# Thursday to Saturday, and a Monday of its own.
HOLIDAYS = Hours(8 * 60 + 30, 17 * 60 + 30, (dt.date(2026, 11, 5), dt.date(2026, 11, 6), dt.date(2026, 11, 9)))


def test_clock_stands_on_holidays():
    assert worked(at(4, 17), at(7, 9), HOLIDAYS) == 60
    assert worked(at(5, 9), at(6, 17), HOLIDAYS) == 0
    assert worked(at(4, 12), at(10, 12), HOLIDAYS) == 3 * 9 * 60
    assert worked(at(6, 12), at(7, 9), HOLIDAYS) == 30


@pytest.mark.parametrize("day", range(3, 12))
@pytest.mark.parametrize("hour", [3, 8, 9, 13, 17, 23])
@pytest.mark.parametrize("limit", [1, 59, 539, 540, 541, 1440, 2880])
def test_limit_turns_at_the_minute_across_holidays(day, hour, limit):
    now = at(day, hour, 31)
    edge = late_before(now, limit, HOLIDAYS)
    assert worked(edge, now, HOLIDAYS) == limit
    assert worked(edge - dt.timedelta(minutes=1), now, HOLIDAYS) == limit + 1


@pytest.mark.django_db
def test_table_stops_the_clock_and_a_day_worked_in_exchange_is_an_office_day():
    SpecialDay.objects.create(day="2026-11-07", kind="open", name="调休")
    SpecialDay.objects.create(day="2026-11-09", kind="closed", name="厂庆")
    assert opening_hours() == Hours(8 * 60 + 30, 17 * 60 + 30, (dt.date(2026, 11, 9),))
    friday = dt.date(2026, 11, 6)
    assert [office_day(friday, after) for after in (1, 2, 3)] == [
        dt.date(2026, 11, 7),
        dt.date(2026, 11, 10),
        dt.date(2026, 11, 11),
    ]
