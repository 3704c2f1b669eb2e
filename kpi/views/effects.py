"""From a slip or an acceptance to the score that counts it, or why none does."""

from collections import Counter
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from acceptance.models import Acceptance, Slip
from accounts.choices import Role
from accounts.doors import HALL_STAFF, OVERSEERS, open_to
from core.periods import Month, local_day
from kpi.domain import schemes
from kpi.queries.effects import effect_of_acceptance, effect_of_slip
from kpi.queries.progress import progress

READERS = (*OVERSEERS, *HALL_STAFF, Role.ACCOUNT_MANAGER)


def _shown(request: HttpRequest, page: dict[str, Any]) -> HttpResponse:
    """A fragment for another page that asks with htmx, or a page of its own."""
    page["may_see_scores"] = request.user.role not in HALL_STAFF
    template = "kpi/_effects.html" if request.headers.get("HX-Request") else "kpi/effects.html"
    return render(request, template, page)


@open_to(*READERS)
def slip(request: HttpRequest, number: str) -> HttpResponse:
    """Where does this slip count?"""
    found = get_object_or_404(Slip.objects.within(request.scope).select_related("grid"), number=number)
    return _shown(request, {"slip": found, "name": found.number, "effects": effect_of_slip(found)})


@open_to(*READERS)
def acceptance(request: HttpRequest, order_no: str) -> HttpResponse:
    """Where does this acceptance count?"""
    rows = Acceptance.objects.within(request.scope).select_related("grid", "product", "slip", "household")
    found = get_object_or_404(rows, order_no=order_no)
    page = {"acceptance": found, "slip": found.slip, "name": found.order_no, "effects": effect_of_acceptance(found)}
    return _shown(request, page)


@open_to(*HALL_STAFF, Role.ACCOUNT_MANAGER)
@require_safe
def outlook(request: HttpRequest, number: str) -> HttpResponse:
    """A fragment: what the grid's figures of this month become when the slip is accepted as it was asked for."""
    rows = Slip.objects.within(request.scope).filter(grid__isnull=False).select_related("grid")
    found, today = get_object_or_404(rows, number=number), local_day(timezone.now())
    month = Month.of(today)
    asked = Counter(found.lines.values_list("product", flat=True))
    more = {rule: sum(asked[code] for code in rule.products) for rule in schemes.in_force(month).indicators.all()}
    touched = [rule for rule, count in more.items() if count]
    then = {rule.code: more[rule] for rule in touched}
    items = [(item, item.net + then[item.code]) for item in progress(month, today, [found.grid_id or 0], touched)]
    return render(request, "kpi/_outlook.html", {"slip": found, "month": month, "items": items})
