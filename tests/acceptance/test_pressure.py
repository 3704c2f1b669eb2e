import datetime as dt

import pytest

from acceptance.domain import slips
from acceptance.domain.clocks import opening_hours
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
