"""Targets of grids: set by hand on the sheet of a month."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from core.periods import Month
from core.refusals import Refusal
from grids.models import Grid
from kpi.choices import MonthState
from kpi.models import BranchMonth, Target


class TargetRefused(Refusal):
    """A target can't be set: the month is closed, or 不考核 has no reason."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What one cell of the sheet says; `value` None takes the target away."""

    grid: Grid
    code: str
    value: Decimal | None
    is_exempt: bool = False
    reason: str = ""


@transaction.atomic
def set_targets(*, month: Month, wanted: Iterable[Wanted]) -> int:
    """Write all cells or none; returns how many there were. Raises TargetRefused."""
    cells = list(wanted)
    require_open(month, {cell.grid.branch_id for cell in cells})
    for cell in cells:
        if cell.is_exempt and not cell.reason.strip():
            raise TargetRefused(_("%(grid)s：不考核要写明理由。") % {"grid": cell.grid.name}, field=cell.code)
        if cell.value is not None and cell.value < 0:
            raise TargetRefused(_("%(grid)s：目标值不能小于 0。") % {"grid": cell.grid.name}, field=cell.code)
        _set(month, cell)
    return len(cells)


def _set(month: Month, cell: Wanted) -> None:
    key: dict[str, Any] = {"month": month.first, "grid": cell.grid, "code": cell.code}
    if cell.value is None and not cell.is_exempt:
        Target.objects.filter(**key).delete()
        return
    Target.objects.update_or_create(
        **key,
        defaults={"value": cell.value or Decimal(0), "is_exempt": cell.is_exempt, "reason": cell.reason.strip()[:200]},
    )


def require_open(month: Month, branches: set[int]) -> None:
    """Raise TargetRefused when one of the branches has closed the month; the row lock keeps it open meanwhile."""
    months = BranchMonth.objects.select_for_update().filter(month=month.first, branch__in=branches)
    if any(found.state == MonthState.CLOSED for found in months):
        raise TargetRefused(_("这个月已审定，不能再改。"))
