"""How long a slip has waited, in working time: every day of the week, from opening to closing."""

import datetime as dt
from dataclasses import dataclass

from django.conf import settings

from acceptance.choices import SlipState
from core.periods import SHANGHAI, day_start, local_day

_EPOCH = dt.date(2000, 1, 1)


@dataclass(frozen=True, slots=True)
class Hours:
    """Opening and closing of a working day, as minutes after midnight."""

    opens: int
    closes: int

    def until(self, instant: dt.datetime) -> int:
        """Working minutes from a fixed day until an instant; only differences mean something."""
        local = instant.astimezone(SHANGHAI)
        minute = local.hour * 60 + local.minute
        today = min(max(minute, self.opens), self.closes) - self.opens
        return (local_day(instant) - _EPOCH).days * (self.closes - self.opens) + today


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


def hours() -> Hours:
    """The working day of the settings."""
    opens, closes = settings.SLIP_WORKING_DAY
    return Hours(_minutes(opens), _minutes(closes))


def worked(start: dt.datetime, end: dt.datetime, day: Hours | None = None) -> int:
    """Working minutes from start to end; never negative."""
    day = day or hours()
    return max(day.until(end) - day.until(start), 0)


def late_before(now: dt.datetime, limit: int) -> dt.datetime:
    """The first instant from which the limit, in working minutes, is still kept: what began before it is late."""
    day = hours()
    whole, minute = divmod(day.until(now) - limit, day.closes - day.opens)
    date = _EPOCH + dt.timedelta(days=whole)
    # A morning's first minute is worth as much as the evening before after closing.
    start, minute = (
        (day_start(date), day.opens + minute) if minute else (day_start(date - dt.timedelta(days=1)), day.closes)
    )
    return start + dt.timedelta(minutes=minute)


# Which side the clock of a state runs against, as a key of SLIP_HOURS.
LIMITS = {
    SlipState.SUBMITTED: "receive",
    SlipState.TRANSFERRED: "receive",
    SlipState.RECEIVED: "accept",
    SlipState.WORKING: "accept",
    SlipState.RETURNED: "resubmit",
}


def clock_of(state: str, *, state_at: dt.datetime, received_at: dt.datetime | None, now: dt.datetime) -> Clock | None:
    """The running clock of a slip; None once nobody has to act any more."""
    limit = LIMITS.get(SlipState(state))
    if limit is None:
        return None
    since = received_at if limit == "accept" and received_at else state_at
    return Clock(used=worked(since, now), limit=settings.SLIP_HOURS[limit] * 60)


def _minutes(text: str) -> int:
    hour, minute = text.split(":")
    return int(hour) * 60 + int(minute)
