"""Which channels sell: their shares, where few of them sell nearly all, where two dealt with one household."""

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from django.utils.translation import pgettext
from django.views.decorators.http import require_safe

from acceptance.choices import BusinessClass, Catalogue
from acceptance.queries import mixes, rivalries, volumes
from acceptance.views.asks import month_of, month_select, this_month
from accounts.doors import OVERSEERS, open_to
from accounts.saved import keeps_views
from core import formats
from core.downloads import Table, sent
from core.formats import named
from core.periods import Month, local_day

TREND_MONTHS = 6
LISTED = 100
CLASSES = "classes"


@open_to(*OVERSEERS)
@require_safe
@keeps_views(_lazy("渠道占比"), "catalogue", "business", moving=("month",))
def channel_mix(request: HttpRequest) -> HttpResponseBase:
    """Which channel brings the month's new lines?"""
    month, today = month_of(request), local_day(timezone.now())
    catalogue = request.GET.get("catalogue", "")
    groups = mixes.classes() if request.GET.get("business") == CLASSES else mixes.GROUPS
    places = mixes.places(catalogue, min(month.next_first, today))
    months = [month.shift(-back) for back in range(TREND_MONTHS - 1, -1, -1)]
    rows = mixes.mix_rows(places, mixes.mix(request.scope, months, groups), months, groups)
    if kind := request.GET.get("export"):
        return _mix_file(rows, groups, month, kind)
    is_source = catalogue not in Catalogue.values
    context = {
        "month": month,
        "groups": [(group.code, _group_words()[group.code]) for group in groups],
        "totals": [sum(row.cells[at].lines for row in rows) for at in range(len(groups))],
        "is_source": is_source,
        "is_wide": len(groups) > len(mixes.GROUPS),
        "sites": mixes.sites(request.scope, today) if is_source else {},
        "selects": [month_select(month), *_mix_selects(request)],
        "listed": _cell_list(request, month, places, groups),
    }
    return render(request, "acceptance/channel_mix.html", context | _lead(rows))


def _lead(rows: list[mixes.MixRow]) -> dict[str, object]:
    """The table with the figure above it: the channel that sells most of the first column."""
    columns = zip(*(row.cells for row in rows), strict=True)
    return {
        "rows": rows,
        "lead": max(rows, key=lambda row: row.cells[0].lines),
        "own": [sum((cell.share or 0) for cell in column[:2]) for column in columns],
    }


def _group_words() -> dict[str, str]:
    classes = {f"{mixes.OF_CLASS}{value}": str(label) for value, label in BusinessClass.choices}
    return classes | {"broadband": _("新增宽带"), "bundle": _("亲情1+"), "fixed": pgettext("column", "固话新装")}


def _mix_selects(request: HttpRequest) -> list[tuple[str, str, object, str, str]]:
    rows = [("", _("指导意见的三类")), (Catalogue.CURRENT, _("现状目录")), (Catalogue.TARGET, _("规划目录"))]
    columns = [("", _("指导意见的三项")), (CLASSES, _("七大类业务"))]
    return [
        ("catalogue", _("渠道"), rows, request.GET.get("catalogue", ""), ""),
        ("business", _("业务"), columns, request.GET.get("business", ""), ""),
    ]


def _cell_list(request: HttpRequest, month: Month, places: list[mixes.Place], groups: list[mixes.Group]) -> object:
    """The newest acceptances behind the cell asked for, or None."""
    place = next((place for place in places if place.code == request.GET.get("row")), None)
    if place is None:
        return None
    found = volumes.acceptances(request.scope, month)
    return mixes.of_cell(found, place.channels, request.GET.get("group", ""), groups)[:LISTED]


def _mix_file(rows: list[mixes.MixRow], groups: list[mixes.Group], month: Month, kind: str) -> HttpResponseBase:
    words = _group_words()
    header, asked = [_("渠道"), _("类别")], _("指导意见")
    for group in groups:
        header += [words[group.code], f"{words[group.code]} %", f"{words[group.code]} {asked} %"]
    lines = (
        (named(row.place.name) or _("其他"), row.place.tier)
        + tuple(value for cell in row.cells for value in (cell.lines, cell.share, cell.source_value))
        for row in rows
    )
    return sent(Table(_("渠道占比-%(month)s") % {"month": month}, header, lines), kind)


@open_to(*OVERSEERS)
@require_safe
def channel_concentration(request: HttpRequest) -> HttpResponseBase:
    """In which grids do two channels sell nearly everything?"""
    month, group = month_of(request), _group(request)
    rows = rivalries.concentrations(request.scope, month, group.products if group else None)
    if kind := request.GET.get("export"):
        return _concentration_file(rows, month, kind)
    context = {
        "month": month,
        "rows": rows,
        "concentrated": sum(row.is_concentrated for row in rows),
        "few": sum(row.is_few for row in rows),
        "rule": settings.CHANNEL_RULES,
        "selects": [month_select(month), _group_select(request)],
        "listed": _grid_list(request, month, group),
    }
    return render(request, "acceptance/channel_concentration.html", context)


def _group(request: HttpRequest) -> mixes.Group | None:
    return next((group for group in mixes.GROUPS if group.code == request.GET.get("group")), None)


def _group_select(request: HttpRequest) -> tuple[str, str, object, str, str]:
    words = _group_words()
    groups = [("", _("全部业务")), *((group.code, words[group.code]) for group in mixes.GROUPS)]
    return "group", _("业务"), groups, request.GET.get("group", ""), ""


def _grid_list(request: HttpRequest, month: Month, group: mixes.Group | None) -> object:
    """The newest acceptances of the grid asked for, or None."""
    code = request.GET.get("grid", "")
    if not code:
        return None
    found = volumes.acceptances(request.scope, month).filter(grid__code=code, cancelled_on=None)
    return (found.filter(product__in=group.products) if group else found)[:LISTED]


def _concentration_file(rows: list[rivalries.Concentration], month: Month, kind: str) -> HttpResponseBase:
    header = [_("网格编码"), _("网格"), _("笔数"), _("最大渠道"), _("占比 %"), _("第二渠道"), _("占比 %")]
    header += [_("两者合计 %"), _("HHI 指数"), _("偏集中")]

    def cells(row: rivalries.Concentration) -> list[Any]:
        largest: list[Any] = []
        for share in row.shares[:2]:
            largest += [named(share.name), share.per_cent]
        largest += [""] * (4 - len(largest))
        verdict = _("笔数太少") if row.is_few else _("是") if row.is_concentrated else ""
        return [row.grid.code, row.grid.name, row.lines, *largest, row.top, row.index, verdict]

    return sent(Table(_("渠道集中度-%(month)s") % {"month": month}, header, map(cells, rows)), kind)


@open_to(*OVERSEERS)
@require_safe
def channel_conflicts(request: HttpRequest) -> HttpResponseBase:
    """With which households did two channels deal?"""
    month, asked = month_of(request), request.GET.get("same", "")
    found = rivalries.conflicts(request.scope, month)
    shown = [one for one in found if _is_asked(one, asked)]
    if kind := request.GET.get("export"):
        return _conflict_file(rivalries.told(shown), month, kind)
    context = {
        "month": month,
        "rows": rivalries.told(shown[:LISTED]),
        "shown": len(shown),
        "all": len(found),
        "same_product": sum(one.is_same_product for one in found),
        "pairs": rivalries.by_pair(shown),
        "overtaken": rivalries.overtaken(request.scope) if month == this_month() else [],
        "days": settings.CHANNEL_RULES["conflict_days"],
        "bare": False,
        "selects": [month_select(month), _same_select(asked)],
    }
    return render(request, "acceptance/channel_conflicts.html", context)


def _is_asked(conflict: rivalries.Conflict, asked: str) -> bool:
    if asked == "product":
        return conflict.is_same_product
    return conflict.is_same_class if asked == "class" else True


def _same_select(asked: str) -> tuple[str, str, object, str, str]:
    choices = [("", _("任何业务")), ("class", _("同一大类")), ("product", _("同一产品"))]
    return "same", _("冲突在"), choices, asked, ""


def _conflict_file(rows: Sequence[rivalries.Conflict], month: Month, kind: str) -> HttpResponseBase:
    header = [_("客户编码"), _("地址"), _("网格"), _("相隔天数")]
    for when in (_("先"), _("后")):
        header += [f"{when}：{word}" for word in (_("渠道"), _("受理日期"), _("产品"), _("订单号"))]

    def cells(conflict: rivalries.Conflict) -> list[Any]:
        later = conflict.later
        told: list[Any] = [later.household.code, later.household.address, later.grid.name if later.grid else ""]
        told.append(conflict.days)
        for order in (conflict.earlier, later):
            told += [named(order.channel.name), formats.full_day(order.accepted_on), named(order.product.name)]
            told.append(order.order_no)
        return told

    return sent(Table(_("渠道冲突-%(month)s") % {"month": month}, header, map(cells, rows)), kind)
