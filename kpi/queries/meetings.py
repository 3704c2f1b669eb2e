"""The review meetings of a month, branch by branch: what each looked at and decided."""

import datetime as dt
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from core.periods import Month
from grids.models import Branch
from kpi.choices import MonthState
from kpi.models import BranchMonth, Decision, MeetingSnapshot


@dataclass(frozen=True, slots=True)
class MeetingRow:
    """A branch's meeting about a month; `snapshot` is the newest, `overdue` are decisions past their day."""

    branch: Branch
    state: MonthState | None
    snapshot: MeetingSnapshot | None
    decided: int
    waiting: int
    overdue: int


def meetings_about(month: Month, branches: Sequence[Branch], *, today: dt.date) -> list[MeetingRow]:
    """One row a branch, in the order given; three queries, whatever their number."""
    about = {"month": month.first, "branch__in": branches}
    states = dict(BranchMonth.objects.filter(**about, current_run__isnull=False).values_list("branch_id", "state"))
    taken = MeetingSnapshot.objects.filter(**about).defer("figures").select_related("taken_by")
    newest = {snapshot.branch_id: snapshot for snapshot in taken.order_by("number")}
    decisions = list(Decision.objects.filter(**about).values_list("branch_id", "done_on", "due_on"))
    decided = Counter(branch for branch, _done, _due in decisions)
    waiting = Counter(branch for branch, done, _due in decisions if done is None)
    overdue = Counter(branch for branch, done, due in decisions if done is None and due < today)
    return [
        MeetingRow(
            branch=branch,
            state=MonthState(states[branch.pk]) if branch.pk in states else None,
            snapshot=newest.get(branch.pk),
            decided=decided[branch.pk],
            waiting=waiting[branch.pk],
            overdue=overdue[branch.pk],
        )
        for branch in branches
    ]
