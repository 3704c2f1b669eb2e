"""Files of people: senior account managers, their postings, and hall clerks."""

from collections.abc import Iterator, Sequence

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from core.pinyin import initials, sort_key
from grids.loaders import BRANCH, GRID, HALL
from imports.domain.columns import Column, Reference, choice, day, text
from imports.domain.loading import Loader, Values
from imports.domain.staging import Merge
from managers.choices import Duty

MANAGER = Reference("managers_manager", "staff_no")


class ManagerLoader(Loader):
    app, kind, label = "managers", "managers", pgettext_lazy("list", "高级客户经理")
    columns = (
        Column("staff_no", "工号", text(20), required=True),
        Column("name", "姓名", text(40), required=True),
        Column("branch_code", "分公司编码", text(20), required=True, refers=BRANCH),
        Column("phone", "手机号", text(20), feeds=["phone"]),
    )
    key = ("staff_no",)
    derived = ("name_key",)
    merge = Merge("managers_manager", match=["staff_no"], compared=["name", "branch_id", "phone"], carried=["name_key"])

    def derive(self, values: Values) -> Sequence[str | None]:
        return (f"{sort_key(values['name'])} {initials(values['name'])}".strip()[:120],)


class PostingLoader(Loader):
    app, kind, label = "managers", "postings", pgettext_lazy("list", "任职")
    columns = (
        Column("staff_no", "工号", text(20), required=True, refers=MANAGER),
        Column("grid_code", "网格编码", text(20), required=True, refers=GRID),
        Column("duty", "分工", choice(Duty), required=True),
        Column("valid_from", "到岗日期", day, required=True),
        Column("valid_to", "离岗日期", day),
    )
    key = ("staff_no", "grid_code", "valid_from")
    merge = Merge("managers_posting", match=["manager_id", "grid_id"], compared=["duty", "period"], is_dated=True)
    has_checks = checks_again = needs_deferred = True
    reasons = {
        "overlap": gettext_lazy("这位客户经理在 %(second)s 起已在网格 %(first)s 任职"),
        "overlap_file": gettext_lazy("与第 %(first)s 行在 %(second)s 起重叠：一位客户经理同一天只能在一个网格任职"),
    }

    def check(self, values: Values) -> Iterator[str]:
        if values["valid_to"] and values["valid_to"] <= values["valid_from"]:
            yield _("离岗日期要晚于到岗日期（离岗当日不计）")


class OperatorLoader(Loader):
    app, kind, label = "managers", "operators", pgettext_lazy("list", "营业员")
    columns = (
        Column("operator_no", "操作工号", text(20), required=True),
        Column("name", "姓名", text(40), required=True),
        Column("hall_code", "营业厅编码", text(20), required=True, refers=HALL),
    )
    key = ("operator_no",)
    merge = Merge("managers_operator", match=["operator_no"], compared=["name", "hall_id"])
