"""Progress against time, grid by grid: what each has done, where it should be today, and what a day has to bring."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import ROUND_CEILING, Decimal

from core.periods import Month
from grids.models import Grid
from kpi.models import Indicator
from kpi.queries.inputs import stored_targets
from kpi.queries.weights import net_new

LATE = 3.0  # points of per cent behind time that make a grid late, as on the month at a glance


@dataclass(frozen=True, slots=True)
class Pace:
    """One grid or all of them with one item: `net` of the first `day` days of `days`; `target` None when there is none.

    Time is linear over calendar days: doors are knocked at on Sundays too, and three months of history are too few
    for a season of one's own.
    """

    name: str
    code: str
    net: int
    target: Decimal | None
    day: int
    days: int
    is_exempt: bool = False

    @property
    def time(self) -> float:
        """Share of the month that has passed, per cent."""
        return self.day * 100 / self.days

    @property
    def expected(self) -> Decimal | None:
        """Where the grid should be today, in units to one place."""
        return None if self.target is None else (self.target * self.day / self.days).quantize(Decimal("0.1"))

    @property
    def done(self) -> float | None:
        return self.net * 100 / float(self.target) if self.target else None

    @property
    def ahead(self) -> Decimal | None:
        """Units ahead of time, negative when behind."""
        return None if self.expected is None else self.net - self.expected

    @property
    def is_late(self) -> bool:
        return self.done is not None and self.time - self.done > LATE

    @property
    def lacking(self) -> Decimal | None:
        """Units to go until the target; 0 when it is reached."""
        return None if self.target is None else max(self.target - self.net, Decimal(0))

    @property
    def daily(self) -> Decimal | None:
        """What each of the days after today has to bring, rounded up to a tenth; None after the last day."""
        left = self.days - self.day
        if self.lacking is None or left <= 0:
            return None
        return (self.lacking / left).quantize(Decimal("0.1"), ROUND_CEILING)


def paces(month: Month, today: dt.date, grids: list[Grid], rule: Indicator) -> list[Pace]:
    """Each grid with one item up to and including today, the furthest behind first; without a target last."""
    end = min(max(today + dt.timedelta(days=1), month.first), month.next_first)
    day = (end - month.first).days
    ids = [grid.pk for grid in grids]
    net, known = net_new(ids, [rule], month.first, end), stored_targets(month, ids)
    found = []
    for grid in grids:
        target = known.get((grid.pk, rule.code))
        is_exempt = bool(target and target.is_exempt)
        value = target.value if target and target.value and not is_exempt else None
        found.append(Pace(grid.name, grid.code, net.get((grid.pk, rule.code), 0), value, day, month.days, is_exempt))
    return sorted(found, key=lambda pace: (pace.ahead is None, pace.ahead or 0, pace.code))


def together(rows: Iterable[Pace], name: str) -> Pace | None:
    """The sum of the grids that have a target; None without any."""
    counted = [row for row in rows if row.target is not None]
    if not counted:
        return None
    target = sum((row.target for row in counted if row.target), Decimal(0))
    return Pace(name, "", sum(row.net for row in counted), target, counted[0].day, counted[0].days)
