"""The recomputes one may see: those of one's branches, and those of the whole company."""

import datetime as dt

from django.db.models import Q, QuerySet

from accounts.scope import Scope
from core.periods import Month
from grids.models import Branch
from kpi.choices import RunStatus
from kpi.models import Run, SumCheck

SHOWN = 30


def runs_within(scope: Scope) -> QuerySet[Run]:
    runs = Run.objects.select_related("branch", "scheme", "requested_by")
    if scope.everything:
        return runs
    if scope.is_empty:
        return runs.none()
    return runs.filter(Q(branch=None) | Q(branch__in=Branch.objects.within(scope)))


def is_running(scope: Scope, month: Month) -> bool:
    """Whether a recompute of the month is at work: what is saved now waits for it."""
    return runs_within(scope).filter(month=month.first, status=RunStatus.RUNNING).exists()


def run_history(scope: Scope, month: dt.date | None = None) -> list[Run]:
    """The newest runs, of one month or of all."""
    runs = runs_within(scope)
    return list((runs.filter(month=month) if month else runs).order_by("-pk")[:SHOWN])


def sum_checks() -> list[SumCheck]:
    """The last comparison of kept sums with the records, of each of the newest months."""
    return list(SumCheck.objects.order_by("-month", "-at").distinct("month")[:2])
