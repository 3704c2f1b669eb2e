"""Up to when records entered a result. A published or closed one stands still while its records go on: what orders and
lines said until they were changed is kept, and put back where a result is explained (`movements`, `losses`)."""

import datetime as dt
from collections.abc import Iterable, Sequence

from kpi.choices import MonthState, RunCause
from kpi.models import BranchMonth, Run
from kpi.queries.generations import Generation

STANDS = (MonthState.PUBLISHED, MonthState.CLOSED)


def worked_out_until(run: Run, shown: BranchMonth | None) -> dt.datetime | None:
    """Up to when records entered a run's result; late ones were added until it was published."""
    return _until(run, shown, _notes([run.month]) if shown else [])


def counted_until(run: Run, branch: int) -> dt.datetime | None:
    """Up to when records entered a result that stands still, published or closed; None while it still moves."""
    shown = BranchMonth.objects.filter(branch=branch, month=run.month, state__in=STANDS).first()
    return worked_out_until(run, shown) if shown else None


def all_untils(parts: Sequence[Generation], runs: dict[int, Run]) -> dict[tuple[int, dt.date], dt.datetime | None]:
    """Branch and month's 1st → up to when records entered the result shown; two statements for any number."""
    days = [part.month.first for part in parts]
    held = {(each.branch_id, each.month): each for each in BranchMonth.objects.filter(month__in=days)}
    notes = _notes(days)
    shown = ((branch, part.month.first, runs[run]) for part in parts for branch, run in part.runs.items())
    return {(branch, day): _until(run, held.get((branch, day)), notes) for branch, day, run in shown}


def _notes(days: Iterable[dt.date]) -> list[Run]:
    """The rows that stand for all late records of a generation."""
    return list(Run.objects.filter(cause=RunCause.LATE_RECORD, month__in=days))


def _until(run: Run, shown: BranchMonth | None, notes: list[Run]) -> dt.datetime | None:
    if run.watermark_at is None or shown is None:
        return run.watermark_at
    of_run = [note for note in notes if (note.month, note.branch_id) == (run.month, run.branch_id) and note.pk > run.pk]
    noted = max((note.watermark_at for note in of_run if note.watermark_at), default=run.watermark_at)
    if shown.published_at:  # (a note of the whole company's may tell of other branches)
        noted = min(noted, shown.published_at)
    return max(run.watermark_at, noted)
