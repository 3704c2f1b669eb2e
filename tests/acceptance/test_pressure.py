import datetime as dt

import pytest

from acceptance.domain import slips
from acceptance.domain.clocks import clock_of, opening_hours
from acceptance.models import Slip, SpecialDay
from acceptance.queries.queue import pressure
from accounts.scope import Scope
from core.periods import day_start
from tests.acceptance.street import NOW, Street
from tests.acceptance.test_slips import make

DAY_AGO = NOW - dt.timedelta(days=1)
EARLIER = DAY_AGO - dt.timedelta(hours=2)


@pytest.mark.django_db
def test_pressure_compares_with_the_same_time_yesterday():
    street = Street()
    old = {"submitted_at": EARLIER, "state_at": EARLIER}
    make(street, **old)
    moved, returned = make(street, **old), make(street, **old)
    make(street, submitted_at=NOW, state_at=NOW)
    slips.receive(slip=moved, by=street.clerk, now=NOW)
    slips.return_to_field(slip=returned, reason="缺证件", by=street.clerk, now=NOW)
    halls = Scope(halls=frozenset({street.hall.pk}))
    found = pressure(halls, street.clerk, day_start=day_start(NOW.date()), now=NOW, hours=opening_hours())
    assert (found.waiting, found.day_ago, found.accepted_today) == (3, 3, 0)


@pytest.mark.django_db
def test_statement_and_clock_agree_on_what_is_late_and_what_is_soon():
    street = Street()
    for day in (1, 2, 3):
        SpecialDay.objects.create(day=dt.date(2026, 11, day), kind="closed", name="厂庆")
    for hours in range(0, 400, 5):
        at = NOW - dt.timedelta(hours=hours, minutes=hours % 7)
        state = ("submitted", "received", "working", "transferred")[hours // 5 % 4]
        got = at if state in ("received", "working") else None
        make(street, submitted_at=at, state_at=at, state=state, received_at=got)
    day = opening_hours()
    found = pressure(
        Scope(halls=frozenset({street.hall.pk})), street.clerk, day_start=day_start(NOW.date()), now=NOW, hours=day
    )
    clocks = [
        clock_of(slip.state, since=slip.clock_from, received_at=slip.received_at, now=NOW, hours=day)
        for slip in Slip.objects.all()
    ]
    levels = [clock.level for clock in clocks]
    assert (found.waiting, found.over, found.near) == (80, levels.count("bad"), levels.count("warn"))
    assert levels.count("bad") > 5
    assert levels.count("warn") > 0
