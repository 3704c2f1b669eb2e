"""Schemes to read: which there are, whether their weights make the class totals, which branch has read them."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Count, Max, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _

from acceptance.models import Product
from accounts.choices import Role
from accounts.scope import Scope
from core.formats import listed, named
from core.formats import month as in_month
from core.periods import Month
from grids.models import Branch
from kpi.choices import ItemClass, SchemeStatus
from kpi.domain import schemes
from kpi.models import Indicator, Scheme, SchemeReceipt
from kpi.queries.todo import Todo

# Drafts are the company department's business until they are issued.
DRAFT_READERS = (Role.COMPANY, Role.AUDITOR)


def visible_schemes(role: str) -> QuerySet[Scheme]:
    """What a role may read: everybody the issued ones, the company department the drafts as well."""
    found = Scheme.objects.select_related("issued_by", "saved_by")
    return found if role in DRAFT_READERS else found.filter(status=SchemeStatus.ISSUED)


def scheme_rows(role: str) -> list[Scheme]:
    """The schemes, newest first, each with the number of months it scored and the last of them."""
    found = visible_schemes(role).annotate(months=Count("run__month", distinct=True), last_month=Max("run__month"))
    return list(found.order_by("-year", "-quarter", "-version"))


def product_names() -> dict[str, str]:
    """The catalogue: code → name in the reader's language, in its order."""
    return {code: named(name) for code, name in Product.objects.values_list("code", "name")}


@dataclass(frozen=True, slots=True)
class ClassTotal:
    """What the weights of a class make, beside what they should."""

    key: str
    label: str
    wanted: Decimal
    actual: Decimal
    codes: str

    @property
    def is_right(self) -> bool:
        return self.wanted == self.actual

    @property
    def gap(self) -> Decimal:
        """What is missing; negative when there is too much."""
        return self.wanted - self.actual


def class_totals(scheme: Scheme, indicators: Iterable[Indicator]) -> list[ClassTotal]:
    wanted = {
        ItemClass.BUSINESS: scheme.business_total,
        ItemClass.RETENTION: scheme.retention_total,
        ItemClass.OTHER: scheme.other_total,
    }
    rows = list(indicators)
    return [
        ClassTotal(
            key=item_class.value,
            label=str(item_class.label),
            wanted=total,
            actual=sum((i.weight for i in rows if i.item_class == item_class), Decimal(0)),
            codes=listed(i.code for i in rows if i.item_class == item_class),
        )
        for item_class, total in wanted.items()
    ]


@dataclass(frozen=True, slots=True)
class Reading:
    """A branch and whether it has read the scheme."""

    branch: Branch
    receipt: SchemeReceipt | None


def readings(scheme: Scheme, scope: Scope) -> list[Reading]:
    """Every branch one may see with its receipt, those still to read first. None for a scheme nobody issued by hand."""
    if scheme.issued_by_id is None:
        return []
    receipts = {receipt.branch_id: receipt for receipt in scheme.receipts.select_related("read_by")}
    found = [Reading(branch, receipts.get(branch.pk)) for branch in Branch.objects.within(scope)]
    return sorted(found, key=lambda reading: reading.receipt is not None)


def starts_counting(scheme: Scheme) -> str:
    """From which month on the scheme counts, in words; says so when its day lies inside a month."""
    months = schemes.counted_months(scheme)
    if not months:
        return _("没有月份用它：一个月用它 1 日生效的方案")
    words = {"month": in_month(months[0]), "day": scheme.effective_on}
    if scheme.effective_on == months[0].first:
        return _("从 %(month)s起算分") % words
    before = in_month(months[0].shift(-1))
    return _("从 %(month)s起算分；%(before)s的 1 日在生效之前，仍用原方案") % {**words, "before": before}


def in_use_now(today: dt.date) -> Scheme:
    """The scheme that scores the month under way."""
    return schemes.expected(Month.of(today))


def unread_schemes(scope: Scope, role: str) -> list[Todo]:
    """What the branch department still has to read, newest first."""
    if role != Role.BRANCH:
        return []
    branches = Branch.objects.within(scope)
    found = Scheme.objects.filter(status=SchemeStatus.ISSUED, issued_by__isnull=False)
    return [
        Todo(
            "warn",
            _("考核方案 %(scheme)s 等您签收") % {"scheme": scheme},
            _("%(day)s 起生效，由 %(who)s 下发") % {"day": scheme.effective_on, "who": scheme.issued_by.name},
            reverse("kpi:scheme_detail", args=[scheme.pk]),
            _("看方案"),
        )
        for scheme in found.exclude(receipts__branch__in=branches).select_related("issued_by")
        if scheme.issued_by
    ]
