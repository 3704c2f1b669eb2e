"""Corrections as pages show them: what differs and why, which correction counted a record, what was booked."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal

from django.db.models import Max, Prefetch, Q, QuerySet
from django.db.models.functions import Greatest
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from acceptance.models import Acceptance, FormerAcceptance
from accounts.scope import Scope
from core.formats import number, plain
from core.periods import Month
from grids.models import Branch, Grid
from kpi.choices import ItemStatus
from kpi.domain.differences import Difference, ItemDifference, differences
from kpi.models import Adjustment, BranchMonth, Correction, Drift, Indicator, ItemScore, Run
from kpi.queries.movements import Stood, entered_since, in_month
from kpi.queries.standing import worked_out_until
from managers.models import Manager

RECORDS_SHOWN = 20
Late = dict[tuple[int, str], list[Acceptance]]  # grid and product → orders entered or changed since


@dataclass(frozen=True, slots=True)
class Cause:
    """One item that differs, in words, with the first acceptances that came after the earlier result and how many
    more there are."""

    code: str
    name: str
    points: Decimal
    words: list[str]
    records: list[Acceptance]
    more: int


@dataclass(frozen=True, slots=True)
class DifferenceRow:
    """A grid or a person with totals before and after (None: no score) and what made the difference."""

    code: str
    name: str
    is_grid: bool
    before: Decimal | None
    after: Decimal | None
    points: Decimal
    causes: list[Cause] = field(default_factory=list)


def difference_rows(*, before: int, after: int, branch: Branch) -> list[DifferenceRow]:
    """What the run `after` says differently from `before`, each with its items and records.

    Grids come before people, those whose total changes most first.
    """
    found = differences(before=before, after=after, branch=branch.pk)
    earlier, later = Run.objects.get(pk=before), Run.objects.get(pk=after)
    rules = {rule.code: rule for rule in Indicator.objects.filter(scheme=later.scheme_id)}
    late = _late_acceptances(earlier, branch, [one.grid_id for one in found if one.grid_id])
    grids = Grid.objects.in_bulk([one.grid_id for one in found if one.grid_id])
    people = Manager.objects.in_bulk([one.manager_id for one in found if one.manager_id])
    rows = [_row(one, grids, people, rules, late) for one in found]
    return sorted(rows, key=lambda row: (not row.is_grid, -abs(row.points), row.code))


def _row(
    one: Difference,
    grids: dict[int, Grid],
    people: dict[int, Manager],
    rules: dict[str, Indicator],
    late: Late,
) -> DifferenceRow:
    grid, person = grids.get(one.grid_id or 0), people.get(one.manager_id or 0)
    return DifferenceRow(
        code=grid.code if grid else person.staff_no if person else "",
        name=grid.name if grid else person.name if person else "",
        is_grid=grid is not None,
        before=one.before.total if one.before else None,
        after=one.after.total if one.after else None,
        points=one.points,
        causes=[_cause(item, rules.get(item.code), one.grid_id or 0, late) for item in one.items],
    )


def _cause(item: ItemDifference, rule: Indicator | None, grid: int, late: Late) -> Cause:
    records = [row for product in (rule.products if rule else []) for row in late.get((grid, product), [])]
    return Cause(
        code=item.code,
        name=rule.name if rule else item.code,
        points=item.points,
        words=list(_words(item.before, item.after)),
        records=records[:RECORDS_SHOWN],
        more=max(len(records) - RECORDS_SHOWN, 0),
    )


def _words(before: ItemScore | None, after: ItemScore | None) -> Iterable[str]:
    """The figures of an item that differ, as “新增 3 → 4”."""
    if before is None or after is None:
        present = after or before
        yield _("新有这一项") if after else _("不再有这一项")
        if present is None or present.status != ItemStatus.SCORED:
            return
    names = {
        "gained": pgettext("in a sentence", "新增"),
        "lost": pgettext("in a sentence", "减少"),
        "base": pgettext("in a sentence", "月初在网"),
        "target": pgettext("in a sentence", "目标"),
        "score": pgettext("in a sentence", "得分"),
    }
    for name, label in names.items():
        old, new = (getattr(one, name) if one else None for one in (before, after))
        if old != new:
            yield f"{label} {_figure(old)} → {_figure(new)}"
    if before and after and before.status != after.status:
        yield f"{before.get_status_display()} → {after.get_status_display()}"


def _figure(value: Decimal | int | None) -> str:
    if value is None:
        return "—"
    return number(value) if isinstance(value, int) else plain(value, 4)


def _late_acceptances(earlier: Run, branch: Branch, grids: list[int]) -> Late:
    """Acceptances and cancellations of the month entered, moved or taken back after the earlier result.

    Each with the moment, under every grid and product it counted for since.
    """
    until = worked_out_until(earlier, BranchMonth.objects.filter(branch=branch, month=earlier.month).first())
    if until is None:
        return {}
    here = Q(in_month(Month.of(earlier.month)), grid__in=grids)
    was_here = FormerAcceptance.objects.filter(here, at__gt=until)
    once = list(was_here.values_list("acceptance", flat=True))
    moment = Greatest("recorded_at", Max("former__at"))  # (of an order that never changed, the first alone)
    rows = entered_since(Acceptance.objects.filter(here | Q(pk__in=once)), until).annotate(entered_at=moment)
    rows = rows.select_related("product").prefetch_related(Prefetch("former", was_here))
    found: Late = {}
    for row in rows.order_by("accepted_on", "order_no"):
        said: list[Stood] = [row, *row.former.all()]
        for place in {(stood.grid_id or 0, stood.product_id) for stood in said}:
            found.setdefault(place, []).append(row)
    return found


def corrections_of(scope: Scope, branch: Branch, month: Month) -> QuerySet[Correction]:
    """The signed corrections of a branch's month, newest first."""
    found = Correction.objects.within(scope).filter(branch=branch, month=month.first)
    return found.select_related("signed_by", "run").order_by("-number")


def basis_before(correction: Correction, closed_run: int) -> int:
    """The run a signed correction was compared with."""
    earlier = Correction.objects.filter(
        branch=correction.branch_id, month=correction.month, number=correction.number - 1
    )
    return earlier.values_list("run_id", flat=True).first() or closed_run


def adjustments_of(scope: Scope, month: Month, branch: Branch | None = None) -> QuerySet[Adjustment]:
    """Adjustments booked in a month, largest change first within each correction; grids before people."""
    found = Adjustment.objects.within(scope).filter(month=month.first)
    if branch:
        found = found.filter(branch=branch)
    related = found.select_related("correction__signed_by", "branch", "grid", "manager")
    return related.order_by("-correction", "manager", "grid")


def drifts_within(scope: Scope) -> QuerySet[Drift]:
    """Closed months that differ from what their data give now, newest first."""
    return Drift.objects.within(scope).select_related("branch").order_by("-month", "branch")


def booked_months(scope: Scope) -> list[Month]:
    """Months in which adjustments are booked, newest first."""
    days = Adjustment.objects.within(scope).order_by("-month").values_list("month", flat=True).distinct()
    return [Month.of(day) for day in days]
