"""The sums of a month: set-based, one statement a step, from the inputs to items, totals and ranks."""

from collections.abc import Callable, Sequence
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
    _keep_sums(month, grids)
    progress("items")
    sql.rows_planned_once(["kpi/set_whole", *STAGES], TYPES, WHOLE, run=None, **inputs)


def stage_some(*, month: Month, scheme_id: int, branches: Sequence[int], grids: Sequence[int]) -> list[int]:
    """Work out some grids and who served there, by the same statements; answers the branches they are scored in."""
    inputs = _inputs(month, scheme_id, branches, grids)
    if not is_narrow(grids):
        stage(month=month, scheme_id=scheme_id, branches=branches, grids=grids)
        return [row["branch_id"] for row in sql.rows("kpi/list_staged_branches", **inputs)]
    _keep_sums(month, grids)
    steps = ["kpi/set_narrow", *STAGES, "kpi/list_staged_branches"]
    return [row["branch_id"] for row in sql.rows_planned_once(steps, TYPES, run=None, **inputs)]


def _keep_sums(month: Month, grids: Sequence[int] | None) -> None:
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
NARROW = 8  # grids; more of them are gone through as a company is


def is_narrow(grids: Sequence[int] | None) -> bool:
    return grids is not None and len(grids) <= NARROW


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


def rewrite(*, run_id: int, month: Month, scheme_id: int, branches: Sequence[int], grids: Sequence[int]) -> Counts:
    """Write the staged grids of these branches, and the staged people, into a generation that is shown already: ranks
    of the branches follow, and readers' copies are out of date."""
    target = {"run": run_id, **_inputs(month, scheme_id, branches, grids)}
    planned_for = "" if is_narrow(grids) else WHOLE
    steps = ["kpi/delete_scores", "kpi/write_scores"]
    counts = Counts(**sql.rows_planned_once(steps, TYPES, planned_for, **target)[0])
    sql.rows_planned_once(["kpi/rank_scores", "kpi/raise_revision"], TYPES, planned_for, **target)
    return counts
