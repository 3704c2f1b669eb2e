"""Scores of the demo company's months, through the same rules as any other month."""

import datetime as dt

from demo.plan import Plan
from kpi.choices import RunCause
from kpi.domain import recompute


def score_months(plan: Plan, *, now: dt.datetime) -> int:
    """Recompute every month, oldest first; returns how many."""
    for month in plan.month_list:
        asked = recompute.request(month=month, cause=RunCause.COMMAND, now=now)
        recompute.run(asked.pk, now=now)
    return len(plan.month_list)
