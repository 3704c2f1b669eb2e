"""Scores of the demo company's months and how far each month has come, through the same rules as any other month."""

import datetime as dt

from accounts.models import User
from core.periods import Month, day_start, local_day
from demo.plan import Plan
from grids.models import Branch
from kpi.choices import RunCause
from kpi.domain import months, recompute

# Days after the end of a month: results, publication, end of the appeals, closing.
SCORED, PUBLISHED, APPEALS, CLOSED = 2, 4, 9, 11


def score_months(plan: Plan) -> None:
    """Recompute every month, oldest first; the last full one is published where nothing stands in the way, those
    before it are closed. Raises recompute.RecomputeRefused or months.MonthRefused."""
    company = User.objects.get(username="company")
    branches = list(Branch.objects.all())
    for month in plan.month_list:
        _score(month, now=_after(month, SCORED, plan))
    for month in plan.month_list[:-2]:
        for branch in branches:
            _publish(branch, month, company, plan)
            now = _after(month, CLOSED, plan)
            months.close(branch=branch, month=month, by=company, now=now, today=local_day(now))
    for month in plan.month_list[-2:-1]:
        for branch in branches:
            if not months.obstacles(branch, month):
                _publish(branch, month, company, plan)


def _score(month: Month, *, now: dt.datetime) -> None:
    asked = recompute.request(month=month, cause=RunCause.COMMAND, now=now)
    recompute.run(asked.pk, now=now)


def _publish(branch: Branch, month: Month, by: User, plan: Plan) -> None:
    until = month.next_first + dt.timedelta(days=APPEALS)
    months.publish(branch=branch, month=month, by=by, now=_after(month, PUBLISHED, plan), appeals_until=until)


def _after(month: Month, days: int, plan: Plan) -> dt.datetime:
    """A moment some days after the month, or now when that is still to come."""
    return min(plan.now, day_start(month.next_first) + dt.timedelta(days=days, hours=10))
