"""The target sheet of a month: each grid with its cells, what is missing, and how often each was changed."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from core.periods import Month
from grids.models import Branch, Grid
from kpi.choices import Measure
from kpi.domain import targets
from kpi.models import Indicator, Target, TargetChange, TargetPlan
from kpi.queries.weights import net_new


@dataclass(slots=True)
class TargetCell:
    """A cell as stored; after a refusal `text` holds what was typed, with the error beside it.

    `last` is the net new of the month before, to judge the target by.
    """

    key: str
    code: str
    target: Target | None
    last: int = 0
    text: str = ""
    error: str = ""

    def __post_init__(self) -> None:
        self.text = targets.stored_text(self.target)

    @property
    def seen(self) -> str:
        return targets.stored_text(self.target)

    @property
    def is_missing(self) -> bool:
        return self.target is None or (not self.target.is_exempt and not self.target.value)


@dataclass(frozen=True, slots=True)
class TargetRow:
    grid: Grid
    cells: list[TargetCell]
    changes: int = 0

    @property
    def is_missing(self) -> bool:
        return any(cell.is_missing for cell in self.cells)

    @property
    def has_error(self) -> bool:
        return any(cell.error for cell in self.cells)


def codes_with_target(indicators: Iterable[Indicator]) -> list[Indicator]:
    return [rule for rule in indicators if rule.measure == Measure.COMPLETION]


def target_rows(month: Month, grids: list[Grid], rules: list[Indicator]) -> list[TargetRow]:
    """Each grid with its targets, in the order of the grids; three queries, whatever the number."""
    ids = [grid.pk for grid in grids]
    known = stored_targets(month, ids)
    before = month.shift(-1)
    last = net_new(ids, rules, before.first, before.next_first)
    changes = change_counts(month, ids)
    return [
        TargetRow(
            grid,
            [
                TargetCell(
                    targets.key_of(grid.pk, rule.code),
                    rule.code,
                    known.get((grid.pk, rule.code)),
                    last=last.get((grid.pk, rule.code), 0),
                )
                for rule in rules
            ],
            changes[grid.pk],
        )
        for grid in grids
    ]


def stored_targets(month: Month, grids: Iterable[int]) -> dict[tuple[int, str], Target]:
    """(grid id, code) → the target as it is."""
    found = Target.objects.filter(month=month.first, grid__in=grids)
    return {(target.grid_id, target.code): target for target in found}


def change_counts(month: Month, grids: Iterable[int]) -> Counter[int]:
    """Grid id → how often its targets were changed after they were first set."""
    rows = TargetChange.objects.filter(month=month.first, grid__in=grids, old_value__isnull=False)
    return Counter(rows.order_by().values_list("grid_id", flat=True))


def plan_of(month: Month, branch: Branch | None) -> TargetPlan | None:
    """How a branch's targets of the month were frozen; None while they are not."""
    if branch is None:
        return None
    return TargetPlan.objects.filter(month=month.first, branch=branch).select_related("frozen_by").first()


@dataclass(frozen=True, slots=True)
class Change:
    """One step in the life of a target, both ends as the sheet writes them."""

    row: TargetChange
    name: str
    old: str
    new: str


def changes_of(month: Month, grid: Grid, rules: Mapping[str, str]) -> list[Change]:
    """The history of a grid's targets of a month, newest first; `rules` gives the items' names."""
    rows = TargetChange.objects.filter(month=month.first, grid=grid).select_related("by")
    return [
        Change(
            row,
            rules.get(row.code, row.code),
            targets.as_text(row.old_value, row.old_exempt, ""),
            targets.as_text(row.new_value, row.new_exempt, ""),
        )
        for row in rows
    ]
