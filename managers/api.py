"""Grids' people over REST: the same scope as the pages."""

import datetime as dt

from django.db.models import Prefetch
from django.http import HttpRequest, JsonResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.doors import open_to_all
from core.keyset import page_of
from core.periods import local_day
from managers.models import Manager, Posting


@open_to_all
@require_safe
def managers(request: HttpRequest) -> JsonResponse:
    """Senior account managers of the scope with today's grid and duty; `?after=` goes on behind a staff number."""
    today = local_day(timezone.now())
    found = Manager.objects.within(request.scope).select_related("branch")  # type: ignore[attr-defined]
    serving = Posting.objects.active_on(today).select_related("grid")
    rows, after = page_of(found.prefetch_related(Prefetch("postings", serving)), request.GET, key="staff_no")
    return JsonResponse({"on": today, "next": after, "results": [_row(manager) for manager in rows]})


def _row(manager: Manager) -> dict[str, str | dt.date | None]:
    posting = next(iter(manager.postings.all()), None)
    return {
        "staff_no": manager.staff_no,
        "name": manager.name,
        "branch": manager.branch.code,
        "grid": posting.grid.code if posting else None,
        "duty": posting.duty if posting else None,
        "since": posting.period.lower if posting else None,
    }
