"""From a slip or an acceptance to the score that counts it, or why none does."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render

from acceptance.models import Acceptance, Slip
from accounts.choices import Role
from accounts.doors import HALL_STAFF, OVERSEERS, open_to
from kpi.queries.effects import effect_of_acceptance, effect_of_slip

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
