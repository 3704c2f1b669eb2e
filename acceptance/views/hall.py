"""The hall side: the steps at the counter."""

import datetime as dt
from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from acceptance.choices import HALL_STATES
from acceptance.domain import acceptances, slips
from acceptance.forms import OrderRow, home_of, order_rows, orders_of, split_of
from acceptance.models import Product, Slip
from acceptance.views.queue import AT_THE_COUNTER, actor_at_counter, queue_page, slip_of, with_errors
from accounts.doors import open_to
from core.periods import local_day
from core.refusals import Refusal
from grids.models import Hall
from managers.models import Manager


@open_to(*AT_THE_COUNTER)
@require_POST
def slip_receive(request: HttpRequest, number: str) -> HttpResponse:
    """Receive a slip; with `take` it is claimed as well."""
    step = slips.take if request.POST.get("take") else slips.receive
    return _step(request, number, step, _("%(number)s 已签收。"))


@open_to(*AT_THE_COUNTER)
@require_POST
def slip_claim(request: HttpRequest, number: str) -> HttpResponse:
    """Take a received slip, or lay it back."""
    step = slips.release if request.POST.get("release") else slips.claim
    return _step(request, number, step, _("%(number)s 已更新。"))


@open_to(*AT_THE_COUNTER)
@require_POST
def slip_accept(request: HttpRequest, number: str) -> HttpResponse:
    """Key a slip into formal orders."""
    slip, rows, now = slip_of(request, number), order_rows(request.POST), timezone.now()
    try:
        slips.accept(
            slip=slip,
            orders=orders_of(rows),
            split=split_of(request.POST, request.scope, slip.branch_id),
            household=home_of(request.POST.get("household_code", ""), request.scope),
            by=actor_at_counter(request),
            now=now,
        )
    except Refusal as refusal:
        slip.refresh_from_db()
        return queue_page(request, slip, rows=rows, refused=refusal)
    done = _("%(number)s 已受理 %(count)s 笔，%(name)s 的手机会看到。")
    messages.success(request, done % {"number": number, "count": len(rows), "name": slip.manager.name})
    return redirect("acceptance:hall_queue")


@open_to(*AT_THE_COUNTER)
@require_POST
def slip_return(request: HttpRequest, number: str) -> HttpResponse:
    """Back to the field, with the reason."""
    reason = request.POST.get("reason", "")
    return _step(request, number, slips.return_to_field, _("%(number)s 已退回补充。"), reason=reason)


@open_to(*AT_THE_COUNTER)
@require_POST
def slip_transfer(request: HttpRequest, number: str) -> HttpResponse:
    """On to another hall of the branch."""
    slip = slip_of(request, number)
    hall = get_object_or_404(Hall.objects.filter(branch=slip.branch_id), code=request.POST.get("hall", ""))
    reason = request.POST.get("reason", "")
    return _step(request, number, slips.transfer, _("%(number)s 已转厅。"), hall=hall, reason=reason)


@open_to(*AT_THE_COUNTER)
@require_POST
def slip_close(request: HttpRequest, number: str) -> HttpResponse:
    """End a slip without an order."""
    first = request.POST.get("duplicate_of", "").strip()
    named = Slip.objects.within(request.scope).filter(number=first).first() if first else None
    given = {"outcome": request.POST.get("outcome", ""), "reason": request.POST.get("reason", "")}
    return _step(request, number, slips.close, _("%(number)s 已了结。"), duplicate_of=named, **given)


@open_to(*AT_THE_COUNTER)
@require_http_methods(["GET", "HEAD", "POST"])
def direct_new(request: HttpRequest) -> HttpResponse:
    """A sale at the counter, without a slip."""
    now, refused, rows = timezone.now(), None, order_rows(request.POST)
    if request.method == "POST":
        try:
            _record_direct(request, rows, now)
        except Refusal as refusal:
            refused = refusal
        else:
            messages.success(request, _("已登记 %(count)s 笔受理。") % {"count": len(rows)})
            return redirect("acceptance:direct_new")
    context = {
        "order_rows": with_errors(rows, refused) or [OrderRow(accepted_on=str(local_day(now)))],
        "all_products": Product.objects.filter(is_sold=True),
        "refused": refused,
        "today": local_day(now),
        "typed": request.POST,
        "household_code": request.POST.get("household_code", request.GET.get("household", "")),
        "developer": request.GET.get("developer", ""),
    }
    return render(request, "acceptance/direct_new.html", context, status=422 if refused else 200)


def _record_direct(request: HttpRequest, rows: list[OrderRow], now: dt.datetime) -> None:
    household = home_of(request.POST.get("household_code", ""), request.scope)
    if household is None:
        raise acceptances.BadOrder(_("没有这个客户编码。"), field="household_code")
    staff_no = request.POST.get("developer", "").strip()
    developer = Manager.objects.filter(branch=household.branch_id, staff_no=staff_no).first() if staff_no else None
    if staff_no and developer is None:
        raise acceptances.BadOrder(_("本分公司没有这个工号的客户经理。"), field="developer")
    if not staff_no and request.scope.manager:
        developer = Manager.objects.get(pk=request.scope.manager)
    acceptances.record_direct(
        household=household,
        orders=orders_of(rows),
        by=actor_at_counter(request),
        now=now,
        developer=developer,
        split=split_of(request.POST, request.scope, household.branch_id),
    )


def _step(request: HttpRequest, number: str, rule: Callable[..., None], done: str, **given: Any) -> HttpResponse:
    """Take one step and come back to where one was; a refusal is shown in its own words."""
    slip = slip_of(request, number)
    try:
        rule(slip=slip, by=actor_at_counter(request), now=timezone.now(), **given)
        messages.success(request, done % {"number": number})
    except Refusal as refusal:
        messages.error(request, str(refusal))
    actor = actor_at_counter(request)
    if not actor.halls:
        return redirect("acceptance:slip_detail", number=number)
    stays = slip.hall_id in actor.halls and slip.state in HALL_STATES
    query = f"?{urlencode({'slip': number})}" if stays else ""
    return redirect(reverse("acceptance:hall_queue") + query)
