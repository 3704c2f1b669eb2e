"""Which generation of scores a reader is shown. Every figure of a page comes from one, so a recompute can't mix in."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar

from core import sql
from core.periods import Month
from kpi.choices import ItemStatus, MonthState, RunCause
from kpi.models import BranchMonth, ItemScore, Run

V = TypeVar("V")


@dataclass(frozen=True, slots=True)
class Generation:
    """The runs shown of a month: branch id → run id, and the state of each branch's month.

    `corrections` are the runs of the newest correction of each closed month; `is_corrected` tells that `runs` already
    are those, where there is one.
    """

    month: Month
    runs: dict[int, int] = field(default_factory=dict)
    states: dict[int, str] = field(default_factory=dict)
    revisions: dict[int, int] = field(default_factory=dict)
    corrections: dict[int, int] = field(default_factory=dict)
    is_corrected: bool = False

    def of(self, branch_id: int | None) -> "Generation":
        """Only one branch's part."""
        if branch_id is None:
            return self
        return replace(
            self,
            runs=_only(self.runs, branch_id),
            states=_only(self.states, branch_id),
            revisions=_only(self.revisions, branch_id),
            corrections=_only(self.corrections, branch_id),
        )

    @property
    def branches(self) -> list[int]:
        return list(self.runs)

    @property
    def run_ids(self) -> list[int]:
        return list(self.runs.values())

    @property
    def read(self) -> list[int]:
        """The runs, each once: what a statement reads."""
        return sorted(set(self.runs.values()))

    @property
    def newest(self) -> int | None:
        """The latest run among them."""
        return max(self.runs.values(), default=None)

    @property
    def mark(self) -> str:
        """Changes whenever a score, the state of a month or a correction does."""
        return ",".join(
            f"{branch}:{self.runs.get(branch, '')}.{self.revisions.get(branch, 0)}:{state}"
            f":{self.corrections.get(branch, '')}"
            for branch, state in sorted(self.states.items())
        )


def _only(part: dict[int, V], branch_id: int) -> dict[int, V]:
    return {branch_id: part[branch_id]} if branch_id in part else {}


def generations_of(months: Iterable[Month], *, corrected: bool = False) -> list[Generation]:
    """What is shown of each of the months, of every branch (ranks in the company need all), in one statement.

    As published, or as corrected: by the newest correction of each branch's month, where there is one.
    """
    wanted = list(months)
    found = sql.rows_planned_once(["kpi/list_generations"], _MONTHS, months=[month.first for month in wanted])
    return _made(wanted, map(dict.values, found), corrected)


def marked_generations(months: Iterable[Month], *, corrected: bool = False) -> tuple[str, list[Generation]]:
    """The same with a mark, in one statement: it changes whenever a page of leagues shows another name beside the
    scores, another month to choose from or another saved view."""
    wanted = list(months)
    found = sql.rows_planned_once(["kpi/list_marked"], _MONTHS, months=[month.first for month in wanted])
    (mark, *_nothing), *held = map(tuple, map(dict.values, found))
    return mark, _made(wanted, (row[1:] for row in held), corrected)


_MONTHS = {"months": "date[]"}
# The mark comes first, then the months: one statement, because a round trip costs as much as either.
sql.define(
    "kpi/list_marked",
    "SELECT mark, NULL AS month, NULL AS branch_id, NULL AS run, NULL AS state, NULL AS revision, NULL AS correction\n"
    f"FROM (\n{sql.statement('kpi/mark_names')}) AS marked\n"
    f"UNION ALL\nSELECT NULL, held.* FROM (\n{sql.statement('kpi/list_generations')}) AS held",
)


def _made(wanted: list[Month], rows: Iterable[Iterable[Any]], corrected: bool) -> list[Generation]:
    made = {month.first: Generation(month, is_corrected=corrected) for month in wanted}
    for day, branch, run, state, revision, correction in rows:
        part = made[day]
        part.states[branch], part.revisions[branch] = state, revision
        if correction:
            part.corrections[branch] = correction
        if shown := correction if corrected and correction else run:
            part.runs[branch] = shown
    return [made[month.first] for month in wanted]


def generation(month: Month, *, corrected: bool = False) -> Generation:
    """What is shown of a month."""
    return generations_of([month], corrected=corrected)[0]


def generations(month: Month, *, corrected: bool = False) -> tuple[Generation, Generation]:
    """The month and the one before it."""
    shown, before = generations_of([month, month.shift(-1)], corrected=corrected)
    return shown, before


def pinned(shown: Generation, branch_id: int, run_id: int) -> Generation:
    """The same month as another run of it had left it; the run must have scored this branch."""
    return Generation(shown.month, {branch_id: run_id}, {branch_id: shown.states.get(branch_id, MonthState.OPEN)})


def latest_month(today: dt.date) -> Month | None:
    """The newest month with scores that is over; else the newest with scores."""
    found = sql.row_planned_once("kpi/find_latest_month", today=today)
    return Month.of(found["month"]) if found else None


def scored_months() -> list[Month]:
    """Months that show scores, newest first."""
    days = BranchMonth.objects.exclude(current_run=None).order_by("-month").values_list("month", flat=True).distinct()
    return [Month.of(day) for day in days]


def trial_number(run: Run) -> int:
    """The how-manieth run of its month this is, as people count them."""
    runs = Run.objects.filter(month=run.month, pk__lte=run.pk)
    return runs.exclude(cause=RunCause.LATE_RECORD).count()


@dataclass(frozen=True, slots=True)
class Missing:
    """Inputs that a branch's month lacked when it was last scored."""

    targets: int
    ratings: int

    def __bool__(self) -> bool:
        return bool(self.targets or self.ratings)


def missing(run_id: int | None, branch_id: int) -> Missing:
    """How many targets of grids and ratings of people are not there."""
    items = ItemScore.objects.filter(run=run_id, branch=branch_id)
    return Missing(
        targets=items.filter(status=ItemStatus.NO_TARGET, grid__isnull=False).count(),
        ratings=items.filter(status=ItemStatus.NO_RATING, manager__isnull=False).count(),
    )
