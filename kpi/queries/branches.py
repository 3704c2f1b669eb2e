"""The league of branches: the mean of each one's grids."""

import json
from dataclasses import dataclass, field

from core import sql
from kpi.queries.generations import Generation
from kpi.queries.league import LOW_TOTAL


@dataclass(slots=True)
class BranchRow:
    branch_id: int
    code: str
    name: str
    mean: float
    old_mean: float | None
    rank: int
    old_rank: int | None
    grids: int
    low: int
    provisional: int
    people: int
    items: dict[str, float | None] = field(default_factory=dict)

    @property
    def climbed(self) -> int | None:
        return None if self.old_mean is None or self.old_rank is None else self.old_rank - self.rank

    @property
    def change(self) -> float | None:
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
        row.items = json.loads(items or "{}")
        rows.append(row)
    return rows
