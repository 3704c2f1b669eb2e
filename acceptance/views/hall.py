"""The hall side: the queue and the steps at the counter."""

from collections.abc import Callable
from typing import Any, cast

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from acceptance.choices import HALL_STATES, SlipState
from acceptance.domain import acceptances, slips, transitions
from acceptance.domain.actors import Actor, actor_of
from acceptance.forms import OrderRow, order_rows, orders_of, split_of
from acceptance.models import LateNotice, Product, Slip
from acceptance.queries import differences
from acceptance.queries import slips as queries
from acceptance.queries.slips import Narrow
from accounts.choices import Role
from accounts.doors import HALL_STAFF, open_to
from accounts.models import User
from core.formats import named
from core.periods import day_start, local_day
from core.refusals import Refusal
from customers.models import Household
from grids.models import Hall
from managers.models import Manager, Operator

AT_THE_COUNTER = (*HALL_STAFF, Role.ACCOUNT_MANAGER)
STATES = [SlipState.SUBMITTED, SlipState.TRANSFERRED, SlipState.RECEIVED, SlipState.WORKING, SlipState.RETURNED]


@open_to(*AT_THE_COUNTER)
@require_safe
def hall_queue(request: HttpRequest) -> HttpResponse:
    """Which slip comes first?"""
    if request.htmx and request.GET.get("part") == "list":
        return render(request, "acceptance/_queue_list.html", _list_context(request))
    return _queue_page(request)


@open_to(*AT_THE_COUNTER)
@require_safe
def queue_slip(request: HttpRequest, number: str) -> HttpResponse:
    """The panel of one slip, for htmx."""
    return render(request, "acceptance/_queue_slip.html", _panel(request, _slip(request, number)))


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
    slip, rows, now = _slip(request, number), order_rows(request.POST), timezone.now()
    try:
        slips.accept(
            slip=slip,
            orders=orders_of(rows),
            split=split_of(request.POST, request.scope, slip.branch_id),
            household=_typed_household(request),
            by=_actor(request),
            now=now,
        )
    except Refusal as refusal:
        slip.refresh_from_db()
        return _queue_page(request, slip, rows=rows, refused=refusal)
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
    slip = _slip(request, number)
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
        "order_rows": _with_errors(rows, refused) or [OrderRow(accepted_on=str(local_day(now)))],
        "all_products": Product.objects.filter(is_sold=True),
        "refused": refused,
        "today": local_day(now),
        "typed": request.POST,
    }
    return render(request, "acceptance/direct_new.html", context, status=422 if refused else 200)


def _record_direct(request: HttpRequest, rows: list[OrderRow], now: Any) -> None:
    household = _typed_household(request)
    if household is None:
        raise acceptances.BadOrder(_("没有这个客户编码。"), field="household_code")
    staff_no = request.POST.get("developer", "").strip()
    developer = Manager.objects.filter(branch=household.branch_id, staff_no=staff_no).first() if staff_no else None
    if staff_no and developer is None:
        raise acceptances.BadOrder(_("本分公司没有这个工号的客户经理。"), field="developer")
    if not staff_no and request.scope.manager:
        developer = Manager.objects.get(pk=request.scope.manager)
    actor = _actor(request)
    acceptances.record_direct(household=household, orders=orders_of(rows), by=actor, now=now, developer=developer)


def _step(request: HttpRequest, number: str, rule: Callable[..., None], done: str, **given: Any) -> HttpResponse:
    """Take one step and come back to where one was; a refusal is shown in its own words."""
    slip = _slip(request, number)
    try:
        rule(slip=slip, by=_actor(request), now=timezone.now(), **given)
        messages.success(request, done % {"number": number})
    except Refusal as refusal:
        messages.error(request, str(refusal))
    actor = _actor(request)
    if not actor.halls:
        return redirect("acceptance:slip_detail", number=number)
    stays = slip.hall_id in actor.halls and slip.state in HALL_STATES
    query = f"?{urlencode({'slip': number})}" if stays else ""
    return redirect(_queue_address() + query)


def _queue_page(
    request: HttpRequest, slip: Slip | None = None, rows: list[OrderRow] | None = None, refused: Refusal | None = None
) -> HttpResponse:
    context = _list_context(request)
    if slip is None and (wanted := request.GET.get("slip")):
        slip = next((row.slip for row in context["rows"] if row.slip.number == wanted), None)
        slip = slip or queries.with_parts(Slip.objects.within(request.scope)).filter(number=wanted).first()
    if slip is None and context["rows"]:
        slip = context["rows"][0].slip
    context |= {"selected": slip.number if slip else "", "hours": settings.SLIP_HOURS, "soon": settings.SLIP_WARN_HOURS}
    context |= {"pressure": _pressure(request), "notice": _notice(request)}
    context["to_settle"] = differences.pending(request.scope) if request.user.role == Role.HALL_MANAGER else 0
    if slip:
        context |= _panel(request, slip, rows=rows, refused=refused)
    return render(request, "acceptance/hall_queue.html", context, status=422 if refused else 200)


def _pressure(request: HttpRequest) -> queries.Pressure:
    now = timezone.now()
    return queries.pressure(request.scope, _actor(request), day_start=day_start(local_day(now)), now=now)


def _notice(request: HttpRequest) -> LateNotice | None:
    if request.user.role != Role.HALL_MANAGER:
        return None
    return queries.notice_of(request.scope, local_day(timezone.now()), of_branch=False)


def _list_context(request: HttpRequest) -> dict[str, Any]:
    now, actor = timezone.now(), _actor(request)
    today = local_day(now)
    narrow = Narrow(*(request.GET.get(name, "") for name in ("state", "grid", "product", "after")))
    found = list(queries.queue(request.scope, actor, narrow)[: queries.PAGE + 1])
    rows = queries.rows_of(found[: queries.PAGE], now)
    grids = queries.grids_of_halls(request.scope, actor.halls, today)
    return {
        "rows": rows,
        "after": rows[-1].slip.number if len(found) > queries.PAGE else "",
        "narrow": narrow,
        "states": [("", _("待办")), *((state.value, state.label) for state in STATES)],
        "grids": [("", _("全部")), *grids.values_list("code", "name")],
        "products": [("", _("全部")), *((p.code, named(p.name)) for p in Product.objects.filter(is_sold=True))],
        "selected": request.GET.get("slip", ""),
    }


def _panel(
    request: HttpRequest, slip: Slip, rows: list[OrderRow] | None = None, refused: Refusal | None = None
) -> dict[str, Any]:
    now, actor = timezone.now(), _actor(request)
    today = str(local_day(now))
    asked = [OrderRow(line.product_id, accepted_on=today) for line in slip.lines.all()]
    return {
        "slip": slip,
        "row": queries.row_of(slip, now),
        "history": queries.history(slip),
        "lines": queries.lines_of(slip.household),
        "steps": transitions.allowed(slip, actor),
        "operator": Operator.objects.filter(pk=actor.operator).first() if actor.operator else None,
        "order_rows": _with_errors(rows, refused) or asked,
        "all_products": Product.objects.filter(is_sold=True),
        "halls": queries.other_halls(slip),
        "refused": refused,
        "today": today,
        "typed": request.POST,
    }


def _with_errors(rows: list[OrderRow] | None, refused: Refusal | None) -> list[OrderRow] | None:
    """The typed lines, with the refusal beside the control it is about."""
    name, dash, place = (refused.field or "").partition("-") if refused else ("", "", "")
    if rows and dash and int(place) <= len(rows):
        rows[int(place) - 1].errors[name] = str(refused)
    return rows


def _typed_household(request: HttpRequest) -> Household | None:
    code = request.POST.get("household_code", "").strip()
    return Household.objects.within(request.scope).filter(code=code).first() if code else None


def _actor(request: HttpRequest) -> Actor:
    return actor_of(cast(User, request.user), request.scope, on=local_day(timezone.now()))


def _slip(request: HttpRequest, number: str) -> Slip:
    return get_object_or_404(queries.with_parts(Slip.objects.within(request.scope)), number=number)


def _queue_address() -> str:
    return str(redirect("acceptance:hall_queue").url)
