"""Files of the month: targets of grids and ratings of people."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from functools import cache

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from core.formats import listed
from core.periods import Month
from core.spreadsheets import Cell
from grids.loaders import GRID
from imports.domain.columns import BadCell, Column, Parse, choice, month, number, text
from imports.domain.loading import Loader, Values
from imports.domain.staging import Merge
from kpi.choices import RatingItem
from kpi.domain import schemes
from managers.loaders import MANAGER

CLOSED = gettext_lazy("%(first)s 已审定，%(second)s的数据不能再改；请在开放的月份里做调整")
FROZEN = gettext_lazy("%(first)s 的目标已冻结（%(second)s），改动要写明理由：请在目标页上改")

# How a file says that an item isn't assessed: this word and the reason in place of the number.
EXEMPT = "不考核"
_NUMBER = number(least=Decimal(0), most=Decimal(9_999_999_999), places=2)
_REASON = text(200)


def _read_target(cell: Cell) -> str | None:
    """A number as text, or 不考核 and why; None for an empty cell."""
    written = cell.strip() if isinstance(cell, str) else ""
    if not written.startswith(EXEMPT):
        found = _NUMBER.read(cell)
        return None if found is None else f"{found:f}"
    reason = _REASON.read(written.removeprefix(EXEMPT).strip(" \u3000:：,，"))
    if not reason:
        raise BadCell(_("%(word)s要写明理由，写成“%(word)s 新建小区”") % {"word": EXEMPT})
    return f"{EXEMPT} {reason}"


target_or_exempt: Parse = replace(text(210), read=_read_target)


class TargetLoader(Loader):
    app, kind, label = "kpi", "targets", pgettext_lazy("list", "月度目标")
    columns = (
        Column("month", "月份", month, required=True),
        Column("grid_code", "网格编码", text(20), required=True, refers=GRID),
        Column("indicator", "指标", text(4), required=True),
        Column("target", "目标值", target_or_exempt, required=True),
    )
    key = ("month", "grid_code", "indicator")
    merge = Merge(
        "kpi_target",
        match=["month", "grid_id", "code"],
        compared=["value", "is_exempt", "reason"],
        carried=["changed_by_id", "change_reason"],
    )
    has_checks = True
    reasons = {"closed": CLOSED, "frozen": FROZEN}

    def __init__(self) -> None:
        self._codes = cache(_indicator_codes)

    def check(self, values: Values) -> Iterator[str]:
        codes = self._codes(values["month"])
        if values["indicator"] not in codes:
            yield _("%(month)s 的考核方案没有指标 %(code)s，可以用 %(known)s") % {
                "month": Month.of(values["month"]),
                "code": values["indicator"],
                "known": listed(codes),
            }


def _indicator_codes(first: dt.date) -> list[str]:
    return list(schemes.expected(Month.of(first)).indicators.values_list("code", flat=True))


class RatingLoader(Loader):
    app, kind, label = "kpi", "ratings", pgettext_lazy("list", "主观评价")
    columns = (
        Column("month", "月份", month, required=True),
        Column("staff_no", "工号", text(20), required=True, refers=MANAGER),
        Column("item", "子项", choice(RatingItem), required=True),
        Column("score", "得分", number(least=Decimal(0), most=Decimal(100), places=2), required=True),
        Column("comment", "评语", text(300), feeds=["comment"]),
    )
    key = ("month", "staff_no", "item")
    merge = Merge(
        "kpi_rating",
        match=["month", "manager_id", "item"],
        compared=["score", "comment"],
        carried=["rated_by_id", "rated_at"],
    )
    has_checks = True
    reasons = {"closed": CLOSED}
