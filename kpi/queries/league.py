"""The league of grids: who leads and who falls behind in a month."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol, TypeVar

from accounts.scope import Scope
from core import sql
from grids.models import Grid
from kpi.queries.generations import Generation

# Below these a figure is marked as low; the legend of the page says so.
LOW_TOTAL = 80.0
LOW_ITEM = 75.0
LOW_RETENTION = 96.0
LAST = -9999.0


@dataclass(slots=True)
class Cell:
    """One item of one grid: `rate` is uncapped, `score` is what counts, `points` what it adds to the total."""

    status: str
    rate: float | None
    score: float | None
    points: float


@dataclass(slots=True)
class Row:
    """One grid of the league. Ranks are official ones, over the whole branch and the whole company."""

    grid_id: int
    code: str
    name: str
    branch_id: int
    branch_code: str
    branch_name: str
    total: float
    rank_in_branch: int
    rank_in_company: int
    is_provisional: bool
    old_total: float | None
    old_rank_in_branch: int | None
    old_rank_in_company: int | None
    team: str
    items: dict[str, Cell] = field(default_factory=dict)
    rank: int = 0
    climbed: int | None = None


def visible_grids(
    scope: Scope, *, branch: int | None = None, sub_bureau: int | None = None, street: str = ""
) -> list[int]:
    """Ids of the grids one may see, narrowed by the filters. A grid lies in the streets of its communities."""
    grids = Grid.objects.within(scope)
    if branch:
        grids = grids.filter(branch=branch)
    if sub_bureau:
        grids = grids.filter(sub_bureau=sub_bureau)
    if street:
        grids = grids.filter(memberships__community__street__code=street).distinct()
    return list(grids.order_by().values_list("pk", flat=True))


def league(shown: Generation, before: Generation, grids: list[int], *, in_branch: bool) -> list[Row]:
    """Rows best first in two statements. `in_branch` ranks within the branch, else within the company."""
    generation = {"branches": shown.branches, "runs": shown.run_ids, "grids": grids}
    found = sql.tuples(
        "kpi/list_league",
        **generation,
        old_branches=before.branches,
        old_runs=before.run_ids,
        first=shown.month.first,
        next_first=shown.month.next_first,
    )
    rows = {values[0]: Row(*values) for values in found}
    for grid, code, status, rate, score, points in sql.tuples("kpi/list_league_items", **generation):
        if grid in rows:
            rows[grid].items[code] = Cell(status, rate, score, points)
    for row in rows.values():
        row.rank = row.rank_in_branch if in_branch else row.rank_in_company
        was = row.old_rank_in_branch if in_branch else row.old_rank_in_company
        row.climbed = None if was is None else was - row.rank
    return list(rows.values())


class Ranked(Protocol):
    """What a league can be of: a grid or a person."""

    total: float
    old_total: float | None
    climbed: int | None


R = TypeVar("R", bound=Ranked)


@dataclass(frozen=True, slots=True)
class Summary:
    """The one number above a league, with its comparison."""

    count: int
    mean: float | None
    old_mean: float | None
    low: int

    @property
    def change(self) -> float | None:
        return None if self.mean is None or self.old_mean is None else self.mean - self.old_mean


def summary(rows: Sequence[Ranked]) -> Summary:
    totals = [row.total for row in rows]
    old = [row.old_total for row in rows if row.old_total is not None]
    return Summary(
        count=len(totals),
        mean=sum(totals) / len(totals) if totals else None,
        old_mean=sum(old) / len(old) if old else None,
        low=sum(1 for total in totals if total < LOW_TOTAL),
    )


def sort_rows(rows: list[R], by: str) -> list[R]:
    """By a column: `total`, `name`, `team`, `change` or an item's code; a leading minus turns the order round."""
    key, turned = by.lstrip("-"), by.startswith("-")
    if key in ("name", "team"):
        return sorted(rows, key=lambda row: str(getattr(row, key)), reverse=turned)
    return sorted(rows, key=lambda row: _figure(row, key), reverse=not turned)


def _figure(row: Any, key: str) -> float:
    """What a numeric column sorts by; nothing comes last."""
    if key in ("total", "developed", "days"):
        return float(getattr(row, key, row.total))
    if key == "change":
        return float(row.climbed if row.climbed is not None else LAST)
    cell = getattr(row, "items", {}).get(key)
    if cell is None:
        return LAST
    return float(cell.rate if cell.rate is not None else cell.points)
