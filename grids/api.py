"""Grids over REST: the same scope as the pages."""

from django.http import HttpRequest, JsonResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.doors import open_to_all
from core.keyset import page_of
from core.periods import local_day
from grids.models import Grid


@open_to_all
@require_safe
def grids(request: HttpRequest) -> JsonResponse:
    """Grids of the scope that are in force today; `?after=` goes on behind a code."""
    today = local_day(timezone.now())
    found = Grid.objects.within(request.scope).active_on(today).select_related("branch", "sub_bureau", "hall")  # type: ignore[attr-defined]
    rows, after = page_of(found, request.GET, key="code")
    return JsonResponse({"on": today, "next": after, "results": [_row(grid) for grid in rows]})


def _row(grid: Grid) -> dict[str, object]:
    return {
        "code": grid.code,
        "name": grid.name,
        "branch": grid.branch.code,
        "sub_bureau": grid.sub_bureau.code,
        "hall": grid.hall.code,
        "valid_from": grid.period.lower,
        "valid_to": grid.period.upper,
    }
