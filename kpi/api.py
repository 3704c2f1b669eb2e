"""REST of the scores, under /api/v1/kpi/: what the pages show, for scripts."""

from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.decorators import api_view
from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.choices import Role
from accounts.doors import OVERSEERS, open_to
from core.periods import Month, NoSuchMonth
from kpi.models import ItemScore, Score

READERS = (*OVERSEERS, Role.ACCOUNT_MANAGER)


@extend_schema(responses=OpenApiTypes.OBJECT)
@api_view(["GET"])
def _month_scores(request: Request, month: str) -> Response:
    """Scores of a month that the caller may see, with their items; figures as text, exactly as stored."""
    try:
        first = Month.parse(month).first
    except NoSuchMonth:
        raise NotFound from None
    scope = request._request.scope  # type: ignore[attr-defined]
    shown = Score.objects.within(scope).current().filter(month=first).select_related("grid", "manager", "branch")
    scores = list(shown.order_by("-total", "pk"))
    items: dict[tuple[int | None, int | None], dict[str, Any]] = {}
    rows = ItemScore.objects.within(scope).current().filter(month=first)
    for grid, manager, code, status, score, weighted in rows.values_list(
        "grid_id", "manager_id", "code", "status", "score", "weighted"
    ):
        items.setdefault((grid, manager), {})[code] = {
            "status": status,
            "score": None if score is None else str(score),
            "weighted": str(weighted),
        }
    return Response([_row(score, items.get((score.grid_id, score.manager_id), {})) for score in scores])


month_scores = open_to(*READERS)(_month_scores)


def _row(score: Score, items: dict[str, Any]) -> dict[str, Any]:
    subject = {"grid": score.grid.code} if score.grid else {"staff_no": score.manager.staff_no if score.manager else ""}
    return subject | {
        "branch": score.branch.code,
        "total": str(score.total),
        "rank_in_branch": score.rank_in_branch,
        "days": score.days,
        "is_provisional": score.is_provisional,
        "items": items,
    }
