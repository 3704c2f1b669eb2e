"""The coverage page."""

from typing import cast

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.doors import OVERSEERS, open_to
from accounts.scope import Scope
from core.periods import local_day
from grids import queries
from grids.choices import AreaType


@open_to(*OVERSEERS)
@require_safe
def coverage(request: HttpRequest) -> HttpResponse:
    """Which streets and towns have no own hall?"""
    query = {name: request.GET.get(name, "").strip() for name in ("text", "area")}
    query["hall"] = request.GET.get("hall", "without")
    rows = queries.streets(cast(Scope, request.scope))  # type: ignore[attr-defined]
    context = {
        "coverage": queries.coverage(rows),
        "rows": queries.narrowed(rows, **query),
        "districts": queries.by_district(rows),
        "figures": queries.figures(local_day(timezone.now())),
        "areas": AreaType.choices,
        "query": query,
    }
    return render(request, "grids/coverage.html", context)
