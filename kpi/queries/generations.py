"""Which generation of scores a reader is shown. Every figure of a page comes from one, so a recompute can't mix in."""

import datetime as dt
from dataclasses import dataclass, field

from core.periods import Month
from kpi.choices import ItemStatus, MonthState
from kpi.models import BranchMonth, ItemScore, Run


@dataclass(frozen=True, slots=True)
class Generation:
    """The runs shown of a month: branch id → run id, and the state of each branch's month."""

    month: Month
    runs: dict[int, int] = field(default_factory=dict)
    states: dict[int, str] = field(default_factory=dict)

    def of(self, branch_id: int | None) -> "Generation":
        """Only one branch's part."""
        if branch_id is None:
            return self
        return Generation(
            self.month,
            {key: run for key, run in self.runs.items() if key == branch_id},
            {key: state for key, state in self.states.items() if key == branch_id},
        )

    @property
    def branches(self) -> list[int]:
        return list(self.runs)

    @property
    def run_ids(self) -> list[int]:
        return list(self.runs.values())

    @property
    def newest(self) -> int | None:
        """The latest run among them."""
        return max(self.runs.values(), default=None)

    @property
    def mark(self) -> str:
        """Changes whenever a score or the state of a month does."""
        return ",".join(
            f"{branch}:{self.runs.get(branch, '')}:{state}" for branch, state in sorted(self.states.items())
        )


def generation(month: Month) -> Generation:
    """What is current of a month, of every branch: ranks in the company need all of them."""
    found = BranchMonth.objects.filter(month=month.first).values_list("branch_id", "current_run_id", "state")
    rows = list(found)
    return Generation(
        month,
        {branch: run for branch, run, _ in rows if run},
        {branch: state for branch, _, state in rows},
    )


def generations(month: Month) -> tuple[Generation, Generation]:
    """The month and the one before it, in one statement."""
    before = month.shift(-1)
    found = BranchMonth.objects.filter(month__in=[month.first, before.first])
    runs: dict[object, dict[int, int]] = {month.first: {}, before.first: {}}
    states: dict[object, dict[int, str]] = {month.first: {}, before.first: {}}
    for day, branch, run, state in found.values_list("month", "branch_id", "current_run_id", "state"):
        states[day][branch] = state
        if run:
            runs[day][branch] = run
    return (
        Generation(month, runs[month.first], states[month.first]),
        Generation(before, runs[before.first], states[before.first]),
    )


def pinned(shown: Generation, branch_id: int, run_id: int) -> Generation:
    """The same month as another run of it had left it; the run must have scored this branch."""
    return Generation(shown.month, {branch_id: run_id}, {branch_id: shown.states.get(branch_id, MonthState.OPEN)})


def latest_month(today: dt.date) -> Month | None:
    """The newest month with scores that is over; else the newest with scores."""
    days = BranchMonth.objects.exclude(current_run=None).order_by("-month").values_list("month", flat=True).distinct()
    months = [Month.of(day) for day in days[:2]]
    over = [month for month in months if month.next_first <= today]
    return next(iter(over or months), None)


def scored_months() -> list[Month]:
    """Months that show scores, newest first."""
    days = BranchMonth.objects.exclude(current_run=None).order_by("-month").values_list("month", flat=True).distinct()
    return [Month.of(day) for day in days]


def trial_number(run: Run) -> int:
    """The how-manieth run of its month this is, as people count them."""
    return Run.objects.filter(month=run.month, pk__lte=run.pk).count()


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
