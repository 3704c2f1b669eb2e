"""The workbook of the whole company as a job: asked for once per state of the scores, written by a worker."""

import datetime as dt
import logging
from collections.abc import Callable
from dataclasses import dataclass
from time import monotonic

from django.db import DatabaseError, InterfaceError, OperationalError, connection, transaction

from accounts.models import User
from core import jobs
from core.periods import Month
from kpi.choices import RunStatus
from kpi.domain import job_rows
from kpi.domain.heartbeat import Heartbeat
from kpi.models import CompanyPack

log = logging.getLogger(__name__)

TASK = "kpi.tasks.make_company_pack"
KEPT = 12  # files; older ones can be made again for as long as their month shows the same scores
STEPS = 2


@dataclass(frozen=True, slots=True)
class Made:
    """A written workbook and what is in it."""

    file: bytes
    grids: int
    people: int
    left_out: str


Maker = Callable[[CompanyPack, Callable[[str], None]], Made]


@transaction.atomic
def request(*, month: Month, mark: str, language: str, by: User | None, now: dt.datetime) -> CompanyPack:
    """Ask for the workbook of these scores; what waits, is written or is done already for them is that one."""
    row, _created = (
        CompanyPack.objects.defer("file")
        .select_for_update(of=("self",))
        .get_or_create(
            month=month.first, language=language, mark=mark, defaults={"requested_by": by, "requested_at": now}
        )
    )
    if row.status == RunStatus.FAILED:
        fresh = {"status": RunStatus.REQUESTED, "requested_by": by, "requested_at": now, "attempts": 0, "error": ""}
        CompanyPack.objects.filter(pk=row.pk).update(heartbeat_at=None, finished_at=None, **fresh)
        row.refresh_from_db(fields=fresh)
    if row.is_under_way:
        jobs.send_on_commit(TASK, job_id=row.pk)
    return row


def run(job_id: int, *, make: Maker, now: dt.datetime) -> bool:
    """Write a workbook, or begin again where a worker died. False when it isn't there to be done."""
    begun = monotonic()
    rows = CompanyPack.objects.all()
    if not job_rows.claim(rows, job_id, now):
        return False
    row = rows.defer("file").get(pk=job_id)
    own = rows.filter(pk=job_id, status=RunStatus.RUNNING)
    try:
        with Heartbeat(rows=own, started_at=now, steps=STEPS) as heart:
            made = make(row, heart.step)
        finished = now + dt.timedelta(seconds=monotonic() - begun)
        done = {"status": RunStatus.DONE, "file": made.file, "size": len(made.file), "left_out": made.left_out}
        counts = {"grids": made.grids, "people": made.people, "steps_done": STEPS, "steps_total": STEPS}
        own.update(finished_at=finished, heartbeat_at=finished, **done, **counts)
    except (OperationalError, InterfaceError):
        # The server went away or wanted another try: the sweeper sends it again.
        log.exception("company pack interrupted", extra={"pack": job_id})
        connection.close_if_unusable_or_obsolete()
        own.update(heartbeat_at=None)
        return False
    except (DatabaseError, ArithmeticError, LookupError, OSError, ValueError) as failure:
        log.exception("company pack failed", extra={"pack": job_id})
        own.update(status=RunStatus.FAILED, finished_at=now, error=str(failure) or type(failure).__name__)
    return True


def sweep(*, now: dt.datetime) -> list[int]:
    """Send again what nobody works on, and throw old files away. Returns the ids sent."""
    ended = CompanyPack.objects.filter(status__in=[RunStatus.DONE, RunStatus.FAILED])
    kept = list(ended.order_by("-requested_at", "-pk").values_list("pk", flat=True)[:KEPT])
    ended.exclude(pk__in=kept).delete()
    return job_rows.send_again(CompanyPack.objects.all(), TASK, now)
