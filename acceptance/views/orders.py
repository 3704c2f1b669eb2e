"""Orders as keyed in at the counter: what was keyed in today, and putting right what was keyed in wrong."""

import datetime as dt

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from acceptance.domain import amendments
from acceptance.models import Acceptance, Product
from acceptance.queries import orders as queries
from acceptance.views.queue import AT_THE_COUNTER, actor_at_counter
from accounts.doors import open_to
from core.periods import local_day
from core.refusals import Refusal


@open_to(*AT_THE_COUNTER)
@require_safe
def order_list(request: HttpRequest) -> HttpResponse:
    """Which orders were keyed in today?"""
    today, actor = local_day(timezone.now()), actor_at_counter(request)
    try:
        day = min(dt.date.fromisoformat(request.GET.get("day") or str(today)), today)
        before = day - dt.timedelta(days=1)
    except (ValueError, OverflowError):
        raise Http404 from None
    rows = list(queries.keyed_on(request.scope, actor, day)) if actor.halls else []
    context = {
        "day": day,
        "today": today,
        "before": before,
        "after": day + dt.timedelta(days=1) if day < today else None,
        "rows": rows,
        "withdrawn": len([row for row in rows if row.cancelled_on]),
        "corrected": len([row for row in rows if row.is_corrected]),
        "leads": actor.leads,
    }
    return render(request, "acceptance/order_list.html", context)


@open_to(*AT_THE_COUNTER)
@require_safe
def order_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """What is wrong with this order?"""
    return _page(request, _order(request, pk))


@open_to(*AT_THE_COUNTER)
@require_POST
def order_correct(request: HttpRequest, pk: int) -> HttpResponse:
    """Put a mistyped number or product right."""
    order = _order(request, pk)
    given = {name: request.POST.get(name, "").strip() for name in ("order_no", "product", "reason")}
    try:
        amendments.correct(order=order, by=actor_at_counter(request), now=timezone.now(), **given)
    except Refusal as refusal:
        return _page(request, order, refusal, "correct")
    messages.success(request, _("已更正。原来的写法和原因留在这笔订单的经过里。"))
    return redirect("acceptance:order_detail", pk=pk)


@open_to(*AT_THE_COUNTER)
@require_POST
def order_withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    """End an order that shouldn't stand."""
    order, reason = _order(request, pk), request.POST.get("reason", "")
    try:
        amendments.withdraw(order=order, reason=reason, by=actor_at_counter(request), now=timezone.now())
    except Refusal as refusal:
        return _page(request, order, refusal, "withdraw")
    messages.success(request, _("%(number)s 已退订，今天起不再计入。") % {"number": order.order_no})
    return redirect("acceptance:order_detail", pk=pk)


def _order(request: HttpRequest, pk: int) -> Acceptance:
    return get_object_or_404(queries.order_within(request.scope), pk=pk)


def _page(request: HttpRequest, order: Acceptance, refused: Refusal | None = None, form: str = "") -> HttpResponse:
    now, why_not = timezone.now(), ""
    try:
        amendments.check(order=order, by=actor_at_counter(request), now=now)
    except Refusal as obstacle:
        why_not = str(obstacle)
    context = {
        "order": order,
        "history": order.amendments.select_related("former_product", "by"),
        "why_not": why_not,
        "products": Product.objects.filter(is_sold=True),
        "refused": refused,
        "refused_form": form,
        "typed": request.POST if refused else {},
        "may_sell": bool(actor_at_counter(request).halls),
    }
    return render(request, "acceptance/order_detail.html", context, status=422 if refused else 200)
