"""Late records: an acceptance that comes, goes or is corrected in a month that shows scores. Only its grid and the
people who served there are scored again, inside the generation that is shown, by the same statements as a recompute."""

import datetime as dt
import logging
from collections import defaultdict
from collections.abc import Sequence
from time import monotonic

from django.db import OperationalError, connection

from acceptance.models import AcceptanceChange
from core import sql
from core.periods import Month
from kpi.choices import RunCause, RunStatus
from kpi.domain import scoring, tallies
from kpi.domain.snapshots import alone, snapshot
from kpi.models import Run, TouchedGrid

log = logging.getLogger(__name__)

NOTE_TYPES = {
    "run": "bigint",
    "now": "timestamptz",
    "finished": "timestamptz",
    "grid_count": "integer",
    "person_count": "integer",
}


def rescore(*, now: dt.datetime) -> int:
    """Score again what changed acceptances touched, in months that are still open; returns the number of grids.

    Readers see the old figures or the new ones. Published and closed months aren't touched. Nothing is lost when the
    worker dies: the marks go in the same transaction.
    """
    if not (AcceptanceChange.objects.exists() or TouchedGrid.objects.exists()):
        return 0
    begun = monotonic()
    try:
        with alone(), snapshot():
            tallies.take_changes()
            return _rescore(now, begun)
    except OperationalError:
        # The server went away, or a month changed its state meanwhile: the sweeper tries again.
        log.exception("late records interrupted")
        connection.close_if_unusable_or_obsolete()
        return 0


def _rescore(now: dt.datetime, begun: float) -> int:
    by_scheme: dict[tuple[dt.date, int], list[int]] = defaultdict(list)
    for row in sql.rows_planned_once(["kpi/list_touched"], {}):
        by_scheme[row["month"], row["scheme"]] += row["grids"]
    for (first, scheme_id), grids in by_scheme.items():
        _score_again(Month.of(first), scheme_id, grids, now, begun)
        TouchedGrid.objects.filter(month=first, grid__in=grids).delete()
    return sum(len(grids) for grids in by_scheme.values())


def _score_again(month: Month, scheme_id: int, grids: Sequence[int], now: dt.datetime, begun: float) -> None:
    """People who served in these grids may be scored in other branches: those that show a generation are held, too."""
    held = sql.rows_planned_once(
        ["kpi/hold_months"], {"first": "date", "scheme": "bigint"}, first=month.first, scheme=scheme_id
    )
    shown = {row["branch_id"]: row["current_run_id"] for row in held}
    staged = scoring.stage_some(month=month, scheme_id=scheme_id, branches=list(shown), grids=grids)
    for run_id in sorted({shown[branch] for branch in staged}):
        branches = [branch for branch in staged if shown[branch] == run_id]
        counts = scoring.rewrite(run_id=run_id, month=month, scheme_id=scheme_id, branches=branches, grids=grids)
        _note(run_id, counts, now, now + dt.timedelta(seconds=monotonic() - begun))


def _note(run_id: int, counts: scoring.Counts, now: dt.datetime, finished_at: dt.datetime) -> None:
    """One row in the list of runs for all late records of a generation: since when, up to when, how many."""
    sums = {"grid_count": counts.grids, "person_count": counts.people}
    told = {"run": run_id, "now": now, "finished": finished_at, **sums}
    if sql.rows_planned_once(["kpi/note_late_records"], NOTE_TYPES, **told):
        return
    amended = Run.objects.get(pk=run_id)
    Run.objects.create(
        cause=RunCause.LATE_RECORD,
        status=RunStatus.DONE,
        month=amended.month,
        branch_id=amended.branch_id,
        scheme_id=amended.scheme_id,
        requested_at=now,
        started_at=now,
        watermark_at=now,
        heartbeat_at=finished_at,
        finished_at=finished_at,
        attempts=1,
        **sums,
    )
