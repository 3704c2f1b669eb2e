"""The hall's queue: its page, the panel of one slip, and what is new for a page that stays open."""

from typing import Any, cast

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotModified
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from django.views.decorators.http import require_safe

from acceptance.choices import SlipState
from acceptance.domain import clocks, transitions
from acceptance.domain.actors import Actor, actor_of
from acceptance.domain.clocks import Hours, opening_hours
from acceptance.forms import OrderRow
from acceptance.models import Slip
from acceptance.queries import differences, queue
from acceptance.queries import slips as queries
from acceptance.queries.queue import Narrow
from acceptance.views.asks import late_notice
from acceptance.views.queue_rows import drawn
from accounts.choices import Role
from accounts.doors import HALL_STAFF, open_to, unattended
from accounts.models import User
from accounts.saved import keeps_views
from core.formats import named
from core.periods import day_start, local_day
from core.refusals import Refusal

AT_THE_COUNTER = (*HALL_STAFF, Role.ACCOUNT_MANAGER)
STATES = [SlipState.SUBMITTED, SlipState.TRANSFERRED, SlipState.RECEIVED, SlipState.WORKING, SlipState.RETURNED]
# Seconds after which clocks on an open page are drawn anew, whatever happens.
FRESH = 300


@open_to(*AT_THE_COUNTER)
@require_safe
@keeps_views(_lazy("营业厅队列"), "state", "grid", "product")
def hall_queue(request: HttpRequest) -> HttpResponse:
    """Which slip comes first?"""
    return queue_page(request)


@open_to(*AT_THE_COUNTER)
@unattended
@require_safe
def queue_news(request: HttpRequest) -> HttpResponse:
    """The list as it stands, for a page that is open; 304 while nothing has happened."""
    known = request.headers.get("If-None-Match")
    if known and known == _etag(queue.token(request.scope, actor_at_counter(request))):
        return HttpResponseNotModified(headers={"ETag": known})
    context = _list_context(request)
    context["drawn"] = drawn(context["rows"], selected="", address=context["row_url"])
    response = render(request, "acceptance/_queue_news.html", context)
    response["ETag"] = context["etag"]
    return response


@open_to(*AT_THE_COUNTER)
@require_safe
def queue_slip(request: HttpRequest, number: str) -> HttpResponse:
    """The panel of one slip, for htmx."""
    slip = queries.at_counter(request.scope, number)
    if slip is None:
        raise Http404
    return render(request, "acceptance/_queue_slip.html", _panel(request, slip))


def queue_page(
    request: HttpRequest, slip: Slip | None = None, rows: list[OrderRow] | None = None, refused: Refusal | None = None
) -> HttpResponse:
    """The whole page; with a slip that was refused, what was typed stays."""
    context = _list_context(request)
    wanted = request.GET.get("slip") or queue.first_free(context["rows"])
    if slip is None and wanted:
        slip = queries.at_counter(request.scope, wanted)
    context |= {"selected": slip.number if slip else "", "hours": settings.SLIP_HOURS}
    context |= {
        "notice": late_notice(request, local_day(timezone.now())),
        "drawn": drawn(context["rows"], selected=context["selected"], address=context["row_url"]),
    }
    context["to_settle"] = differences.pending(request.scope) if request.user.role == Role.HALL_MANAGER else 0
    if slip:
        context = _panel(request, slip, rows=rows, refused=refused) | context
    return render(request, "acceptance/hall_queue.html", context, status=422 if refused else 200)


def actor_at_counter(request: HttpRequest) -> Actor:
    """Who stands at the counter, worked out once a request."""
    found = getattr(request, "actor", None)
    if found is None:
        found = actor_of(cast(User, request.user), request.scope, on=local_day(timezone.now()))
        request.actor = found  # type: ignore[attr-defined]
    return found


def _hours(request: HttpRequest) -> Hours:
    found = getattr(request, "hours", None)
    if found is None:
        found = request.hours = opening_hours()  # type: ignore[attr-defined]
    return found


def _choices(request: HttpRequest) -> dict[str, list[tuple[str, str]]]:
    found = getattr(request, "choices", None)
    if found is None:
        found = queue.choices(request.scope, actor_at_counter(request), local_day(timezone.now()))
        request.choices = found  # type: ignore[attr-defined]
    return found


def slip_of(request: HttpRequest, number: str) -> Slip:
    """A slip of the scope with all its parts, or a 404."""
    return get_object_or_404(queries.with_parts(Slip.objects.within(request.scope)), number=number)


def with_errors(rows: list[OrderRow] | None, refused: Refusal | None) -> list[OrderRow] | None:
    """The typed lines, with the refusal beside the control it is about."""
    name, dash, place = (refused.field or "").partition("-") if refused else ("", "", "")
    if rows and dash and int(place) <= len(rows):
        rows[int(place) - 1].errors[name] = str(refused)
    return rows


def _etag(token: str) -> str:
    minute = int(timezone.now().timestamp()) // FRESH
    return f'"{token}-{minute}-{get_language()}"'


def _list_context(request: HttpRequest) -> dict[str, Any]:
    now, actor, hours = timezone.now(), actor_at_counter(request), _hours(request)
    today = local_day(now)
    narrow = Narrow(*(request.GET.get(name, "") for name in ("state", "grid", "product", "after")))
    rows, after = queue.queue(request.scope, actor, narrow, now=now, hours=hours)
    pressure = queue.pressure(request.scope, actor, day_start=day_start(today), now=now, hours=hours)
    choices = _choices(request)
    query = request.GET.copy()
    query.pop("slip", None)
    return {
        "rows": rows,
        "after": after,
        "narrow": narrow,
        "pressure": pressure,
        "handed": queue.handed(request.scope, actor),
        "etag": _etag(pressure.token),
        "states": [("", _("待办")), *((state.value, state.label) for state in STATES)],
        "grids": [("", _("全部")), *choices["grid"]],
        "products": [("", _("全部")), *((code, named(name)) for code, name in choices["product"])],
        "selected": request.GET.get("slip", ""),
        "news_url": f"{reverse('acceptance:queue_news')}?{query.urlencode()}",
        "soon": settings.SLIP_WARN_HOURS,
        "row_url": f"{reverse('acceptance:hall_queue')}?{query.urlencode()}{'&' if query else ''}slip=",
    }


def _panel(
    request: HttpRequest, slip: Slip, rows: list[OrderRow] | None = None, refused: Refusal | None = None
) -> dict[str, Any]:
    now, actor, hours = timezone.now(), actor_at_counter(request), _hours(request)
    today = str(local_day(now))
    parts = queries.parts_of(slip, actor.operator)
    asked = [OrderRow(product, accepted_on=today) for product in parts["products"]]
    return {
        "slip": slip,
        "row": queries.row_of(slip, now, hours),
        "history": queries.history(slip, hours),
        "lines": queries.lines_of(slip.household),
        "cases": queries.open_cases(slip.household),
        "has_photo": parts["has_photo"],
        "steps": transitions.allowed(slip, actor),
        "can_take_over": actor.operator and (actor.leads or clocks.is_stale(slip.state_at, now, hours)),
        "operator": actor.operator
        and {"pk": actor.operator, "operator_no": parts["operator_no"], "name": parts["operator_name"]},
        "order_rows": with_errors(rows, refused) or asked,
        "all_products": [{"code": code, "name": name} for code, name in _choices(request)["product"]],
        "halls": queries.other_halls(slip),
        "refused": refused,
        "today": today,
        "typed": request.POST,
    }
