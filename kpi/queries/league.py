"""The league of grids: who leads and who falls behind in a month."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from typing import Protocol

from accounts.scope import Scope
from core import sql
from grids.models import Grid
from kpi.domain.worth import half_up
from kpi.queries.generations import Generation

# Below these a figure is marked as low; the legend of the page says so.
LOW_TOTAL = 80.0
LOW_ITEM = 75.0
LOW_RETENTION = 96.0


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
    year_total: float | None = None
    corrected: float | None = None


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
    generation = {"branches": shown.branches, "runs": shown.run_ids, "read": shown.read, "grids": grids}
    found = sql.tuples(
        "kpi/list_league",
        **generation,
        old_branches=before.branches,
        old_runs=before.run_ids,
        old_read=before.read,
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
    year_total: float | None
    corrected: float | None
    climbed: int | None
    items: dict[str, Cell]


@dataclass(frozen=True, slots=True)
class Summary:
    """The one number above a league, with its comparison: the sum of the totals over their number, rounded once.

    `corrected_mean` is there where the corrected totals are set beside.
    """

    count: int
    total: Decimal
    mean: Decimal | None
    old_mean: Decimal | None
    low: int
    corrected_mean: Decimal | None

    @property
    def change(self) -> Decimal | None:
        return None if self.mean is None or self.old_mean is None else self.mean - self.old_mean


def summary(rows: Sequence[Ranked]) -> Summary:
    totals = [row.total for row in rows]
    old = [row.old_total for row in rows if row.old_total is not None]
    corrected = [row.corrected for row in rows if row.corrected is not None]
    return Summary(
        count=len(totals),
        total=Decimal(_cents(totals)) / 100,
        mean=_mean(totals),
        old_mean=_mean(old),
        low=sum(1 for total in totals if total < LOW_TOTAL),
        corrected_mean=_mean(corrected),
    )


def _cents(totals: Iterable[float]) -> int:
    """Totals have 2 places; as whole hundredths they add up exactly."""
    return sum(round(total * 100) for total in totals)


def _mean(totals: Sequence[float]) -> Decimal | None:
    return half_up(Fraction(_cents(totals), 100 * len(totals)), 2) if totals else None


def figures_of(shown: Generation, *, of_grids: bool) -> dict[int, float]:
    """Id of a grid or a person → total in another generation, to be set beside."""
    found = sql.tuples("kpi/list_figures", branches=shown.branches, runs=shown.run_ids, of_grids=of_grids)
    return {subject: total for subject, total, *_ranks in found}


def set_beside(
    rows: Iterable[Ranked], keys: Iterable[int], year: dict[int, float], corrected: dict[int, float]
) -> None:
    """Put the totals of a year ago, and those as corrected, beside the rows; `keys` are the rows' ids, in order."""
    for row, key in zip(rows, keys, strict=True):
        row.year_total, row.corrected = year.get(key), corrected.get(key)


def class_points(row: Ranked, codes: Iterable[str]) -> float | None:
    """What the items of a class give together; None where none of them is there."""
    cells = [cell for code in codes if (cell := row.items.get(code))]
    return sum(cell.points for cell in cells) if cells else None
