import datetime as dt

from acceptance.domain.clocks import Clock, Hours, clock_of, worked
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
    assert clock_of("submitted", state_at=at(6, 9), received_at=None, now=at(6, 11)) == Clock(used=120, limit=24 * 60)


def test_clock_of_received_slip_runs_from_receipt_also_while_worked_on():
    clock = clock_of("working", state_at=at(7, 9), received_at=at(6, 9), now=at(7, 10))
    assert clock == Clock(used=600, limit=48 * 60)


def test_clock_of_ended_slip_stands():
    assert clock_of("accepted", state_at=at(6, 9), received_at=at(6, 9), now=at(7, 9)) is None


def test_clock_levels():
    assert [Clock(used=u, limit=1440).level for u in (0, 1199, 1200, 1440, 1441)] == ["", "", "warn", "warn", "bad"]
