"""A replay as a job: a row first, then a message; its result lives in the row, and the row with its draft."""

import datetime as dt
import json
import logging
from collections.abc import Sequence
from hashlib import sha256
from time import monotonic

from django.db import DatabaseError, InterfaceError, OperationalError, connection, transaction
from django.forms.models import model_to_dict
from django.utils.translation import gettext as _

from accounts.models import User
from core import jobs
from core.periods import Month
from grids.models import Branch
from kpi.choices import RunStatus
from kpi.domain import job_rows, replay
from kpi.domain.drafts import COPIED, Head
from kpi.domain.heartbeat import Heartbeat
from kpi.models import Replay, Scheme

log = logging.getLogger(__name__)

TASK = "kpi.tasks.replay_scheme"
KEPT = dt.timedelta(days=7)  # older figures are of months and records that have moved on


def fingerprint(scheme: Scheme) -> str:
    """Of all that a replay reads of a scheme. Counts its saves as well: back to what it was is another draft."""
    rows = [model_to_dict(row, COPIED) for row in scheme.indicators.order_by("position", "pk")]
    head = {name: getattr(scheme, name) for name in (*Head.__slots__, "revision")}
    return sha256(json.dumps([head, rows], default=str, sort_keys=True).encode()).hexdigest()


@transaction.atomic
def request(
    *, scheme: Scheme, branch: Branch | None, months: Sequence[Month], again: bool, by: User | None, now: dt.datetime
) -> Replay:
    """Ask for a replay of these months; what waits, runs or is done already for this very draft is that one.

    With `again` what is done is done anew: the records may have changed since.
    """
    # The draft is held, so that the row is of what it says now.
    held = Scheme.objects.select_for_update(no_key=True).get(pk=scheme.pk)
    fresh = {
        "fingerprint": fingerprint(held),
        "months": [month.first for month in months],
        "requested_by": by,
        "requested_at": now,
    }
    row, created = Replay.objects.select_for_update(of=("self",)).get_or_create(
        scheme=held, branch=branch, defaults=fresh
    )
    is_same = (row.fingerprint, row.months) == (fresh["fingerprint"], fresh["months"])
    if is_same and (row.is_under_way and not created or row.status == RunStatus.DONE and not again):
        return row
    if not created:
        # A new row, not the old one turned back: a worker still busy with that one finds it gone.
        row.delete()
        row = Replay.objects.create(scheme=held, branch=branch, **fresh)
    jobs.send_on_commit(TASK, job_id=row.pk)
    return row


def run(job_id: int, *, now: dt.datetime) -> bool:
    """Do a requested replay, or resume one whose worker died. False when it isn't there to be done.

    Running it twice changes nothing; a draft that changes meanwhile leaves no result.
    """
    begun = monotonic()
    if not job_rows.claim(Replay.objects.all(), job_id, now):
        return False
    row = Replay.objects.select_related("branch").get(pk=job_id)
    own = Replay.objects.filter(pk=row.pk, status=RunStatus.RUNNING)
    months = [Month.of(day) for day in row.months]
    try:
        steps = replay.steps(months=months, branch=row.branch)
        with Heartbeat(rows=own, started_at=now, steps=steps) as heart:
            found = replay.replay(scheme_id=row.scheme_id, months=months, branch=row.branch, progress=heart.step)
        _finish(row, found, steps, now + dt.timedelta(seconds=monotonic() - begun))
    except (OperationalError, InterfaceError):
        # The server went away or wanted another try: the sweeper sends it again.
        log.exception("replay interrupted", extra={"replay": job_id})
        connection.close_if_unusable_or_obsolete()
        own.update(heartbeat_at=None)
        return False
    except DatabaseError as failure:
        log.exception("replay failed", extra={"replay": job_id})
        own.update(status=RunStatus.FAILED, finished_at=now, error=str(failure))
    return True


@transaction.atomic
def _finish(row: Replay, found: list[replay.Replayed], steps: int, now: dt.datetime) -> None:
    """Keep the result if the draft is still the one that was asked about; otherwise say so."""
    held = Scheme.objects.select_for_update(no_key=True).filter(pk=row.scheme_id).first()
    own = Replay.objects.filter(pk=row.pk, status=RunStatus.RUNNING)
    if held and fingerprint(held) == row.fingerprint:
        outcome = {"status": RunStatus.DONE, "result": replay.as_json(found), "steps_done": steps}
    else:
        outcome = {"status": RunStatus.FAILED, "error": _("试跑的时候草案改过了，结果没有留；请再试跑一次。")}
    own.update(finished_at=now, heartbeat_at=now, steps_total=steps, **outcome)


def sweep(*, now: dt.datetime) -> list[int]:
    """Send again what nobody works on, and throw away what no longer belongs to its draft. Returns the ids sent."""
    ended = Replay.objects.filter(status__in=[RunStatus.DONE, RunStatus.FAILED])
    ended.filter(requested_at__lt=now - KEPT).delete()
    for row in ended.defer("result").select_related("scheme"):
        if row.fingerprint != fingerprint(row.scheme):
            row.delete()
    return job_rows.send_again(Replay.objects.all(), TASK, now)
