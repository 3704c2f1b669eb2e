"""The sums of a month: set-based, one statement a step, from the inputs to items, totals and ranks."""

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from core import sql
from core.periods import Month
from kpi.domain import balances, tallies
from kpi.indicators import MEASURES

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
    inputs = _inputs(month, scheme_id, branches, grids)
    progress("balances")
    keep_sums(month, grids)
    progress("items")
    sql.rows_planned_once(["kpi/set_whole", *STAGES], TYPES, WHOLE, run=None, **inputs)


def keep_sums(month: Month, grids: Sequence[int] | None) -> None:
    """See that the sums kept of a month are there and agree with its records."""
    balances.ensure(month=month)
    if grids is None or not tallies.are_kept(month=month):  # for some grids, what changed since is taken already
        tallies.ensure(month=month)


def _inputs(month: Month, scheme_id: int, branches: Sequence[int], grids: Sequence[int] | None) -> dict[str, object]:
    return {
        "first": month.first,
        "next": month.next_first,
        "scheme": scheme_id,
        "branches": list(branches),
        "grids": None if grids is None else list(grids),
    }


STAGES = [
    "kpi/open_stage",
    "kpi/stage_service",
    "kpi/stage_grids",
    "kpi/stage_movements",
    *(measure.statement for measure in MEASURES.values()),
    "kpi/score_members",
]
STEPS = 3  # the kept sums, the items, the scores
WHOLE = " of a company"
TYPES = {
    "run": "bigint",
    "first": "date",
    "next": "date",
    "scheme": "bigint",
    "branches": "bigint[]",
    "grids": "bigint[]",
}
REWRITES = [
    "kpi/delete_scores",
    "kpi/write_scores",
    "kpi/rank_scores",
    "kpi/raise_revision",
    "kpi/note_late_records",
    "kpi/forget_scored",
]
LATE_TYPES = TYPES | {"now": "timestamptz"}
NARROW = 8  # grids; more of them are gone through as a company is
MANY = " of many grids"


def score(
    *,
    run_id: int,
    month: Month,
    scheme_id: int,
    branches: Sequence[int],
    is_shadowed: bool = False,
    progress: Progress = lambda step: None,
) -> Counts:
    """Write the generation of a run for these branches, replacing what an interrupted attempt of it left.

    To be called inside a transaction that sees one snapshot; nothing shows until a branch's month points to the run.
    `is_shadowed`: a temporary table stands before the scores, which a statement planned before doesn't know of.
    """
    stage(month=month, scheme_id=scheme_id, branches=branches, progress=progress)
    progress("scores")
    target = {"run": run_id, **_inputs(month, scheme_id, branches, None)}
    steps = ["kpi/delete_generation", "kpi/write_scores"]
    if is_shadowed:
        sql.run(steps[0], **target)
        return Counts(**sql.rows(steps[1], **target)[0])
    return Counts(**sql.rows_planned_once(steps, TYPES, WHOLE, **target)[0])


def rewrite(
    *, month: Month, scheme_id: int, grids: Sequence[int], shown: Mapping[int, Sequence[int]], now: dt.datetime
) -> None:
    """Score some grids, and who served there, again inside the generations that are shown: `shown` holds the branches
    of each run. Their ranks follow, readers' copies are out of date, and the list of runs says how many there were.

    The sums kept of the month have to be there (`keep_sums`).
    """
    branches = [branch for of_run in shown.values() for branch in of_run]
    is_narrow = len(grids) <= NARROW
    planned_for = "" if is_narrow else MANY
    steps = ["kpi/set_narrow" if is_narrow else "kpi/set_whole", *STAGES]
    if len(shown) > 1:
        inputs = _inputs(month, scheme_id, branches, grids)
        sql.rows_planned_once(steps, LATE_TYPES, planned_for, run=None, now=now, **inputs)
        steps = []
    for run_id, of_run in shown.items():
        inputs = _inputs(month, scheme_id, of_run, grids)
        sql.rows_planned_once([*steps, *REWRITES], LATE_TYPES, planned_for, run=run_id, now=now, **inputs)
