"""The league of branches: the mean of each one's grids."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction

from core import sql
from kpi.domain.worth import half_up
from kpi.queries.generations import Generation
from kpi.queries.league import LOW_TOTAL


@dataclass(slots=True)
class BranchRow:
    """One branch. `total` is the sum of its grids' totals, `mean` that over their number, 2 places."""

    branch_id: int
    code: str
    name: str
    total: Decimal
    mean: Decimal
    old_mean: Decimal | None
    rank: int
    old_rank: int | None
    grids: int
    low: int
    provisional: int
    people: int
    items: dict[str, Decimal | None] = field(default_factory=dict)
    year_total: float | None = None
    corrected: float | None = None

    @property
    def climbed(self) -> int | None:
        return None if self.old_mean is None or self.old_rank is None else self.old_rank - self.rank

    @property
    def change(self) -> Decimal | None:
        return None if self.old_mean is None else self.mean - self.old_mean


def branch_rows(shown: Generation, before: Generation) -> list[BranchRow]:
    """All branches of the generation, best first."""
    found = sql.tuples(
        "kpi/list_branches",
        branches=shown.branches,
        runs=shown.run_ids,
        old_branches=before.branches,
        old_runs=before.run_ids,
        low=LOW_TOTAL,
    )
    rows = []
    for *values, items in found:
        row = BranchRow(*values)
        row.items = json.loads(items or "{}", parse_float=Decimal, parse_int=Decimal)
        rows.append(row)
    return rows


def set_means_beside(rows: Sequence[BranchRow], year: Generation, corrected: Generation | None) -> Decimal | None:
    """Put the means of a year ago, and those as corrected, beside the rows; answers the corrected mean of them all."""
    then = {row.branch_id: float(row.mean) for row in branch_rows(year, year)} if year.runs else {}
    own = {row.branch_id for row in rows}
    truth = [row for row in branch_rows(corrected, corrected) if row.branch_id in own] if corrected else []
    means = {row.branch_id: float(row.mean) for row in truth}
    for row in rows:
        row.year_total, row.corrected = then.get(row.branch_id), means.get(row.branch_id)
    return company_mean(truth)


def company_mean(rows: Iterable[BranchRow]) -> Decimal | None:
    """The mean of all grids of some branches: their totals over their number, not the mean of the branches' means."""
    shown = list(rows)
    grids = sum(row.grids for row in shown)
    return half_up(sum((Fraction(row.total) for row in shown), Fraction(0)) / grids, 2) if grids else None
