"""What one more record is worth to a person today: an acceptance in their grid, a line that is kept or lost."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from campaigns.models import FollowUp
from core import sql
from core.periods import Month
from customers.models import Subscription
from grids.models import Grid, GridCommunity
from kpi.choices import ItemStatus, Level, Measure
from kpi.domain import worth
from kpi.domain.worth import Scored
from kpi.models import Indicator, ItemScore
from kpi.queries.sheets import Sheet
from managers.models import Manager, Posting

WINS = (Measure.COMPLETION, Measure.POINTS)


@dataclass(frozen=True, slots=True)
class Counted:
    """The figures of a grid's item as of today: acceptances as they are now, retention as the last run counted it."""

    status: str
    actual: Decimal | None
    base: Decimal | None
    lost: int | None
    target: Decimal | None
    score: Decimal | None


@dataclass(frozen=True, slots=True)
class Worth:
    """One more unit of an item: `points` is what it moves in the person's total, before rounding, 4 places.

    `state`: capped, floored, no_target, exempt, or empty. `missing`: units until the cap, or until it leaves the floor.
    """

    rule: Indicator
    grid: Grid
    now: Counted
    days: int
    all_days: int
    weight: Fraction
    score: Decimal | None
    then: Decimal | None
    points: Decimal
    total: Decimal
    total_then: Decimal
    state: str = ""
    missing: int = 0

    @property
    def net(self) -> int:
        return int(self.now.actual or 0)

    @property
    def saved(self) -> Decimal:
        """What keeping one line is worth: what losing it would cost."""
        return -self.points

    @property
    def weight_percent(self) -> Decimal:
        return worth.half_up(self.weight, 6)

    @property
    def percent(self) -> float | None:
        """Completion in per cent; None where there is no target to divide by."""
        if self.rule.measure != Measure.COMPLETION or not self.now.target or self.now.actual is None:
            return None
        return float(self.now.actual * 100 / self.now.target)


@dataclass(frozen=True, slots=True)
class AtRisk:
    """A household that somebody has promised to look after: what losing its lines would cost."""

    follow_up: FollowUp
    lines: list[tuple[Subscription, Worth]]

    @property
    def points(self) -> Decimal:
        return sum((worth_of.points for _line, worth_of in self.lines), Decimal(0))


@dataclass(frozen=True, slots=True)
class Outlook:
    """All of it for one person: what to win, what to keep, and who is at risk."""

    grid: Grid
    wins: list[Worth]
    keeps: list[Worth]
    at_risk: list[AtRisk]


def outlook(manager: Manager, sheet: Sheet, today: dt.date) -> Outlook | None:
    """What one more is worth in the month of the sheet; None for somebody who serves no grid in it."""
    month = Month.of(sheet.run.month)
    days = _days(manager, month)
    grid = _grid_of(manager, days, min(today, month.next_first - dt.timedelta(days=1)))
    if grid is None:
        return None
    held = _figures(sheet, days)
    live = _live(grid, month, [item.rule for item in sheet.items])
    found = [_worth(sheet, item.rule, grid, days, held, live) for item in sheet.items if item.rule.level == Level.GRID]
    keeps = [each for each in found if each.rule.measure == Measure.RETENTION]
    return Outlook(
        grid=grid,
        wins=[each for each in found if each.rule.measure in WINS],
        keeps=keeps,
        at_risk=_at_risk(manager, grid, month, keeps),
    )


def _days(manager: Manager, month: Month) -> dict[int, int]:
    """Grid → the days that weigh it."""
    found = sql.tuples("kpi/list_service", first=month.first, next=month.next_first)
    return {grid: days for who, grid, days in found if who == manager.pk}


def _grid_of(manager: Manager, days: dict[int, int], on: dt.date) -> Grid | None:
    """The grid served on the day, else the last one of the month."""
    postings = Posting.objects.filter(manager=manager, grid__in=days, period__startswith__lte=on)
    last = postings.select_related("grid").order_by("-period").first()
    return last.grid if last else None


def _figures(sheet: Sheet, days: dict[int, int]) -> dict[tuple[int, str], Counted]:
    rows = ItemScore.objects.filter(run=sheet.run, grid__in=days)
    return {
        (row.grid_id or 0, row.code): Counted(row.status, row.actual, row.base, row.lost, row.target, row.score)
        for row in rows
    }


def _live(grid: Grid, month: Month, rules: Iterable[Indicator]) -> dict[str, Decimal]:
    """Code → net new of the grid as the records stand now."""
    moved = sql.tuples("kpi/list_progress", grids=[grid.pk], first=month.first, end=month.next_first)
    counts = [(product, net) for product, _day, net in moved]
    return {
        rule.code: Decimal(sum(net for product, net in counts if product in rule.products))
        for rule in rules
        if rule.measure in WINS
    }


def _worth(
    sheet: Sheet,
    rule: Indicator,
    grid: Grid,
    days: dict[int, int],
    held: dict[tuple[int, str], Counted],
    live: dict[str, Decimal],
) -> Worth:
    now = _now(rule, held.get((grid.pk, rule.code)), live)
    more = -1 if rule.measure == Measure.RETENTION else 1
    score, then = worth.score_with(rule, now, 0), worth.score_with(rule, now, more)
    terms = [Scored(item.rule, item.result.status, item.result.score) for item in sheet.items]
    # The live sheet of one grid: the other items and grids as the last run has them.
    others = [(n, held[g, rule.code].score) for g, n in days.items() if g != grid.pk and (g, rule.code) in held]
    before = worth.replaced(terms, {rule.code: worth.by_days([*others, (days[grid.pk], score)])})
    after = worth.replaced(terms, {rule.code: worth.by_days([*others, (days[grid.pk], then)])})
    moved = worth.exact_total(after) - worth.exact_total(before)
    state, missing = _state(rule, now)
    return Worth(
        rule=rule,
        grid=grid,
        now=now,
        days=days[grid.pk],
        all_days=sum(days.values()),
        weight=worth.weights(terms).get(rule.code, Fraction(0)),
        score=score,
        then=then,
        points=worth.half_up(moved, 4),
        total=worth.total(before),
        total_then=worth.total(after),
        state=state,
        missing=missing,
    )


def _now(rule: Indicator, item: Counted | None, live: dict[str, Decimal]) -> Counted:
    if item is None:
        return Counted(ItemStatus.EXEMPT, None, None, None, None, None)
    actual = live.get(rule.code, item.actual) if item.status == ItemStatus.SCORED else item.actual
    return Counted(item.status, actual, item.base, item.lost, item.target, item.score)


def _state(rule: Indicator, now: Counted) -> tuple[str, int]:
    """Why one more moves nothing, if so, and how many it takes until it does, or until it no longer does."""
    if now.status != ItemStatus.SCORED:
        return now.status, 0
    rate = worth.rate_of(rule, actual=now.actual or 0, base=now.base, target=now.target)
    if rate is None:
        return ItemStatus.EXEMPT.value, 0
    if rule.measure == Measure.RETENTION:
        return "", 0
    if rate >= rule.cap:
        return "capped", 0
    if rate < rule.floor:
        return "floored", worth.missing_to(rule, now, rule.floor)
    return "", worth.missing_to(rule, now, rule.cap)


def _at_risk(manager: Manager, grid: Grid, month: Month, keeps: list[Worth]) -> list[AtRisk]:
    """Open follow-ups of the person at households of the grid, with the lines that are in the base of retention."""
    promised = FollowUp.objects.filter(manager=manager, grid=grid, done_at=None, household__isnull=False)
    rows = list(promised.select_related("household").order_by("due_at")[:20])
    homes = GridCommunity.objects.active_on(month.first).filter(grid=grid).values("community_id")
    lines = Subscription.objects.filter(
        household__in=[row.household_id for row in rows],
        household__community__in=homes,
        opened_on__lt=month.first,
        closed_on=None,
    )
    found: dict[int, list[tuple[Subscription, Worth]]] = {}
    for line in lines.order_by("code"):
        for keep in keeps:
            if line.product_code in keep.rule.products:
                found.setdefault(line.household_id, []).append((line, keep))
    return [AtRisk(row, found[row.household_id]) for row in rows if row.household_id in found]


def worth_document(each: Worth) -> dict[str, object]:
    """One more unit as plain data: numbers as strings."""
    return {
        "item": each.rule.code,
        "name": each.rule.name,
        "products": each.rule.products,
        "grid": each.grid.code,
        "now": None if each.now.actual is None else f"{each.now.actual.normalize():f}",
        "target": None if each.now.target is None else f"{each.now.target.normalize():f}",
        "days": each.days,
        "all_days": each.all_days,
        "weight": f"{each.weight_percent:f}",
        "score": None if each.score is None else f"{each.score:f}",
        "score_with_one_more": None if each.then is None else f"{each.then:f}",
        "points": f"{each.points:f}",
        "state": each.state,
        "missing": each.missing,
    }
