"""Changes of the SQL that change nothing, each looked at, with the reason: no test can notice them.

(statement, part of the line, change); the report names those that no longer fit any mutant.
"""

from tests.mutation.statements import Mutant

_LATER = "says which grids and people are worked out, for speed; more than these are left out when scores are written"
_CANCELS = "stands for a class with nothing assessed, in every share and in the whole alike: it cancels out"
_UNREAD = "who served one grid carries its items: their own aren't read"
_NEVER = "a rating, which is the subject's own, is never left out of the assessment"
_SLOWER = "the longer way round gives the same: the short one is for weights that come out even, and exact"
_NO_RUN = "an open month shows no run"
_FOUR = "points a unit have four places: nothing to round"
_ONCE = "what is there already is left as it is"

EQUIVALENT: dict[tuple[str, str, str], str] = {
    ("kpi/score_members", "FROM kpi_service WHERE branch_id = ANY", "without the conditions"): _LATER,
    ("kpi/score_members", "sum(service.days * item.score)", "without FILTER"): "a sum leaves out what has no score",
    ("kpi/score_members", "sum(service.days * item.score)", "without the cond"): "a sum leaves out what has no score",
    ("kpi/score_members", "WHERE service.grids > 1", "without the conditions"): _UNREAD,
    ("kpi/score_members", "WHERE service.grids > 1", "> → >="): _UNREAD,
    ("kpi/score_points", "indicator.points_per_unit, 4", "4 → 5"): _FOUR,
    ("kpi/score_points", "indicator.points_per_unit, 4", "round → trunc"): _FOUR,
    ("kpi/stage_grids", "WHERE branch_id = ANY", "without the conditions"): _LATER,
    ("kpi/stage_grids", "WHERE branch_id = ANY", "AND → OR"): _LATER,
    ("kpi/stage_grids", "WHERE branch_id = ANY", "without AND"): _LATER,
    ("kpi/stage_grids", "OR id IN (SELECT grid_id", "without the conditions"): _LATER,
    ("kpi/write_scores", "coalesce(carried.bits, 0) | coalesce(own.bits, 0)", "0 → 1"): "bit 0 stands for no item",
    ("kpi/write_scores", "CASE WHEN count(*) = 1 THEN min(grid_id)", "min → max"): "of one grid",
    ("kpi/write_scores", "LEFT JOIN spared carried", "without AND"): _NEVER,
    ("kpi/write_scores", "LEFT JOIN spared own", ""): _NEVER,
    ("kpi/write_scores", "LEFT JOIN part own", "without AND own.exempt"): _NEVER,
    ("kpi/write_scores", "ON carried.is_carried AND carried.subject", "without AND carried.exempt"): _NEVER,
    ("kpi/write_scores", "percent * whole = share", "OR → AND"): _SLOWER,
    ("kpi/write_scores", "percent * whole = share", "* → /"): _SLOWER,
    ("kpi/write_scores", "round(share / whole, 6) AS percent", "/ → *"): _SLOWER,
    ("kpi/write_scores", "round(share / whole, 6) AS percent", "6 → 7"): _SLOWER,
    ("kpi/write_scores", "round(share / whole, 6) AS percent", "round → trunc"): _SLOWER,
    ("kpi/write_scores", "WHEN weighed.whole = 1 THEN", "1 → 2"): _SLOWER,
    ("kpi/write_scores", "SELECT source.subject, source.is_carried", "min → max"): "one subject's items have one whole",
    ("kpi/write_scores", "1::bigint << (row_number()", "1 → 2"): "bits of their own, whichever",
    ("kpi/write_scores", "nullif(business_kept, 0), 1)", "1 → 2"): _CANCELS,
    ("kpi/write_scores", "nullif(retention_kept, 0), 1)", "1 → 2"): _CANCELS,
    ("kpi/write_scores", "nullif(other_kept, 0), 1)", "1 → 2"): _CANCELS,
    ("kpi/write_scores", "(other_kept > 0)::int * other_all, 0), 1)", "1 → 2"): _CANCELS,
    ("kpi/write_scores", "rule.item_class <> 'points' AND", "'points' → 'mutated'"): (
        "points have no share by the CASE over the classes"
    ),
    ("kpi/write_scores", "100 * min(weighed.whole) AS points", "min → max"): "one subject's items have one whole",
    (
        "kpi/take_acceptance_changes",
        "SELECT %(first)s::date, grid_id, product_id, sum(gained), sum(lost)",
        "sum → max",
    ): ("a grid and product have one row of gains and one of losses here, with 0 for the other"),
    ("kpi/take_acceptance_changes", "SELECT DISTINCT month, grid_id FROM changed", "DISTINCT"): _ONCE,
    ("kpi/delete_scores", "AND grid_id IS NULL", "without AND grid_id IS NULL"): "what a person has, has no grid",
    ("kpi/hold_touched", "state IN ('open', 'trial')", "'open'"): _NO_RUN,
    ("kpi/list_touched", "held.state IN ('open', 'trial')", "'open'"): _NO_RUN,
    ("kpi/rank_scores", "WHERE run_id =", "without AND branch_id"): "other branches have these very ranks already",
    ("kpi/rank_scores", "ranked.rank_in_branch <>", "without AND ranked.rank"): "the same rank is written again",
    ("kpi_half_up", "1.0000000000000000000000000000000000000000", "* → /"): "by one, to forty places",
}


Entry = tuple[str, str, str]


def reason(mutant: Mutant) -> str:
    """Why a mutant can't be noticed; empty when it should be."""
    return next((why for entry, why in EQUIVALENT.items() if _fits(entry, mutant)), "")


def outdated(mutants: list[Mutant]) -> list[Entry]:
    """Entries that fit none of the mutants, though their statement is among them."""
    names = {mutant.name for mutant in mutants}
    return [one for one in EQUIVALENT if one[0] in names and not any(_fits(one, mutant) for mutant in mutants)]


def _fits(entry: Entry, mutant: Mutant) -> bool:
    name, part, change = entry
    return mutant.name == name and part in mutant.was and mutant.change.startswith(change)
