"""Reports over slips and acceptances."""

import datetime as dt
from collections import Counter
from typing import cast

from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from django.views.decorators.http import require_safe

from acceptance.choices import OPEN_STATES
from acceptance.queries import transit
from acceptance.queries import volumes as queries
from acceptance.views.asks import age_words, late_notice, month_of, month_select
from acceptance.views.volume_rows import drawn
from accounts.choices import Role
from accounts.doors import OVERSEERS, open_to
from accounts.saved import keeps_views
from accounts.scope import Scope
from core import formats
from core.downloads import Table, sent
from core.periods import Month, day_start, local_day

PAGE = 50
LISTED = 100
FIRST_DAY = dt.date(2000, 1, 1)


@open_to(*OVERSEERS, Role.HALL_MANAGER)
@require_safe
@keeps_views(_lazy("在途单"), "hall", "state", "age", moving=("day",))
def in_transit(request: HttpRequest) -> HttpResponseBase:
    """Which slips are still on their way, now or at the end of a day?"""
    now, scope, day = timezone.now(), _scope(request), _day(request)
    at = min(day_start(day + dt.timedelta(days=1)), now) if day else now
    rows = transit.waiting_then(scope, at) if day else queries.waiting(scope, now)
    loads = queries.hall_loads(rows)
    hall_codes = {load.hall.pk: load.hall.code for load in loads}
    query = request.GET.dict()
    shown = [row for row in rows if _asked_for(row, query, hall_codes)]
    if kind := request.GET.get("export"):
        return _slips_file(shown, scope, kind, day)
    behind = [row for row in shown if row.key > request.GET.get("after", "")]
    page = behind[:PAGE]
    context = {
        "loads": loads,
        "total": len(rows),
        "late": sum(row.is_late for row in rows),
        "slips": queries.slips_of(page, scope),
        "shown": len(shown),
        "after": page[-1].key if len(behind) > PAGE else "",
        "selects": _transit_selects(request, loads),
        "ages": age_words(),
        "by_state": request.GET.get("by") == "state",
    }
    context["notice"] = late_notice(request, day or local_day(now))
    return render(request, "acceptance/in_transit.html", context | _accounts(scope, day, at, rows))


def _day(request: HttpRequest) -> dt.date | None:
    """The day asked for; None is now, and so is a day that is still to come."""
    text = request.GET.get("day", "")
    try:
        day = dt.date.fromisoformat(text) if text else None
    except ValueError as error:
        raise Http404 from error
    return day if day and FIRST_DAY <= day <= local_day(timezone.now()) else None


def _accounts(scope: Scope, day: dt.date | None, at: dt.datetime, rows: list[queries.Waiting]) -> dict[str, object]:
    """The accounts of the month and of its last day, with the words of their lines."""
    today = local_day(timezone.now())
    on = day or today
    month = transit.account(scope, Month.of(on).start, at, len(rows))
    one_day = transit.account(scope, day_start(on), at, len(rows))
    states = Counter(row.state for row in rows)
    return {
        "now": at,
        "day": day,
        "on": on,
        "today": today,
        "month_end": Month.of(today).first - dt.timedelta(days=1),
        "balance": month,
        "one_day": one_day,
        "ends": [(state.label, month.ended[state], one_day.ended[state]) for state in transit.ENDS],
        "states": [(state.label, states[state]) for state in OPEN_STATES],
    }


def _asked_for(row: queries.Waiting, query: dict[str, str], hall_codes: dict[int, str]) -> bool:
    state, hall, age = query.get("state", ""), query.get("hall", ""), query.get("age", "")
    if state == "late" and not row.is_late:
        return False
    return state in ("", "late", row.state) and hall in ("", hall_codes.get(row.hall)) and age in ("", row.age)


def _transit_selects(request: HttpRequest, loads: list[queries.HallLoad]) -> list[tuple[str, str, object, str]]:
    """The filters of the query row as name, label, choices and chosen value."""
    everything = ("", _("全部"))
    halls = [everything, *((load.hall.code, load.hall.name) for load in loads)]
    states = [everything, ("late", _("超时")), *((state.value, state.label) for state in OPEN_STATES)]
    offered = [
        ("hall", _("营业厅"), halls),
        ("state", _("状态"), states),
        ("age", _("提交后"), [everything, *age_words().items()]),
    ]
    return [(name, label, choices, request.GET.get(name, "")) for name, label, choices in offered]


def _slips_file(shown: list[queries.Waiting], scope: Scope, kind: str, day: dt.date | None) -> HttpResponseBase:
    header = [
        _("预受理单号"),
        _("状态"),
        _("提交时间"),
        _("营业厅"),
        _("网格"),
        _("客户经理"),
        _("剩余分钟"),
        _("地址"),
    ]
    lines = (
        [row.slip.number, row.slip.get_state_display(), formats.moment(row.slip.submitted_at), row.slip.hall.name]
        + [row.slip.grid.name if row.slip.grid else "", str(row.slip.manager), row.clock.left if row.clock else None]
        + [row.slip.household.address if row.slip.household else row.slip.typed_address]
        for row in queries.slips_of(shown, scope)
    )
    name = _("在途单-%(day)s") % {"day": day} if day else _("在途单")
    return sent(Table(name, header, lines), kind)


@open_to(*OVERSEERS, Role.HALL_MANAGER)
@require_safe
@keeps_views(_lazy("支撑量"), "hall", moving=("month",))
def support_volume(request: HttpRequest) -> HttpResponseBase:
    """Who keys in how many acceptances?"""
    scope, month = _scope(request), month_of(request)
    rows = queries.support(scope, month)
    halls = queries.by_hall(rows)
    asked = request.GET.get("hall", "")
    shown = [row for row in rows if asked in ("", row.operator.hall.code)]
    if kind := request.GET.get("export"):
        return _support_file(shown, month, kind)
    operator = request.GET.get("operator", "")
    keyed = queries.acceptances(scope, month).filter(operator__operator_no=operator)[:LISTED] if operator else None
    hall_names = [("", _("全部")), *((hall.code, hall.name) for hall, *_counts in halls)]
    context = {
        "month": month,
        "rows": shown,
        "lines": _support_lines(request, shown, month),
        "halls": halls,
        "total": sum(row.total for row in rows),
        "from_slips": sum(row.from_slips for row in rows),
        "before": queries.keyed_total(scope, month.shift(-1)),
        "selects": [month_select(month), ("hall", _("营业厅"), hall_names, asked, "")],
        "listed": keyed,
    }
    return render(request, "acceptance/support_volume.html", context)


def _support_lines(request: HttpRequest, rows: list[queries.Support], month: Month) -> str:
    others, top = request.GET.copy(), max((row.total for row in rows), default=0)
    chosen = str(others.pop("operator", [""])[-1])
    return drawn(rows, month=month, top=top, chosen=chosen, address=f"?{others.urlencode()}")


def _support_file(rows: list[queries.Support], month: Month, kind: str) -> HttpResponseBase:
    header = [_("操作工号"), _("姓名"), _("营业厅"), _("录入"), _("来自预受理"), _("厅内直接"), _("后来撤销")]
    lines = (
        [row.operator.operator_no, row.operator.name, row.operator.hall.name]
        + [row.total, row.from_slips, row.direct, row.withdrawn]
        for row in rows
    )
    return sent(Table(_("业务支撑量-%(month)s") % {"month": month}, header, lines), kind)


def _scope(request: HttpRequest) -> Scope:
    return cast(Scope, request.scope)  # type: ignore[attr-defined]
