"""The quarter's scheme: checked as a whole, issued once, superseded rather than changed."""

import datetime as dt
from collections.abc import Iterable
from decimal import Decimal

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from accounts.models import User
from core.periods import Month, day_start
from core.refusals import Refusal
from kpi.choices import ItemClass, Measure, MonthState, SchemeStatus
from kpi.indicators import MEASURES
from kpi.models import BranchMonth, Indicator, Scheme


class SchemeRefused(Refusal):
    """The scheme doesn't add up, or may no longer be changed."""


# Code, name, class, measure, products, weight %; the letters follow the order of the guideline.
DEFAULT: list[tuple[str, str, ItemClass, Measure, list[str], int]] = [
    ("A", gettext_noop("FTTH宽带"), ItemClass.BUSINESS, Measure.COMPLETION, ["FTTH"], 25),
    ("B", "3G", ItemClass.BUSINESS, Measure.COMPLETION, ["3G"], 25),
    ("C", gettext_noop("3G版亲情1+融合"), ItemClass.BUSINESS, Measure.COMPLETION, ["3G_BUNDLE"], 20),
    ("D", gettext_noop("2G版亲情1+融合"), ItemClass.POINTS, Measure.POINTS, ["2G_BUNDLE"], 0),
    ("E", gettext_noop("固话用户保有率"), ItemClass.RETENTION, Measure.RETENTION, ["FIXED_LINE"], 10),
    ("F", gettext_noop("宽带用户保有率"), ItemClass.RETENTION, Measure.RETENTION, ["BROADBAND", "FTTH"], 10),
    ("G", gettext_noop("主观评价"), ItemClass.OTHER, Measure.RATING, [], 10),
]
POINTS_FLOOR, POINTS_CAP = Decimal(-5), Decimal(10)


@transaction.atomic
def in_force(month: Month) -> Scheme:
    """The scheme that scores a month: the newest issued version in force on its 1st.

    A quarter without one gets the default scheme, in force from its first day.
    """
    issued = Scheme.objects.filter(
        year=month.year, quarter=month.quarter, status=SchemeStatus.ISSUED, effective_on__lte=month.first
    )
    found = issued.order_by("-effective_on", "-version").first()
    return found or _create_default(month)


def _create_default(month: Month) -> Scheme:
    first = quarter_first(month)
    taken = Scheme.objects.filter(year=month.year, quarter=month.quarter)
    version = max(taken.values_list("version", flat=True), default=0) + 1
    scheme = Scheme.objects.create(
        year=month.year,
        quarter=month.quarter,
        version=version,
        status=SchemeStatus.ISSUED,
        effective_on=first,
        issued_at=day_start(first),
    )
    Indicator.objects.bulk_create(default_indicators(scheme))
    return scheme


def default_indicators(scheme: Scheme) -> list[Indicator]:
    """The seven letters of the guideline as unsaved rows of a scheme."""
    return [
        Indicator(
            scheme=scheme,
            code=code,
            name=name,
            item_class=item_class,
            measure=measure,
            level=MEASURES[measure].level,
            products=products,
            weight=Decimal(weight),
            floor=POINTS_FLOOR if item_class == ItemClass.POINTS else Decimal(0),
            cap=POINTS_CAP if item_class == ItemClass.POINTS else Decimal(100),
            position=position,
        )
        for position, (code, name, item_class, measure, products, weight) in enumerate(DEFAULT, 1)
    ]


def quarter_first(month: Month) -> dt.date:
    """The first day of the quarter a month lies in."""
    return dt.date(month.year, month.quarter * 3 - 2, 1)


def validate(*, scheme: Scheme, indicators: Iterable[Indicator]) -> None:
    """Check a scheme as a whole; raises SchemeRefused naming the class and its total, or the indicator at fault."""
    found = list(indicators)
    _check_totals(scheme, found)
    for indicator in found:
        _check_indicator(indicator)
    codes = [indicator.code for indicator in found]
    if twice := {code for code in codes if codes.count(code) > 1}:
        raise SchemeRefused(_("指标代码 %(code)s 重复。") % {"code": ", ".join(sorted(twice))}, field="code")


def _check_totals(scheme: Scheme, indicators: list[Indicator]) -> None:
    wanted = {
        ItemClass.BUSINESS: scheme.business_total,
        ItemClass.RETENTION: scheme.retention_total,
        ItemClass.OTHER: scheme.other_total,
    }
    for item_class, total in wanted.items():
        actual = sum((Decimal(i.weight) for i in indicators if i.item_class == item_class), Decimal(0))
        if actual != total:
            raise SchemeRefused(
                _("“%(name)s”的权重合计是 %(actual)s%%,应为 %(total)s%%。")
                % {"name": item_class.label, "actual": _percent(actual), "total": _percent(Decimal(total))},
                field="weight",
            )
    if (everything := sum(wanted.values())) != 100:
        raise SchemeRefused(
            _("三类权重合计是 %(total)s%%,应为 100%%。") % {"total": _percent(Decimal(everything))}, field="weight"
        )
    usual = scheme.business_total == 70 and scheme.retention_total == 20
    if not (usual or scheme.override_reason):
        raise SchemeRefused(_("不按 70/20/10 分配时，要写明理由。"), field="override_reason")


def _percent(value: Decimal) -> str:
    return f"{value.normalize():f}"


def _check_indicator(indicator: Indicator) -> None:
    measure = MEASURES[indicator.measure]
    if measure.has_weight == (indicator.item_class == ItemClass.POINTS):
        raise SchemeRefused(
            _("指标 %(code)s：加减分项只能计加分，其它项不能。") % {"code": indicator.code}, field="item_class"
        )
    if indicator.level != measure.level:
        raise SchemeRefused(_("指标 %(code)s：主观评价按个人，其它按网格。") % {"code": indicator.code}, field="level")
    if (indicator.measure != Measure.RATING) == (not indicator.products):
        raise SchemeRefused(
            _("指标 %(code)s：要写明产品编码（主观评价不写）。") % {"code": indicator.code}, field="products"
        )
    if indicator.floor > indicator.cap:
        raise SchemeRefused(_("指标 %(code)s：下限高于封顶。") % {"code": indicator.code}, field="floor")


@transaction.atomic
def issue(*, scheme: Scheme, by: User | None, now: dt.datetime) -> Scheme:
    """Issue a draft to the branches; raises SchemeRefused when it doesn't add up or is issued already."""
    validate(scheme=scheme, indicators=scheme.indicators.all())
    changed = Scheme.objects.filter(pk=scheme.pk, status=SchemeStatus.DRAFT).update(
        status=SchemeStatus.ISSUED, issued_at=now, issued_by=by
    )
    if not changed:
        raise SchemeRefused(_("这个方案已经下发。"))
    scheme.refresh_from_db()
    return scheme


def require_editable(scheme: Scheme) -> None:
    """Raise SchemeRefused for a scheme that a closed month was scored by: it can only be superseded."""
    if BranchMonth.objects.filter(state=MonthState.CLOSED, current_run__scheme=scheme).exists():
        raise SchemeRefused(_("已审定的月份用的是这个方案，不能修改；请另立新版本。"))
