"""The sums of a month: set-based, one statement a step, from the inputs to items, totals and ranks."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from core import sql
from core.periods import Month
from kpi.domain import balances, tallies
from kpi.indicators import MEASURES
from kpi.models import Score

Progress = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Counts:
    grids: int
    people: int


def stage(
    *,
    month: Month,
    scheme_id: int,
    branches: Sequence[int],
    grids: Sequence[int] | None = None,
    progress: Progress = lambda step: None,
) -> None:
    """Work out all items of the branches into a temporary table of this transaction; writes no score.

    With `grids`, only those and the people who served there; other grids of these people are worked out for them, and
    are not to be written.
    """
    inputs = {
        "first": month.first,
        "next": month.next_first,
        "scheme": scheme_id,
        "branches": list(branches),
        "grids": None if grids is None else list(grids),
    }
    progress("balances")
    balances.ensure(month=month)
    if grids is None or not tallies.are_kept(month=month):  # for some grids, what changed since is taken already
        tallies.ensure(month=month)
    for step in STAGES:
        progress(step.removeprefix("kpi/"))
        sql.run(step, **inputs)


STAGES = [
    "kpi/stage_service",
    "kpi/stage_grids",
    "kpi/stage_movements",
    *(measure.statement for measure in MEASURES.values()),
    "kpi/score_members",
]
STEPS = len(STAGES) + 2  # and the kept sums before, the scores after


def score(
    *, run_id: int, month: Month, scheme_id: int, branches: Sequence[int], progress: Progress = lambda step: None
) -> Counts:
    """Write the generation of a run for these branches, replacing what an interrupted attempt of it left.

    To be called inside a transaction that sees one snapshot; nothing shows until a branch's month points to the run.
    """
    stage(month=month, scheme_id=scheme_id, branches=branches, progress=progress)
    Score.objects.filter(run_id=run_id, branch_id__in=branches).delete()
    progress("write_scores")
    return _write(run_id, month, scheme_id, branches, None)


def rewrite(*, run_id: int, month: Month, scheme_id: int, branches: Sequence[int], grids: Sequence[int]) -> Counts:
    """Write the staged grids of these branches, and the staged people, into a generation that is shown already."""
    sql.run("kpi/delete_scores", run=run_id, branches=list(branches), grids=list(grids))
    counts = _write(run_id, month, scheme_id, branches, grids)
    sql.run("kpi/rank_scores", run=run_id, branches=list(branches))
    return counts


def _write(run_id: int, month: Month, scheme_id: int, branches: Sequence[int], grids: Sequence[int] | None) -> Counts:
    target = {"run": run_id, "first": month.first, "scheme": scheme_id, "branches": list(branches)}
    only = None if grids is None else list(grids)
    return Counts(**sql.rows("kpi/write_scores", **target, grids=only)[0])
