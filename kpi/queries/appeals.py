"""Appeals as pages show them: what was contested, what it is now, and what a score sheet offers its reader."""

import datetime as dt
from dataclasses import dataclass, field
from decimal import Decimal

from django.db.models import Case, F, IntegerField, QuerySet, Value, When

from accounts.scope import Scope
from core.periods import Month
from grids.models import Grid
from kpi.choices import MonthState
from kpi.domain.appeals import serves
from kpi.models import Adjustment, Appeal, BranchMonth, ItemScore, Score
from kpi.queries.sheets import Sheet
from managers.models import Manager

SHOWN = 200
# A result of a run: the run, the grid or the person, and the item ("" is the total).
Key = tuple[int, int | None, int | None, str]


@dataclass(frozen=True, slots=True)
class AppealRow:
    """An appeal with the figure it contests and the figure shown now; None where nothing was scored."""

    appeal: Appeal
    contested: Decimal | None
    now: Decimal | None

    @property
    def change(self) -> Decimal | None:
        return None if self.contested is None or self.now is None else self.now - self.contested

    @property
    def name(self) -> str:
        subject = self.appeal.grid or self.appeal.manager
        return subject.name if subject else ""


def appeals_within(scope: Scope) -> QuerySet[Appeal]:
    """All one may see, those without an answer first, the oldest of them on top."""
    waiting = Case(When(outcome="", then=Value(0)), default=Value(1), output_field=IntegerField())
    found = Appeal.objects.within(scope).select_related("branch", "grid", "manager", "filed_by", "answered_by", "run")
    return found.order_by(waiting, "-month", "filed_at", "pk")


def appeal_rows(appeals: QuerySet[Appeal]) -> list[AppealRow]:
    """The first of them with their figures, in three statements whatever their number."""
    found = list(appeals[:SHOWN])
    months = BranchMonth.objects.filter(month__in={appeal.month for appeal in found})
    shown = {(row.branch_id, row.month): row.current_run_id for row in months}
    now = {appeal.pk: shown.get((appeal.branch_id, appeal.month)) for appeal in found}
    figures = _figures({appeal.run_id for appeal in found} | {run for run in now.values() if run}, found)

    def figure(appeal: Appeal, run: int | None) -> Decimal | None:
        return figures.get((run or 0, appeal.grid_id, appeal.manager_id, appeal.code))

    return [AppealRow(one, figure(one, one.run_id), figure(one, now[one.pk])) for one in found]


def _figures(runs: set[int], appeals: list[Appeal]) -> dict[Key, Decimal | None]:
    grids = {appeal.grid_id for appeal in appeals if appeal.grid_id}
    people = {appeal.manager_id for appeal in appeals if appeal.manager_id}
    found: dict[Key, Decimal | None] = {}
    for places in ({"grid__in": grids}, {"manager__in": people}):
        for score in Score.objects.filter(run__in=runs, **places):
            found[score.run_id, score.grid_id, score.manager_id, ""] = score.total
        for item in ItemScore.objects.filter(run__in=runs, **places):
            found[item.run_id, item.grid_id, item.manager_id, item.code] = item.score
    return found


@dataclass(frozen=True, slots=True)
class SheetLife:
    """What stands beside a score sheet: whether the reader may appeal and until when, the appeals on this score, and
    what corrections of earlier months have booked in this one (points, beside the score and never in it)."""

    can_appeal: bool = False
    until: dt.date | None = None
    appeals: list[Appeal] = field(default_factory=list)
    adjusted: Decimal = Decimal(0)
    adjustments: list[Adjustment] = field(default_factory=list)


def sheet_life(scope: Scope, sheet: Sheet | None, *, today: dt.date) -> SheetLife:
    """For a grid's or a person's sheet; nothing without a score."""
    if sheet is None:
        return SheetLife()
    score = sheet.score
    subject = {"grid": score.grid_id, "manager": score.manager_id, "month": score.month}
    booked = list(Adjustment.objects.within(scope).filter(**subject).select_related("correction").order_by("pk"))
    month = BranchMonth.objects.filter(branch=score.branch_id, month=score.month).first()
    is_heard = month is not None and _is_heard(month, today)
    return SheetLife(
        can_appeal=is_heard and may_appeal(scope, score.grid, score.manager, Month.of(score.month)),
        until=month.appeals_until if month else None,
        appeals=list(appeals_within(scope).filter(**subject)),
        adjusted=sum((row.difference for row in booked), Decimal(0)),
        adjustments=booked,
    )


def heard_months(manager: Manager, *, today: dt.date) -> list[BranchMonth]:
    """Published months with a score of this person that can still be appealed against, newest first."""
    shown = BranchMonth.objects.filter(
        state=MonthState.PUBLISHED, current_run__scores__manager=manager, current_run__scores__branch=F("branch")
    )
    return [month for month in shown.distinct() if _is_heard(month, today)]


def may_appeal(scope: Scope, grid: Grid | None, manager: Manager | None, month: Month) -> bool:
    """One's own score, or that of a grid one served in the month."""
    if scope.manager is None:
        return False
    if manager:
        return scope.manager == manager.pk
    own = Manager.objects.within(scope).filter(pk=scope.manager).first()
    return own is not None and grid is not None and serves(own, grid, month)


def _is_heard(month: BranchMonth, today: dt.date) -> bool:
    in_time = month.appeals_until is None or today <= month.appeals_until
    return month.state == MonthState.PUBLISHED and in_time
