"""The file of formal acceptances that the billing system delivers, and that of holidays."""

from collections.abc import Iterator, Sequence

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from acceptance.choices import DayKind
from core import sql
from customers.loaders import HOUSEHOLD, PRODUCT
from imports.domain.columns import Column, Reference, choice, day, text
from imports.domain.loading import Loader, Values
from imports.domain.staging import Merge
from managers.loaders import MANAGER


class AcceptanceLoader(Loader):
    """Branch and grid are those of the day and stay when the order comes again: reorganising rewrites nothing.

    What a hall keyed in keeps its people, product and household; what the file says of it is noted beside it, and a
    difference is for somebody to settle. Days are the billing system's. A hall's order that the file brings under
    another number is the same order, not a second one.
    """

    app, kind, label = "acceptance", "acceptances", pgettext_lazy("list", "正式受理")
    columns = (
        Column("order_no", "订单号", text(30), required=True),
        Column("household_code", "客户编码", text(30), required=True, refers=HOUSEHOLD),
        Column("product_code", "产品编码", text(20), required=True, refers=PRODUCT),
        Column("accepted_on", "受理日期", day, required=True),
        Column("completed_on", "竣工日期", day, feeds=["completed_on"]),
        Column("cancelled_on", "撤销日期", day, feeds=["cancelled_on"]),
        Column("developer_no", "发展人工号", text(20), refers=MANAGER, feeds=["developer_id"]),
        Column("developer_name", "发展人姓名", text(40), feeds=["developer_name"]),
        Column(
            "operator_no",
            "操作工号",
            text(20),
            refers=Reference("managers_operator", "operator_no"),
            feeds=["operator_id"],
        ),
        Column("channel", "渠道", text(20), required=True, refers=Reference("acceptance_channel")),
        Column("slip_no", "预受理单号", text(24), refers=Reference("acceptance_slip", "number"), feeds=["slip_id"]),
    )
    key = ("order_no",)
    # Number and day under which the hall keyed the order in, where they differ.
    derived = ("keyed_no", "keyed_on")
    merge = Merge(
        "acceptance_acceptance",
        match=["order_no"],
        compared=[
            "household_id",
            "product_id",
            "channel_id",
            "accepted_on",
            "completed_on",
            "cancelled_on",
            "developer_id",
            "developer_name",
            "operator_id",
            "slip_id",
        ],
        carried=["branch_id", "grid_id"],
        inserted=["developer_share"],
    )
    has_checks = True
    tells_same = gettext_lazy("确认之后记下：计费系统也有这些订单，对账不再把它们列为缺失。")
    reasons = {
        "name": gettext_lazy("发展人姓名与工号 %(first)s 的姓名 %(second)s 不符"),
        "shared": gettext_lazy("订单已登记共同发展人 %(first)s，发展人不能为空，也不能与他相同"),
        "slip_used": gettext_lazy("预受理单的这个产品已由订单 %(first)s 受理"),
    }

    def derive(self, values: Values) -> Sequence[str | None]:
        return (None, None)

    def before_checks(self) -> None:
        while sql.run("acceptance/match_keyed", window=settings.RECONCILE["window"]):
            pass
        sql.run("acceptance/note_keyed_days")

    def before_write(self) -> None:
        sql.run("acceptance/renumber_keyed")

    def after_write(self) -> None:
        sql.run("acceptance/note_billed")

    def check(self, values: Values) -> Iterator[str]:
        if values["completed_on"] and values["completed_on"] < values["accepted_on"]:
            yield _("竣工日期不能早于受理日期")
        if values["cancelled_on"] and values["cancelled_on"] < values["accepted_on"]:
            yield _("撤销日期不能早于受理日期")


class SpecialDayLoader(Loader):
    """Holidays, on which every clock stands, and the weekend days that are worked in exchange 调休."""

    app, kind, label = "acceptance", "special_days", pgettext_lazy("list", "节假日")
    columns = (
        Column("day", "日期", day, required=True),
        Column("arrangement", "安排", choice(DayKind), required=True),
        Column("name", "名称", text(40), required=True),
    )
    key = ("day",)
    merge = Merge("acceptance_specialday", match=["day"], compared=["kind", "name"])
