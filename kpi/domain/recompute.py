"""Recomputing a month: a row first, then a message; the scores are a generation of their own, swapped in at once."""

import datetime as dt
import logging
from time import monotonic

from django.db import DatabaseError, InterfaceError, OperationalError, connection, transaction
from django.db.models import Max, Q
from django.utils.translation import gettext as _

from accounts.models import User
from core import jobs, sql
from core.periods import Month
from core.refusals import Refusal
from grids.models import Branch
from imports.choices import BatchStatus
from imports.models import Batch
from kpi.choices import MonthState, RunCause, RunStatus
from kpi.domain import job_rows, schemes, scoring, snapshots
from kpi.domain.heartbeat import Heartbeat
from kpi.models import BranchMonth, Run, Scheme

log = logging.getLogger(__name__)

GENERATIONS_KEPT = 5
# Kinds of file that change what a month's scores are made of.
COUNTING_FILES = [
    "grids",
    "communities",
    "grid_communities",
    "households",
    "subscriptions",
    "postings",
    "acceptances",
    "targets",
    "ratings",
]
TASK = "kpi.tasks.recompute"
REQUEST_TYPES = {"first": "date", "branch": "bigint", "by": "bigint", "cause": "text", "now": "timestamptz"}
CLAIM_TYPES = {"run": "bigint", "now": "timestamptz", "stale": "timestamptz"}
MONTH_TYPES = {"first": "date", "branch": "bigint"}
SWAP_TYPES = {"run": "bigint", "first": "date", "branches": "bigint[]"}
DONE_TYPES = {"run": "bigint", "at": "timestamptz", "steps": "smallint", "grids": "integer", "people": "integer"}


class RecomputeRefused(Refusal):
    """The month of this branch is no longer recomputed."""


@transaction.atomic
def request(
    *, month: Month, branch: Branch | None = None, cause: RunCause | str, by: User | None = None, now: dt.datetime
) -> Run:
    """Ask for a recompute of a branch's month, or of all branches that are still open.

    Returns the run already waiting for the same, if there is one. Raises RecomputeRefused for a branch whose month
    is published or closed.
    """
    if branch:
        _require_open(BranchMonth.objects.filter(month=month.first, branch=branch).first())
    asked = {"first": month.first, "branch": branch and branch.pk, "by": by and by.pk, "cause": cause, "now": now}
    waiting = sql.instance(Run, sql.rows_planned_once(["kpi/request_run"], REQUEST_TYPES, **asked)[0])
    jobs.send_on_commit(TASK, run_id=waiting.pk)
    return waiting


def _require_open(found: BranchMonth | None) -> None:
    if found and found.state == MonthState.CLOSED:
        raise RecomputeRefused(_("这个月已审定，不能重算；之后的变化请作更正。"))
    if found and found.state == MonthState.PUBLISHED:
        raise RecomputeRefused(_("这个月正在公示，请先撤回公示再重算。"))


def run(run_id: int, *, now: dt.datetime) -> bool:
    """Do a requested recompute, or resume one whose worker died. False when it isn't there to be done.

    Running it twice changes nothing. A failure is written to the row and the scores shown before stay.
    """
    begun = monotonic()
    try:
        claimed = _claim(run_id, now)
    except Refusal as refusal:
        Run.objects.filter(pk=run_id).update(status=RunStatus.FAILED, finished_at=now, error=str(refusal))
        return True
    if claimed is None:
        return False
    try:
        with Heartbeat(rows=Run.objects.filter(pk=claimed.pk), started_at=now, steps=scoring.STEPS) as heart:
            counts = _compute(claimed, heart, now)
    except (OperationalError, InterfaceError):
        # The server went away or wanted another try: the sweeper sends it again.
        log.exception("recompute interrupted", extra={"run": run_id})
        connection.close_if_unusable_or_obsolete()
        Run.objects.filter(pk=run_id).update(heartbeat_at=None)
        return False
    except (Refusal, DatabaseError) as failure:
        log.exception("recompute failed", extra={"run": run_id})
        _fail(run_id, _moment(now, begun), str(failure))
        return True
    done = {
        "run": run_id,
        "at": _moment(now, begun),
        "steps": scoring.STEPS,
        "grids": counts.grids,
        "people": counts.people,
    }
    sql.rows_planned_once(_unhurried("kpi/finish_run"), DONE_TYPES, **done)
    return True


def _unhurried(step: str) -> list[str]:
    """Without waiting for the disk; inside somebody's transaction that is theirs to say."""
    return [step] if connection.in_atomic_block else ["kpi/set_unhurried", step]


def _claim(run_id: int, now: dt.datetime) -> Run | None:
    taken = {"run": run_id, "now": now, "stale": now - job_rows.STALE_AFTER}
    rows = sql.rows_planned_once(_unhurried("kpi/claim_run"), CLAIM_TYPES, **taken)
    if not rows:
        return None
    found = sql.instance(Run, rows[0])
    if found.scheme_id is None:
        found.scheme = _scheme_of(found)
        found.save(update_fields=["scheme"])
    return found


def _scheme_of(found: Run) -> Scheme:
    """The scheme in force; a correction's is the one its closed month was scored by."""
    if found.cause != RunCause.CORRECTION:
        return schemes.in_force(Month.of(found.month))
    return Scheme.objects.get(
        run__current_for__branch=found.branch_id,
        run__current_for__month=found.month,
        run__current_for__state=MonthState.CLOSED,
    )


def _compute(found: Run, heart: Heartbeat, now: dt.datetime) -> scoring.Counts:
    with snapshots.alone():
        branches = _lock_months(found)
        assert found.scheme_id is not None  # set by the claim
        counts = scoring.score(
            run_id=found.pk,
            month=Month.of(found.month),
            scheme_id=found.scheme_id,
            branches=branches,
            progress=heart.step,
        )
        _follow_people(found, now)
        last = ["kpi/swap_generation"]
        if found.branch_id is None:  # people of a branch alone may serve, and be touched, in another's grids
            last.append("kpi/forget_touched")
        sql.rows_planned_once(last, SWAP_TYPES, run=found.pk, first=found.month, branches=branches)
    return counts


def _follow_people(found: Run, now: dt.datetime) -> None:
    """Whoever a back-dated posting took to another branch is scored there as well, or left off there: the open months
    of these branches are recomputed next."""
    if found.branch_id is None or found.cause == RunCause.CORRECTION:
        return
    left = [row[0] for row in sql.tuples("kpi/list_left_behind", first=found.month, branch=found.branch_id)]
    for branch in Branch.objects.filter(pk__in=left) if left else []:
        request(month=Month.of(found.month), branch=branch, cause=found.cause, now=now)


def _lock_months(found: Run) -> list[int]:
    """The branches to score, their months held against publishing and closing until the scores are in.

    A correction lies beside a month that is closed already: nothing to hold, and swapping changes nothing.
    """
    if found.cause == RunCause.CORRECTION and found.branch_id:
        return [found.branch_id]
    asked = {"first": found.month, "branch": found.branch_id}
    steps = ["kpi/open_months", "kpi/hold_open_months"]
    held = [row["branch_id"] for row in sql.rows_planned_once(steps, MONTH_TYPES, **asked)]
    if found.branch_id:
        _require_open(BranchMonth.objects.get(month=found.month, branch=found.branch_id))
    return held


def _moment(now: dt.datetime, begun: float) -> dt.datetime:
    return now + dt.timedelta(seconds=monotonic() - begun)


def _fail(run_id: int, finished: dt.datetime, error: str) -> None:
    Run.objects.filter(pk=run_id, status=RunStatus.RUNNING).update(
        status=RunStatus.FAILED,
        finished_at=finished,
        heartbeat_at=finished,
        steps_total=scoring.STEPS,
        error=error,
    )


def prune() -> None:
    """Delete the scores of old generations that nothing shows or refers to. No part of a recompute: nobody waits."""
    sql.run("kpi/prune_generations", kept=GENERATIONS_KEPT)


def sweep(*, now: dt.datetime) -> list[int]:
    """Send again the runs nobody works on: a message got lost or a worker died. Returns their ids.

    A run that keeps dying is given up after a few attempts, and says so.
    """
    return job_rows.send_again(Run.objects.all(), TASK, now, argument="run_id")


def request_nightly(*, today: dt.date, now: dt.datetime) -> list[Run]:
    """Ask for the months still moving."""
    return _request_moving(today, RunCause.NIGHTLY, now)


def _request_moving(today: dt.date, cause: RunCause, now: dt.datetime) -> list[Run]:
    """The current month and the one before, where a branch is still open."""
    months = [Month.of(today), Month.of(today).shift(-1)]
    return [request(month=month, cause=cause, now=now) for month in months if _has_open_branch(month)]


def request_after_files(*, today: dt.date, now: dt.datetime) -> list[Run]:
    """Ask for the months still moving if a file that counts came in after the last time somebody asked for all."""
    files = Batch.objects.filter(Q(new_count__gt=0) | Q(changed_count__gt=0), status=BatchStatus.DONE, dry_run=False)
    arrived = files.filter(kind__in=COUNTING_FILES).aggregate(at=Max("finished_at"))["at"]
    asked = Run.objects.filter(branch=None).exclude(cause=RunCause.LATE_RECORD).aggregate(at=Max("requested_at"))["at"]
    if arrived is None or (asked and asked > arrived):
        return []
    return _request_moving(today, RunCause.LATE_FILE, now)


def _has_open_branch(month: Month) -> bool:
    settled = BranchMonth.objects.filter(month=month.first, state__in=[MonthState.PUBLISHED, MonthState.CLOSED])
    return Branch.objects.exclude(pk__in=settled.values("branch")).exists()
