"""The holidays by which every clock runs."""

import datetime as dt

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from acceptance.choices import DayKind
from acceptance.domain import holidays
from acceptance.models import SpecialDay
from accounts.choices import Role
from accounts.doors import open_to
from core.periods import local_day
from core.refusals import Refusal

KEEPERS = (Role.COMPANY, Role.IT_ADMIN)


@open_to(*KEEPERS)
@require_safe
def holiday_list(request: HttpRequest) -> HttpResponse:
    """On which days do the clocks stand?"""
    return _page(request)


@open_to(*KEEPERS)
@require_POST
def holiday_set(request: HttpRequest) -> HttpResponse:
    """Write some days down."""
    given = {name: request.POST.get(name, "") for name in ("kind", "name")}
    first, last = request.POST.get("first", ""), request.POST.get("last", "")
    try:
        count = holidays.set_days(first=_typed(first), last=_typed(last or first), **given)
    except Refusal as refusal:
        return _page(request, refusal)
    done = ngettext("已登记 %(n)d 天。", "已登记 %(n)d 天。", count)
    messages.success(request, done % {"n": count})
    return redirect("acceptance:holiday_list")


@open_to(*KEEPERS)
@require_POST
def holiday_drop(request: HttpRequest) -> HttpResponse:
    """Some days become ordinary ones."""
    try:
        holidays.drop_days(first=_typed(request.POST.get("first", "")), last=_typed(request.POST.get("last", "")))
    except holidays.BadHoliday as error:
        raise Http404 from error
    messages.success(request, _("这几天照平常算。"))
    return redirect("acceptance:holiday_list")


def _typed(text: str) -> dt.date:
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        raise holidays.BadHoliday(_("请写日期。"), field="first") from None


def _page(request: HttpRequest, refused: Refusal | None = None) -> HttpResponse:
    today = local_day(timezone.now())
    known = list(SpecialDay.objects.filter(day__gte=dt.date(today.year, 1, 1)))
    years = [(year, _in_a_row([day for day in known if day.day.year == year])) for year in (today.year, today.year + 1)]
    closed = [day for day in known if day.kind == DayKind.CLOSED and day.day >= today]
    context = {
        "years": years,
        "coming": next(iter(closed), None),
        "left": sum(day.day.year == today.year for day in closed),
        "bare": [year for year, days in years if not any(one.kind == DayKind.CLOSED for row in days for one in row)],
        "kinds": DayKind.choices,
        "refused": refused,
        "typed": request.POST,
    }
    return render(request, "acceptance/holiday_list.html", context, status=422 if refused else 200)


def _in_a_row(days: list[SpecialDay]) -> list[list[SpecialDay]]:
    """Days of one name that follow each other, together."""
    rows: list[list[SpecialDay]] = []
    for day in days:
        before = rows[-1][-1] if rows else None
        follows = before is not None and day.day - before.day == dt.timedelta(days=1)
        if before and follows and (day.kind, day.name) == (before.kind, before.name):
            rows[-1].append(day)
        else:
            rows.append([day])
    return rows
