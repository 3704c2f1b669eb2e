"""The month under way: what is done against the targets and against time."""

import datetime as dt
from collections import defaultdict
from dataclasses import dataclass, field
from decimal import Decimal

from django.db.models import Sum

from core import sql
from core.periods import Month
from kpi.choices import Measure
from kpi.models import Indicator, ItemScore, Target
from kpi.queries.generations import Generation

LATE = 3.0  # points of per cent behind time that make an item late


@dataclass(frozen=True, slots=True)
class ItemProgress:
    """One item so far. `daily` is the running net at the end of each day, from the 1st to today."""

    code: str
    name: str
    measure: str
    weight: Decimal
    net: int
    target: Decimal
    day: int
    days: int
    points: Decimal | None = None
    daily: list[int] = field(default_factory=list)

    @property
    def time(self) -> float:
        """Share of the month that has passed, per cent."""
        return self.day * 100 / self.days

    @property
    def done(self) -> float | None:
        return self.net * 100 / float(self.target) if self.target else None

    @property
    def ahead(self) -> int:
        """Units ahead of time; negative when behind."""
        return round(self.net - float(self.target) * self.day / self.days)

    @property
    def is_late(self) -> bool:
        return self.done is not None and self.time - self.done > LATE

    @property
    def projected(self) -> int:
        """Where the month ends when it goes on like this."""
        return round(self.net * self.days / self.day)

    @property
    def short(self) -> int:
        """Units missing at the end of the month at this rate; 0 when none."""
        return max(round(float(self.target)) - self.projected, 0)


def progress(month: Month, today: dt.date, grids: list[int], indicators: list[Indicator]) -> list[ItemProgress]:
    """Items of completion and points of some grids, up to and including today."""
    end = min(today + dt.timedelta(days=1), month.next_first)
    by_product: dict[str, dict[dt.date, int]] = defaultdict(dict)
    for product, day, net in sql.tuples("kpi/list_progress", grids=grids, first=month.first, end=end):
        by_product[product][day] = net
    targets = targets_of(month, grids)
    passed = (end - month.first).days
    return [
        _item(indicator, month, passed, by_product, targets.get(indicator.code, Decimal(0)))
        for indicator in indicators
        if indicator.measure in (Measure.COMPLETION, Measure.POINTS)
    ]


def _item(
    rule: Indicator, month: Month, passed: int, by_product: dict[str, dict[dt.date, int]], target: Decimal
) -> ItemProgress:
    daily, total = [], 0
    for offset in range(passed):
        day = month.first + dt.timedelta(days=offset)
        total += sum(by_product.get(product, {}).get(day, 0) for product in rule.products)
        daily.append(total)
    is_points = rule.measure == Measure.POINTS
    return ItemProgress(
        code=rule.code,
        name=rule.name,
        measure=rule.measure,
        weight=rule.weight,
        net=total,
        target=Decimal(0) if is_points else target,
        day=passed,
        days=month.days,
        points=total * rule.points_per_unit if is_points else None,
        daily=daily,
    )


def targets_of(month: Month, grids: list[int]) -> dict[str, Decimal]:
    """Code → the sum of the grids' targets, without those that are 不考核."""
    found = Target.objects.filter(month=month.first, grid__in=grids, is_exempt=False)
    return dict(found.order_by().values_list("code").annotate(Sum("value")))


def business(items: list[ItemProgress]) -> float | None:
    """Completion of the key business: the items by their weights."""
    rated = [(item.done, float(item.weight)) for item in items if item.done is not None]
    weights = sum(weight for _done, weight in rated)
    return sum(done * weight for done, weight in rated) / weights if weights else None


@dataclass(frozen=True, slots=True)
class Kept:
    """Retention so far, as the last run counted it."""

    name: str
    base: int
    lost: int

    @property
    def rate(self) -> float | None:
        return (self.base - self.lost) * 100 / self.base if self.base else None


def retention(shown: Generation, grids: list[int], indicators: list[Indicator]) -> list[Kept]:
    """Lines of the month's start and those lost since, of some grids."""
    rules = [rule for rule in indicators if rule.measure == Measure.RETENTION]
    rows = ItemScore.objects.filter(run__in=shown.run_ids, grid__in=grids, code__in=[rule.code for rule in rules])
    sums = {
        code: (base or 0, lost or 0)
        for code, base, lost in rows.order_by().values_list("code").annotate(Sum("base"), Sum("lost"))
    }
    return [Kept(rule.name, int(sums.get(rule.code, (0, 0))[0]), sums.get(rule.code, (0, 0))[1]) for rule in rules]
