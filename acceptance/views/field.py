"""The field side, on a phone: write a slip, see it move, add what was missing."""

import uuid
from typing import Any, cast

from django.contrib import messages
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.csrf import ensure_csrf_cookie
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from acceptance.choices import SlipSource, SlipState
from acceptance.domain import amendments, contents, slips, transitions
from acceptance.domain.clocks import opening_hours
from acceptance.domain.transitions import Side
from acceptance.forms import content_of
from acceptance.models import Product, Slip, SlipPhoto
from acceptance.queries import slips as queries
from acceptance.queries.phone import running
from acceptance.views.contacts import REVEALERS
from acceptance.views.households import needs_contact
from acceptance.views.phone import version
from acceptance.views.queue import actor_at_counter, slip_of
from accounts.choices import Role
from accounts.doors import HALL_STAFF, open_to, open_to_all
from accounts.models import User
from core.periods import local_day
from core.refusals import Refusal
from customers.models import Household
from managers.models import Manager


@open_to(Role.ACCOUNT_MANAGER)
@ensure_csrf_cookie
@require_http_methods(["GET", "HEAD", "POST"])
def slip_new(request: HttpRequest) -> HttpResponse:
    """The entry of a slip; the script sends it through the API, without script this very view takes it."""
    refused = None
    if request.method == "POST":
        try:
            receipt = _submit(request)
        except slips.ContentChanged as conflict:
            return _conflict(request, conflict)
        except Refusal as refusal:
            refused = refusal
        else:
            messages.success(request, _("已送出，单号 %(number)s。") % {"number": receipt.number})
            return redirect("acceptance:slip_detail", number=receipt.number)
    context = {
        "products": Product.objects.filter(is_sold=True),
        "sources": SlipSource.choices,
        "campaigns": running(local_day(timezone.now())),
        "shell_version": version(),
        "client_uuid": request.POST.get("client_uuid") or uuid.uuid4(),
        "typed": request.POST,
        "chosen": request.POST.getlist("products"),
        "refused": refused,
        "is_warning": isinstance(refused, slips.SimilarExists),
    }
    return render(request, "acceptance/slip_new.html", context, status=200 if refused is None else 422)


def _conflict(request: HttpRequest, refusal: slips.ContentChanged) -> HttpResponse:
    """The slip that stands beside what was sent now; the latter may still go as a slip of its own."""
    typed = [(name, value) for name, values in request.POST.lists() for value in values]
    again = [pair for pair in typed if pair[0] not in ("client_uuid", "csrfmiddlewaretoken")]
    context = {"refused": refusal, "again": [("client_uuid", uuid.uuid4()), *again]}
    return render(request, "acceptance/slip_conflict.html", context, status=409)


def _submit(request: HttpRequest) -> slips.Receipt:
    return slips.submit(
        client_uuid=contents.parse_uuid(request.POST.get("client_uuid", "")),
        content=content_of(request.POST),
        by=cast(User, request.user),
        now=timezone.now(),
        acknowledged=bool(request.POST.get("acknowledged")),
    )


@open_to(Role.ACCOUNT_MANAGER)
@require_safe
def slip_list(request: HttpRequest) -> HttpResponse:
    """Where are my slips?"""
    me, now, hours = request.scope.manager, timezone.now(), opening_hours()
    mine = Slip.objects.within(request.scope).filter(Q(manager=me) | Q(pk__in=actor_at_counter(request).inherited))
    newest = queries.with_parts(mine).order_by("-submitted_at", "-pk")
    returned = newest.filter(state=SlipState.RETURNED)
    after = request.GET.get("after", "")
    sent, older = queries.page_of(newest.exclude(state=SlipState.RETURNED), after)
    context = {
        "returned": [] if after else queries.rows_of(returned, now, hours),
        "rows": queries.rows_of(sent, now, hours),
        "is_older": bool(after),
        "older": older,
        "me": me,
        "back_url": reverse("accounts:home"),
    }
    return render(request, "acceptance/slip_list.html", context)


@open_to_all
@require_safe
def slip_detail(request: HttpRequest, number: str) -> HttpResponse:
    """How far is this slip?"""
    return detail_page(request, slip_of(request, number))


@open_to(Role.ACCOUNT_MANAGER, *HALL_STAFF)
@require_safe
def slip_photo(request: HttpRequest, number: str) -> HttpResponse:
    """The paper slip, for those who work with the customer."""
    photo = get_object_or_404(SlipPhoto, slip=slip_of(request, number))
    headers = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}
    return HttpResponse(bytes(photo.content), content_type="image/jpeg", headers=headers)


@open_to(Role.ACCOUNT_MANAGER)
@require_POST
def slip_resubmit(request: HttpRequest, number: str) -> HttpResponse:
    """Add what the hall asked for and send it again."""
    slip, now, actor = slip_of(request, number), timezone.now(), actor_at_counter(request)
    names = ("contact_name", "contact_phone", "notes", "typed_address")
    given: dict[str, Any] = {name: request.POST.get(name, "").strip() for name in names}
    try:
        given["household"] = household_of(request)
        slips.resubmit(slip=slip, products=request.POST.getlist("products"), by=actor, now=now, **given)
    except Refusal as refusal:
        return detail_page(request, slip, refused=refusal)
    messages.success(request, _("%(number)s 已再次提交。") % {"number": slip.number})
    return redirect("acceptance:slip_detail", number=number)


def household_of(request: HttpRequest) -> Household | None:
    """The household of one's branch whose code was typed, none without a code; raises UnknownPlace."""
    code = request.POST.get("household_code", "").strip()
    mine = Manager.objects.filter(pk=request.scope.manager).values("branch")
    found = Household.objects.filter(code=code, branch__in=mine).first() if code else None
    if code and found is None:
        raise slips.UnknownPlace(_("本分公司没有这个客户编码。"), field="household_code")
    return found


def detail_page(request: HttpRequest, slip: Slip, refused: Refusal | None = None) -> HttpResponse:
    actor, hours = actor_at_counter(request), opening_hours()
    in_field = Side.FIELD in transitions.sides_of(actor, slip) and not actor.halls
    orders = list(slip.acceptances.select_related("product", "operator", "slip", "billed"))
    context = {
        "row": queries.row_of(slip, timezone.now(), hours),
        "slip": slip,
        "history": queries.history(slip, hours),
        "orders": orders,
        "amendable": amendments.amendable(orders, by=actor, now=timezone.now()),
        "first": slip.duplicate_of,
        "seen": set(Slip.objects.within(request.scope).filter(queries.tied_to(slip)).values_list("number", flat=True)),
        "later": slip.duplicates.order_by("submitted_at"),
        "lines": queries.lines_of(slip.household),
        "steps": transitions.allowed(slip, actor),
        "products": Product.objects.filter(is_sold=True),
        "chosen": [line.product_id for line in slip.lines.all()],
        "refused": refused,
        "typed": request.POST if refused else None,
        "in_field": in_field,
        "has_photo": queries.has_photo(slip),
        "layout": "base_phone.html" if in_field else "base.html",
        "sees_people": needs_contact(request),
        "may_reveal": request.user.role in REVEALERS,
    }
    return render(request, "acceptance/slip_detail.html", context, status=422 if refused else 200)
