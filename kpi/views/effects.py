"""From a slip, an acceptance, a line or a household to the score that counts it, or to the rule that leaves it out."""

from collections import Counter
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from acceptance.models import Acceptance, Product, Slip
from acceptance.views.queue import AT_THE_COUNTER
from accounts.choices import Role
from accounts.doors import HALL_STAFF, OVERSEERS, open_to
from core import formats
from core.periods import Month, local_day
from customers.models import Household, Subscription
from kpi.domain import schemes
from kpi.forms import month_of
from kpi.queries.effect_homes import effects_of_household
from kpi.queries.effects import Effect, effect_of_acceptance, effect_of_slip, net, with_points
from kpi.queries.generations import latest_month, scored_months
from kpi.queries.line_effects import effects_of_lines
from kpi.queries.progress import progress

READERS = (*OVERSEERS, *HALL_STAFF, Role.ACCOUNT_MANAGER)
LINE_MONTHS = 6


def _asked_month(request: HttpRequest) -> Month | None:
    """The month somebody comes from, if the address names one."""
    text = request.GET.get("month", "")
    return month_of(text, Month.of(local_day(timezone.now()))) if text else None


def _shown(request: HttpRequest, page: dict[str, Any], effects: list[Effect]) -> HttpResponse:
    """A fragment for another page that asks with htmx, or a page of its own."""
    page["may_see_scores"] = request.user.role not in HALL_STAFF
    if request.headers.get("HX-Request"):
        return render(request, "kpi/_effects.html", page | {"effects": effects})
    nets = [(month, code, value) for (month, code), value in net(effects).items()] if len(effects) > 1 else []
    return render(request, "kpi/effects.html", page | {"effects": with_points(effects), "nets": nets})


@open_to(*READERS)
def slip(request: HttpRequest, number: str) -> HttpResponse:
    """Where does this slip count?"""
    found = get_object_or_404(Slip.objects.within(request.scope).select_related("grid", "household"), number=number)
    page = {"slip": found, "name": found.number, "household": found.household}
    return _shown(request, page, effect_of_slip(found))


@open_to(*READERS)
def acceptance(request: HttpRequest, order_no: str) -> HttpResponse:
    """Where does this acceptance count?"""
    rows = Acceptance.objects.within(request.scope).select_related("grid", "product", "slip", "channel", "household")
    found = get_object_or_404(rows, order_no=order_no)
    page = {
        "acceptance": found,
        "is_at_counter": request.user.role in AT_THE_COUNTER,
        "slip": found.slip,
        "name": found.order_no,
        "household": found.household,
    }
    return _shown(request, page, effect_of_acceptance(found, _asked_month(request)))


@open_to(*READERS)
@require_safe
def line(request: HttpRequest, code: str) -> HttpResponse:
    """Where does this line count, month by month?"""
    found = get_object_or_404(Subscription.objects.within(request.scope).select_related("household"), code=code)
    today = Month.of(local_day(timezone.now()))
    months = {today, *scored_months()[:LINE_MONTHS]} | ({asked} if (asked := _asked_month(request)) else set())
    page = {
        "line": found,
        "name": found.code,
        "household": found.household,
        "product": Product.objects.filter(code=found.product_code).first(),
    }
    return _shown(request, page, effects_of_lines([found], sorted(months, reverse=True))[found.pk])


@open_to(*READERS)
@require_safe
def household(request: HttpRequest, code: str) -> HttpResponse:
    """What does this household do to a month?"""
    rows = Household.objects.within(request.scope).select_related("community")
    found = get_object_or_404(rows, code=code)
    today = local_day(timezone.now())
    month = _asked_month(request) or latest_month(today) or Month.of(today)
    months = sorted({month, Month.of(today), *scored_months()}, reverse=True)
    page = {
        "household": found,
        "month": month,
        "months": [(str(each), formats.month(each)) for each in months],
        "home": effects_of_household(found, request.scope, month),
        "may_see_scores": request.user.role not in HALL_STAFF,
    }
    return render(request, "kpi/effects_home.html", page)


@open_to(*HALL_STAFF, Role.ACCOUNT_MANAGER)
@require_safe
def outlook(request: HttpRequest, number: str) -> HttpResponse:
    """A fragment: what the grid's figures of this month become when the slip is accepted as it was asked for."""
    rows = Slip.objects.within(request.scope).filter(grid__isnull=False).select_related("grid")
    found, today = get_object_or_404(rows, number=number), local_day(timezone.now())
    month = Month.of(today)
    asked = Counter(found.lines.values_list("product", flat=True))
    more = {rule: sum(asked[code] for code in rule.products) for rule in schemes.expected(month).indicators.all()}
    touched = [rule for rule, count in more.items() if count]
    then = {rule.code: more[rule] for rule in touched}
    items = [(item, item.net + then[item.code]) for item in progress(month, today, [found.grid_id or 0], touched)]
    return render(request, "kpi/_outlook.html", {"slip": found, "month": month, "items": items})
