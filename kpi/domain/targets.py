"""Targets of grids: set by hand on the sheet of a month."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from core.periods import Month
from grids.models import Grid
from kpi.domain.sheets import changed_meanwhile, refuse, require_open
from kpi.indicators.measure import plain
from kpi.models import Target


@dataclass(frozen=True, slots=True)
class Wanted:
    """What one cell of the sheet says; `value` None takes the target away."""

    grid: Grid
    code: str
    value: Decimal | None
    is_exempt: bool = False
    reason: str = ""

    @property
    def key(self) -> str:
        return key_of(self.grid.pk, self.code)


def key_of(grid_id: int, code: str) -> str:
    """How a sheet names a cell."""
    return f"{grid_id}-{code}"


def as_text(value: Decimal | None, is_exempt: bool, reason: str) -> str:
    """A cell in one line, to compare and to tell."""
    if is_exempt:
        return " ".join([_("不考核"), *([plain(value)] if value else []), reason])
    return "" if value is None else plain(value)


def stored_text(target: Target | None) -> str:
    return as_text(target.value, target.is_exempt, target.reason) if target else ""


@transaction.atomic
def set_targets(*, month: Month, wanted: Iterable[Wanted], seen: Mapping[str, str] | None = None) -> int:
    """Write the cells that differ from what is stored, all or none; returns how many did. Raises SheetRefused.

    `seen` is what the editor saw in each cell: those left as they were are none of his doing, and one that somebody
    else has changed since is not overwritten unasked.
    """
    cells = [cell for cell in wanted if seen is None or seen.get(cell.key) != _text(cell)]
    grids = {cell.grid.pk for cell in cells}
    require_open(month, {cell.grid.branch_id for cell in cells})
    held = Target.objects.select_for_update().filter(month=month.first, grid__in=grids).order_by("pk")
    stored = {key_of(target.grid_id, target.code): stored_text(target) for target in held}
    refuse({cell.key: words for cell in cells if (words := _wrong(cell, stored, seen))})
    changed = [cell for cell in cells if _text(cell) != stored.get(cell.key, "")]
    for cell in changed:
        _set(month, cell)
    return len(changed)


def _wrong(cell: Wanted, stored: Mapping[str, str], seen: Mapping[str, str] | None) -> str:
    name = f"{cell.grid.name} {cell.code}"
    saw = seen.get(cell.key) if seen is not None else None
    if words := changed_meanwhile(stored.get(cell.key, ""), _text(cell), saw):
        return f"{name}：{words}"
    if cell.is_exempt and not cell.reason.strip():
        return _("%(grid)s：不考核要写明理由。") % {"grid": name}
    if cell.value is not None and cell.value < 0:
        return _("%(grid)s：目标值不能小于 0。") % {"grid": name}
    return ""


def _text(cell: Wanted) -> str:
    value = round(cell.value, 2) if cell.value is not None else None
    # An exempt cell without a number is stored with 0.
    return as_text(value or (Decimal(0) if cell.is_exempt else value), cell.is_exempt, cell.reason.strip()[:200])


def _set(month: Month, cell: Wanted) -> None:
    key: dict[str, Any] = {"month": month.first, "grid": cell.grid, "code": cell.code}
    if cell.value is None and not cell.is_exempt:
        Target.objects.filter(**key).delete()
        return
    reason = cell.reason.strip()[:200] if cell.is_exempt else ""
    Target.objects.update_or_create(
        **key, defaults={"value": cell.value or Decimal(0), "is_exempt": cell.is_exempt, "reason": reason}
    )
