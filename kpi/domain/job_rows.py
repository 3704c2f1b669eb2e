"""What jobs of a row have in common: taken by one worker, found again when it died, given up after a few deaths."""

import datetime as dt
from typing import Any

from django.db.models import F, Q, QuerySet
from django.utils.translation import gettext as _

from core import jobs
from kpi.choices import RunStatus
from kpi.domain.recompute import MAX_ATTEMPTS, RESEND_AFTER, STALE_AFTER


def claim(rows: QuerySet[Any], job_id: int, now: dt.datetime) -> bool:
    """Take a job that waits, or whose worker died. False when it isn't there to be done, or somebody was first."""
    free = rows.filter(Q(status=RunStatus.REQUESTED) | _abandoned(now), pk=job_id)
    return bool(free.update(status=RunStatus.RUNNING, heartbeat_at=now, attempts=F("attempts") + 1, error=""))


def send_again(rows: QuerySet[Any], task: str, now: dt.datetime) -> list[int]:
    """Send the jobs nobody works on once more; those that keep dying are given up. Returns the ids sent."""
    lost = rows.filter(Q(status=RunStatus.REQUESTED, requested_at__lt=now - RESEND_AFTER) | _abandoned(now))
    lost.filter(attempts__gte=MAX_ATTEMPTS).update(
        status=RunStatus.FAILED, finished_at=now, error=_("中断多次，已放弃；请重新发起。")
    )
    found = list(lost.order_by("pk").values_list("pk", flat=True))
    for job_id in found:
        jobs.send_on_commit(task, job_id=job_id)
    return found


def _abandoned(now: dt.datetime) -> Q:
    return Q(status=RunStatus.RUNNING) & (Q(heartbeat_at=None) | Q(heartbeat_at__lt=now - STALE_AFTER))
