"""The scores of a month as plain data, for scripts: numbers as strings exactly as stored, whole figures as integers."""

from collections import defaultdict
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from core.periods import Month
from kpi.models import ItemScore, Score

Row = dict[str, Any]


def scores_document(month: Month, *, grid: str | None = None, staff_no: str | None = None) -> Row:
    """The shown scores of a month, or of one grid or person of it; ranks are those among all."""
    scores = list(
        Score.objects.current().filter(month=month.first).select_related("grid", "manager", "branch", "run__scheme")
    )
    grids = [score for score in scores if score.grid_id]
    people = [score for score in scores if score.manager_id]
    one = grid or staff_no
    shown_grids = _ranked(grids, lambda score: score.grid.code if score.grid else "", grid, not one)
    shown_people = _ranked(people, lambda score: score.manager.staff_no if score.manager else "", staff_no, not one)
    items = _items([score for score, _rank in (*shown_grids, *shown_people)])
    return {
        "month": str(month),
        "scheme": ", ".join(sorted({str(score.run.scheme) for score in scores})),
        "grids": [_grid(score, rank, items) for score, rank in shown_grids],
        "people": [_person(score, rank, items) for score, rank in shown_people],
    }


def _ranked(
    scores: list[Score], code: Callable[[Score], str], wanted: str | None, everybody: bool
) -> list[tuple[Score, int]]:
    # Equal totals share a rank and the next one skips: one more than those above.
    totals = sorted((score.total for score in scores), reverse=True)
    rank = {total: position for position, total in reversed(list(enumerate(totals, 1)))}
    ordered = sorted(scores, key=lambda score: (rank[score.total], code(score)))
    return [(score, rank[score.total]) for score in ordered if everybody or (wanted and code(score) == wanted)]


def _items(scores: list[Score]) -> dict[tuple[int | None, int | None], Row]:
    found: dict[tuple[int | None, int | None], Row] = defaultdict(dict)
    rows = ItemScore.objects.filter(run__in={score.run_id for score in scores}).order_by("code")
    if len(scores) == 1:
        rows = rows.filter(grid=scores[0].grid_id, manager=scores[0].manager_id)
    for item in rows:
        found[item.grid_id, item.manager_id][item.code] = {
            "status": item.status,
            "actual": figure(item.actual),
            "base": figure(item.base),
            "target": figure(item.target),
            "gained": item.gained,
            "lost": item.lost,
            "rate": _text(item.rate),
            "score": _text(item.score),
            "weight": _text(item.weight),
            "weighted": _text(item.weighted),
        }
    return found


def figure(value: Decimal | None) -> int | str | None:
    """A count as an integer, anything else as the text of the number stored."""
    if value is None:
        return None
    return int(value) if value == value.to_integral_value() else _text(value)


def _text(value: Decimal | None) -> str | None:
    return None if value is None else f"{value:f}"


def _grid(score: Score, rank: int, items: dict[tuple[int | None, int | None], Row]) -> Row:
    assert score.grid is not None
    return {
        "grid": score.grid.code,
        "name": score.grid.name,
        "branch": score.branch.code,
        "days": score.days,
        "total": _text(score.total),
        "rank": rank,
        "rank_in_branch": score.rank_in_branch,
        "is_provisional": score.is_provisional,
        "items": items[score.grid_id, None],
    }


def _person(score: Score, rank: int, items: dict[tuple[int | None, int | None], Row]) -> Row:
    assert score.manager is not None
    return {
        "staff_no": score.manager.staff_no,
        "name": score.manager.name,
        "branch": score.branch.code,
        "days": score.days,
        "total": _text(score.total),
        "rank": rank,
        "rank_in_branch": score.rank_in_branch,
        "is_provisional": score.is_provisional,
        "items": items[None, score.manager_id],
    }
