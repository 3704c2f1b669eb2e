"""Targets of grids: set by hand on the sheet of a month, spread over grids, or copied from the month before."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import gettext as _

from accounts.models import User
from core.periods import Month
from grids.models import Grid
from kpi.domain import plans
from kpi.domain.sheets import SheetRefused, changed_meanwhile, explained, frozen_words, refuse, require_open
from kpi.indicators.measure import plain
from kpi.models import Target

LONGEST_REASON = 200
WRITTEN = ["value", "is_exempt", "reason", "changed_by", "change_reason"]


@dataclass(frozen=True, slots=True)
class Wanted:
    """What one cell of the sheet says; `value` None takes the target away, `reason` is the exemption's."""

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
    """A cell in one line, as it is shown, compared and told: a number, or 不考核 and the reason."""
    if is_exempt:
        return f"{_('不考核')} {reason}".strip()
    return "" if value is None else plain(value)


def stored_text(target: Target | None) -> str:
    return as_text(target.value, target.is_exempt, target.reason) if target else ""


def set_targets(
    *,
    month: Month,
    wanted: Iterable[Wanted],
    seen: Mapping[str, str] | None = None,
    by: User | None = None,
    reason: str = "",
) -> int:
    """Write the cells that differ from what is stored, all or none; returns how many did. Raises SheetRefused.

    `seen` is what the editor saw in each cell: those left as they were are none of his doing, and one that somebody
    else has changed since is not overwritten unasked. `reason` must be given once the branch's targets are frozen.
    A cell that was emptied is kept as 0, which is no target either, so that the history knows who did it.
    """
    cells = [cell for cell in wanted if seen is None or seen.get(cell.key) != _text(cell)]
    with explained():
        require_open(month, {cell.grid.branch_id for cell in cells})
        held = Target.objects.select_for_update().filter(month=month.first, grid__in={cell.grid.pk for cell in cells})
        stored = {key_of(target.grid_id, target.code): stored_text(target) for target in held.order_by("pk")}
        refuse({cell.key: words for cell in cells if (words := _wrong(cell, stored, seen))})
        changed = [cell for cell in cells if not _is_as(cell, stored.get(cell.key))]
        _require_reason(month, changed, reason)
        _write(month, changed, by, reason)
    return len(changed)


def _is_as(cell: Wanted, stored: str | None) -> bool:
    """Whether a cell is stored like this: an empty one is when nothing or 0 is."""
    return _text(cell) == (stored or "") or (not _text(cell) and stored == "0")


def _require_reason(month: Month, changed: list[Wanted], reason: str) -> None:
    if len(reason.strip()) > LONGEST_REASON:
        raise SheetRefused(_("理由最多 %(most)d 个字。") % {"most": LONGEST_REASON}, field="change_reason")
    if changed and not reason.strip() and plans.frozen_branches(month, {cell.grid.branch_id for cell in changed}):
        raise SheetRefused(frozen_words(), field="change_reason")


def _wrong(cell: Wanted, stored: Mapping[str, str], seen: Mapping[str, str] | None) -> str:
    name = f"{cell.grid.name} {cell.code}"
    saw = seen.get(cell.key) if seen is not None else None
    if words := changed_meanwhile(stored.get(cell.key, ""), _text(cell), saw):
        return f"{name}：{words}"
    if cell.is_exempt and not cell.reason.strip():
        return _("%(grid)s：不考核要写明理由。") % {"grid": name}
    if cell.is_exempt and len(cell.reason.strip()) > LONGEST_REASON:
        return _("%(grid)s：理由最多 %(most)d 个字。") % {"grid": name, "most": LONGEST_REASON}
    if cell.value is not None and cell.value < 0:
        return _("%(grid)s：目标值不能小于 0。") % {"grid": name}
    return ""


def _text(cell: Wanted) -> str:
    value = round(cell.value, 2) if cell.value is not None else None
    return as_text(value, cell.is_exempt, cell.reason.strip())


def _write(month: Month, cells: list[Wanted], by: User | None, reason: str) -> None:
    rows = [
        Target(
            month=month.first,
            grid=cell.grid,
            code=cell.code,
            value=cell.value or Decimal(0),
            is_exempt=cell.is_exempt,
            reason=cell.reason.strip() if cell.is_exempt else "",
            changed_by=by,
            change_reason=reason.strip(),
        )
        for cell in cells
    ]
    Target.objects.bulk_create(
        rows, update_conflicts=True, unique_fields=["month", "grid", "code"], update_fields=WRITTEN
    )
