"""How long a slip has waited, in working time: from opening to closing, seven days a week but for holidays."""

import datetime as dt
from bisect import bisect_left
from dataclasses import dataclass

from django.conf import settings

from acceptance.choices import DayKind, SlipState
from acceptance.models import SpecialDay
from core import sql
from core.periods import SHANGHAI, day_start

_EPOCH = dt.date(2000, 1, 1)


@dataclass(frozen=True, slots=True)
class Hours:
    """Opening and closing of a working day, as minutes after midnight, and the days without any, in order."""

    opens: int
    closes: int
    closed: tuple[dt.date, ...] = ()

    @property
    def length(self) -> int:
        return self.closes - self.opens

    def until(self, instant: dt.datetime) -> int:
        """Working minutes from a fixed day until an instant; only differences mean something."""
        local = instant.astimezone(SHANGHAI)
        day, minute = local.date(), local.hour * 60 + local.minute
        before = bisect_left(self.closed, day)
        stands = before < len(self.closed) and self.closed[before] == day
        today = 0 if stands else min(max(minute, self.opens), self.closes) - self.opens
        return ((day - _EPOCH).days - before) * self.length + today

    def day_of(self, number: int) -> dt.date:
        """The working day with this number, counted from the fixed day."""
        day = _EPOCH + dt.timedelta(days=number)
        for holiday in self.closed:
            if holiday > day:
                break
            day += dt.timedelta(days=1)
        return day


@dataclass(frozen=True, slots=True)
class Clock:
    """What a slip has used of its limit, in working minutes."""

    used: int
    limit: int

    @property
    def left(self) -> int:
        """Minutes left; negative when over the limit."""
        return self.limit - self.used

    @property
    def percent(self) -> int:
        return min(100 * self.used // self.limit, 100)

    @property
    def level(self) -> str:
        """Whether it is late: "bad" over the limit, "warn" in its last 4 hours, else nothing."""
        if self.left < 0:
            return "bad"
        return "warn" if self.left <= settings.SLIP_WARN_HOURS * 60 else ""


def opening_hours() -> Hours:
    """The working day of the settings and the holidays of the company. One query."""
    opens, closes = settings.SLIP_WORKING_DAY
    closed = sql.row_planned_once("acceptance/list_closed_days", since=_EPOCH)
    return Hours(_minutes(opens), _minutes(closes), tuple(closed and closed["days"] or ()))


def worked(start: dt.datetime, end: dt.datetime, hours: Hours) -> int:
    """Working minutes from start to end; never negative."""
    return max(hours.until(end) - hours.until(start), 0)


def late_before(now: dt.datetime, limit: int, hours: Hours) -> dt.datetime:
    """The first instant from which the limit, in working minutes, is still kept: what began before it is late."""
    number, minute = divmod(hours.until(now) - limit, hours.length)
    # A morning's first minute is worth as much as the evening before after closing.
    if not minute:
        number, minute = number - 1, hours.length
    return day_start(hours.day_of(number)) + dt.timedelta(minutes=hours.opens + minute)


def office_day(day: dt.date, after: int) -> dt.date:
    """The office day so many office days after a day: neither weekend nor holiday, or worked in exchange. One query."""
    special = dict(SpecialDay.objects.filter(day__gt=day).values_list("day", "kind"))
    while after:
        day += dt.timedelta(days=1)
        after -= special.get(day, DayKind.OPEN if day.weekday() < 5 else DayKind.CLOSED) == DayKind.OPEN
    return day


def is_stale(claimed_at: dt.datetime, now: dt.datetime, hours: Hours) -> bool:
    """Whether a claim has been left lying for so long that a colleague may take it over."""
    return worked(claimed_at, now, hours) >= settings.SLIP_STALE_HOURS * 60


# Which side the clock of a state runs against, as a key of SLIP_HOURS.
LIMITS = {
    SlipState.SUBMITTED: "receive",
    SlipState.TRANSFERRED: "receive",
    SlipState.RECEIVED: "accept",
    SlipState.WORKING: "accept",
    SlipState.RETURNED: "resubmit",
}


def clock_of(
    state: str, *, since: dt.datetime | None, received_at: dt.datetime | None, now: dt.datetime, hours: Hours
) -> Clock | None:
    """The running clock of a slip; None once nobody has to act any more. The hours are read once for all slips.

    `since` is the slip's `clock_from`. A slip that was received somewhere and handed on is still on the clock of its
    acceptance: another hall has to take it in, but the customer doesn't wait anew.
    """
    limit = LIMITS.get(SlipState(state))
    if limit is None or since is None:
        return None
    if state == SlipState.TRANSFERRED and received_at:
        limit = "accept"
    return Clock(used=worked(since, now, hours), limit=settings.SLIP_HOURS[limit] * 60)


def _minutes(text: str) -> int:
    hour, minute = text.split(":")
    return int(hour) * 60 + int(minute)
