"""What jobs of a row have in common: taken by one worker, found again when it died, given up after a few deaths."""

import datetime as dt
from typing import Any

from django.db.models import F, Q, QuerySet
from django.utils.translation import gettext as _

from core import jobs
from kpi.choices import RunStatus

STALE_AFTER = dt.timedelta(seconds=25)  # two beats missed; with the sweep every 30 s, resumed within a minute
RESEND_AFTER = dt.timedelta(seconds=30)
MAX_ATTEMPTS = 5


def free(rows: QuerySet[Any], job_id: int, now: dt.datetime) -> QuerySet[Any]:
    """A job that waits, or whose worker died; nothing when it isn't there to be done."""
    return rows.filter(Q(status=RunStatus.REQUESTED) | _abandoned(now), pk=job_id)


def claim(rows: QuerySet[Any], job_id: int, now: dt.datetime, **more: Any) -> bool:
    """Take a free job, and write `more` to its row. False when it isn't there to be done, or somebody was first."""
    taken = {"status": RunStatus.RUNNING, "heartbeat_at": now, "attempts": F("attempts") + 1, "error": ""}
    return bool(free(rows, job_id, now).update(**taken, **more))


def send_again(rows: QuerySet[Any], task: str, now: dt.datetime, *, argument: str = "job_id") -> list[int]:
    """Send the jobs nobody works on once more; those that keep dying are given up. Returns the ids sent.

    `argument`: how the task calls the id.
    """
    lost = rows.filter(Q(status=RunStatus.REQUESTED, requested_at__lt=now - RESEND_AFTER) | _abandoned(now))
    lost.filter(attempts__gte=MAX_ATTEMPTS).update(
        status=RunStatus.FAILED, finished_at=now, error=_("中断多次，已放弃；请重新发起。")
    )
    found = list(lost.order_by("pk").values_list("pk", flat=True))
    for job_id in found:
        jobs.send_on_commit(task, **{argument: job_id})
    return found


def _abandoned(now: dt.datetime) -> Q:
    return Q(status=RunStatus.RUNNING) & (Q(heartbeat_at=None) | Q(heartbeat_at__lt=now - STALE_AFTER))
