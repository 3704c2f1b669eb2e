"""A person's own page: my score, my rank, what one more is worth to me today."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.choices import Role
from accounts.doors import open_to
from core.periods import Month, local_day
from kpi.queries.appeals import appeals_within, heard_months, sheet_life
from kpi.queries.generations import generations, scored_months
from kpi.queries.outlooks import outlook
from kpi.queries.sheets import Sheet, sheet
from kpi.queries.trends import company_rank, totals_of_person
from kpi.views.charts import year_line
from kpi.views.rows import head
from kpi.views.workings import score_text
from managers.models import Manager

APPEALS = 3  # the newest of one's own, shown with what became of them


def _newest(manager: Manager, today: Month) -> tuple[Sheet, str] | None:
    """The sheet of the month under way, or of the newest month that has one, with the state of that month."""
    for month in dict.fromkeys((today, *scored_months()[:2])):
        shown, before = generations(month)
        if found := sheet(shown, before, manager=manager):
            return found, shown.states.get(found.score.branch_id, "")
    return None


@open_to(Role.ACCOUNT_MANAGER)
@require_safe
def my_score(request: HttpRequest) -> HttpResponse:
    """What is my score, and what is one more worth to me today?"""
    today = local_day(timezone.now())
    manager = Manager.objects.filter(pk=request.scope.manager or 0).first()
    found = _newest(manager, Month.of(today)) if manager else None
    if manager is None or found is None:
        return render(request, "kpi/my_score.html", {"sheet": None, "today": today})
    life = {
        "life": sheet_life(request.scope, found[0], today=today),
        "heard": heard_months(manager, today=today),
        "own_appeals": appeals_within(request.scope).filter(filed_by=request.user.pk).order_by("-filed_at")[:APPEALS],
    }
    return render(request, "kpi/my_score.html", _page(manager, *found) | {"today": today} | life)


def _page(manager: Manager, found: Sheet, state: str) -> dict[str, Any]:
    month, today = Month.of(found.run.month), local_day(timezone.now())
    return {
        "manager": manager,
        "sheet": found,
        "state": state,
        "month": month,
        "is_under_way": month == Month.of(today),
        "ahead": outlook(manager, found, today),
        "items": [(item, head(item.rule.name), score_text(item)) for item in found.items],
        "company": company_rank(found.score),
        "chart": year_line(totals_of_person(manager, month)),
    }
