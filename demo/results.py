"""Scores of the demo company's months and how far each month has come, through the same rules as any other month."""

import datetime as dt

from accounts.models import User
from core.periods import Month, day_start
from demo.plan import Plan
from grids.models import Branch
from kpi.choices import MonthState, RunCause
from kpi.domain import months, recompute
from kpi.models import BranchMonth

# Days after the end of a month: results, publication, end of the appeals, closing.
SCORED, PUBLISHED, APPEALS, CLOSED = 2, 4, 9, 11


def score_months(plan: Plan) -> None:
    """Recompute every month, oldest first; the last full one is published where nothing stands in the way, those
    before it are closed. Raises months.MonthRefused."""
    company = User.objects.get(username="company")
    for month in plan.month_list:
        _score(month, now=_after(month, SCORED, plan))
    for month in plan.month_list[:-2]:
        _close(month, company, plan)
    for month in plan.month_list[-2:-1]:
        for branch in Branch.objects.all():
            if not months.obstacles(branch, month):
                _publish(branch, month, company, plan)


def _score(month: Month, *, now: dt.datetime) -> None:
    asked = recompute.request(month=month, cause=RunCause.COMMAND, now=now)
    recompute.run(asked.pk, now=now)


def _close(month: Month, by: User, plan: Plan) -> None:
    """Close a month in all branches. The rule would first do all sums again, twice for each branch, to see that
    nothing changed since; here they were done a moment ago."""
    BranchMonth.objects.filter(month=month.first, state=MonthState.TRIAL).update(
        state=MonthState.CLOSED,
        published_at=_after(month, PUBLISHED, plan),
        appeals_until=month.next_first + dt.timedelta(days=APPEALS),
        closed_at=_after(month, CLOSED, plan),
        closed_by=by,
    )


def _publish(branch: Branch, month: Month, by: User, plan: Plan) -> None:
    until = month.next_first + dt.timedelta(days=APPEALS)
    months.publish(branch=branch, month=month, by=by, now=_after(month, PUBLISHED, plan), appeals_until=until)


def _after(month: Month, days: int, plan: Plan) -> dt.datetime:
    """A moment some days after the month, or now when that is still to come."""
    return min(plan.now, day_start(month.next_first) + dt.timedelta(days=days, hours=10))
