"""Files of household customers, of their lines in use, and of their faults and complaints."""

from collections.abc import Iterator, Sequence

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from core.pinyin import initials
from customers.choices import CaseKind
from imports.domain.columns import Column, Reference, choice, day, text
from imports.domain.loading import Loader, Values
from imports.domain.staging import Merge

HOUSEHOLD = Reference("customers_household")
PRODUCT = Reference("acceptance_product")


class HouseholdLoader(Loader):
    app, kind, label = "customers", "households", pgettext_lazy("list", "家庭客户")
    columns = (
        Column("code", "客户编码", text(30), required=True),
        Column("community_code", "社区编码", text(20), required=True, refers=Reference("grids_community")),
        Column("building", "楼栋", text(40), feeds=["building"]),
        Column("address", "地址", text(200), required=True),
        Column("contact_name", "联系人", text(40), feeds=["contact_name"]),
        Column("contact_phone", "联系电话", text(20), feeds=["contact_phone"]),
    )
    key = ("code",)
    derived = ("search_key",)
    merge = Merge(
        "customers_household",
        match=["code"],
        compared=["branch_id", "community_id", "building", "address", "contact_name", "contact_phone"],
        carried=["search_key"],
    )

    def derive(self, values: Values) -> Sequence[str | None]:
        return (f"{initials(values['address'])} {initials(values['contact_name'] or '')}".strip(),)


class SubscriptionLoader(Loader):
    app, kind, label = "customers", "subscriptions", pgettext_lazy("list", "在网业务")
    columns = (
        Column("code", "业务编码", text(30), required=True),
        Column("household_code", "客户编码", text(30), required=True, refers=HOUSEHOLD),
        Column("product_code", "产品编码", text(20), required=True, refers=PRODUCT),
        Column("opened_on", "开通日期", day, required=True),
        Column("closed_on", "拆机日期", day, feeds=["closed_on"]),
    )
    key = ("code",)
    merge = Merge(
        "customers_subscription",
        match=["code"],
        compared=["household_id", "product_code", "opened_on", "closed_on"],
    )

    def check(self, values: Values) -> Iterator[str]:
        if values["closed_on"] and values["closed_on"] < values["opened_on"]:
            yield _("拆机日期不能早于开通日期")


CLOSING = ["closed_on", "outcome"]


class CaseLoader(Loader):
    """The day file of the fault system. A later file closes what an earlier one opened; what somebody closed here
    stays closed while the file still has it open."""

    app, kind, label = "customers", "cases", pgettext_lazy("list", "客户事项")
    columns = (
        Column("number", "事项编号", text(30), required=True),
        Column("household_code", "客户编码", text(30), required=True, refers=HOUSEHOLD),
        Column("kind", "类别", choice(CaseKind), required=True),
        Column("subject", "内容", text(120), required=True),
        Column("opened_on", "发生日期", day, required=True),
        # Without either of the two, a file says nothing about the end.
        Column("closed_on", "办结日期", day, feeds=CLOSING),
        Column("outcome", "处理结果", text(120), feeds=CLOSING),
    )
    key = ("number",)
    merge = Merge(
        "customers_case",
        match=["number"],
        compared=["household_id", "kind", "subject", "opened_on", *CLOSING],
        carried=["closed_by_id"],
    )
    has_checks = True
    reasons = {
        "future": gettext_lazy("%(first)s 还没到，请核对日期"),
        "closed_here": gettext_lazy("这一条 %(first)s 已由%(second)s办结，发生日期不能更晚"),
    }

    def check(self, values: Values) -> Iterator[str]:
        if bool(values["closed_on"]) != bool(values["outcome"]):
            yield _("办结日期和处理结果要一起填")
        if values["closed_on"] and values["closed_on"] < values["opened_on"]:
            yield _("办结日期不能早于发生日期")
