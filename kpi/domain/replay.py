"""Trying a scheme on months that are over: who would move, by how much, by which item. Stores nothing.

The months are scored by the very statements of a recompute, once by the scheme they were scored by and once by the
draft, both from the records as they are now: what differs is the scheme's doing alone.
"""

import json
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db import connection, transaction

from core import sql
from core.periods import Month
from grids.models import Branch
from kpi.choices import ItemStatus
from kpi.domain import scoring
from kpi.models import BranchMonth

OLD, NEW = 1, 2  # the runs of the temporary tables


@dataclass(frozen=True, slots=True)
class Part:
    """What one item adds to a total, by both schemes, in points."""

    code: str
    before: Decimal
    after: Decimal
    lacks_target: bool  # only by the draft

    @property
    def change(self) -> Decimal:
        return self.after - self.before


@dataclass(frozen=True, slots=True)
class Moved:
    """A grid or a person by both schemes. Places are among all that were replayed."""

    grid_code: str
    staff_no: str
    name: str
    branch: str
    old_total: Decimal
    new_total: Decimal
    old_place: int
    new_place: int
    parts: list[Part]

    @property
    def change(self) -> Decimal:
        return self.new_total - self.old_total

    @property
    def climbed(self) -> int:
        """Places gained; negative when lost."""
        return self.old_place - self.new_place

    @property
    def causes(self) -> list[Part]:
        """The items that change the total, the strongest first."""
        return sorted((part for part in self.parts if part.change), key=lambda part: (-abs(part.change), part.code))

    @property
    def is_by_others(self) -> bool:
        """Whether the place changed although the total did not, or went the other way: others moved past."""
        return self.climbed * self.change <= 0 and self.climbed != 0

    @property
    def driver(self) -> Part | None:
        """The item that does most for the way the total went; None where it didn't change or only others moved."""
        if self.is_by_others:
            return None
        return next((part for part in self.causes if part.change * self.change > 0), None)


@dataclass(frozen=True, slots=True)
class Replayed:
    """A month by both schemes."""

    month: Month
    grids: list[Moved]
    people: list[Moved]


def replay(
    *,
    scheme_id: int,
    months: Sequence[Month],
    branch: Branch | None = None,
    progress: scoring.Progress = lambda step: None,
) -> list[Replayed]:
    """Score months by a scheme as if it had been in force, of one branch or of all that have scores there."""
    found = []
    for month in months:
        schemes = _schemes_used(month, branch)
        if schemes:
            with _undone():
                found.append(_replayed(scheme_id, month, schemes, progress))
    return found


def steps(*, months: Sequence[Month], branch: Branch | None) -> int:
    """How many steps a replay will report."""
    return sum(2 * scoring.STEPS * len(_schemes_used(month, branch)) for month in months)


def _schemes_used(month: Month, branch: Branch | None) -> dict[int, list[int]]:
    """Which scheme scored which branches."""
    scored = BranchMonth.objects.filter(month=month.first, current_run__scheme__isnull=False)
    scored = scored.filter(branch=branch) if branch else scored
    found: dict[int, list[int]] = defaultdict(list)
    for scheme, place in scored.order_by("branch_id").values_list("current_run__scheme_id", "branch_id"):
        found[scheme].append(place)
    return found


@contextmanager
def _undone() -> Iterator[None]:
    """A transaction that is always rolled back: even the sums a recompute would have kept are worked out in vain."""
    with transaction.atomic():
        # The kept sums are shared with recomputes, which go one at a time.
        sql.run("kpi/take_turn")
        point = transaction.savepoint()
        sql.run("kpi/shadow_scores")
        try:
            yield
        finally:
            if connection.is_usable():
                transaction.savepoint_rollback(point)


def _replayed(scheme_id: int, month: Month, used: dict[int, list[int]], progress: scoring.Progress) -> Replayed:
    for scheme, branches in used.items():
        for run, by in ((OLD, scheme), (NEW, scheme_id)):
            scoring.score(run_id=run, month=month, scheme_id=by, branches=branches, is_shadowed=True, progress=progress)
    rows = [_moved(row) for row in sql.rows("kpi/list_replay")]
    return Replayed(
        month, grids=[row for row in rows if row.grid_code], people=[row for row in rows if not row.grid_code]
    )


def _moved(row: dict[str, Any]) -> Moved:
    parts = [_part(code, *part) for code, part in sorted(json.loads(row.pop("parts")).items())]
    return Moved(**row | {"grid_code": row["grid_code"] or "", "staff_no": row["staff_no"] or ""}, parts=parts)


def _part(code: str, before: str, after: str, was: str | None, now: str | None) -> Part:
    lacks = now == ItemStatus.NO_TARGET and was != ItemStatus.NO_TARGET
    return Part(code, Decimal(before), Decimal(after), lacks)


def as_json(found: Sequence[Replayed]) -> list[Any]:
    """The whole as JSON keeps it, decimals as their text."""
    return [[str(done.month), [[_cells(row) for row in rows] for rows in (done.grids, done.people)]] for done in found]


def _cells(row: Moved) -> list[Any]:
    parts = [[part.code, str(part.before), str(part.after), part.lacks_target] for part in row.parts]
    totals = [str(row.old_total), str(row.new_total)]
    return [row.grid_code, row.staff_no, row.name, row.branch, *totals, row.old_place, row.new_place, parts]


def from_json(kept: Sequence[Any]) -> list[Replayed]:
    """What `as_json` made."""
    return [Replayed(Month.parse(month), *([_row(*cells) for cells in rows] for rows in both)) for month, both in kept]


def _row(*cells: Any) -> Moved:
    code, staff_no, name, branch, old, new, old_place, new_place, parts = cells
    made = [Part(item, Decimal(before), Decimal(after), lacks) for item, before, after, lacks in parts]
    return Moved(code, staff_no, name, branch, Decimal(old), Decimal(new), old_place, new_place, made)
