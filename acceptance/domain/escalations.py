"""Late slips go up by rule: to the head of the hall at the limit, to the branch some hours after."""

import datetime as dt

from django.conf import settings

from acceptance.domain.clocks import late_before, opening_hours
from core import sql
from core.periods import local_day


def escalate(*, now: dt.datetime) -> tuple[int, int]:
    """Mark what went over a limit since the last look and count it in the day's notices.

    Returns how many went up to halls and to branches. Each wait of a slip rises once; done again it changes nothing.
    """
    limits: dict[str, dt.datetime] = {}
    day = opening_hours()
    for clock, hours in settings.SLIP_HOURS.items():
        limits[clock] = late_before(now, hours * 60, day)
        limits[f"{clock}_on"] = late_before(now, (hours + settings.SLIP_RAISE_HOURS) * 60, day)
    return sql.tuples("acceptance/escalate_slips", now=now, day=local_day(now), **limits)[0]
