"""The quarter's scheme: which one scores a month, and whether one adds up as a whole."""

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.db import transaction
from django.db.models import BooleanField, ExpressionWrapper, Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from acceptance.models import Product
from core.formats import listed
from core.periods import Month, day_start
from core.refusals import Refusal
from kpi.choices import ItemClass, Level, Measure, MonthState, SchemeStatus
from kpi.indicators import MEASURES
from kpi.indicators import Measure as MeasureShape
from kpi.models import BranchMonth, Indicator, Scheme


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with a scheme: which field, of which indicator by its place from 0, or of the scheme itself."""

    words: str
    field: str
    row: int | None = None


class SchemeRefused(Refusal):
    """The scheme doesn't add up, or may no longer be changed. `faults` are all there are, the first one said."""

    def __init__(self, message: str, *, faults: Sequence[Fault] = ()) -> None:
        super().__init__(message, field=faults[0].field if faults else None)
        self.faults = list(faults)


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
IS_DEFAULT = ExpressionWrapper(Q(issued_by=None), output_field=BooleanField())


@transaction.atomic
def in_force(month: Month) -> Scheme:
    """The scheme that scores a month: the newest issued version in force on its 1st.

    A quarter without one gets the default scheme, in force from its first day.
    """
    return _issued_for(month) or _create_default(month)


def _issued_for(month: Month) -> Scheme | None:
    """A default stands back for what somebody issued for the same day, whichever version was numbered first."""
    issued = Scheme.objects.filter(
        year=month.year, quarter=month.quarter, status=SchemeStatus.ISSUED, effective_on__lte=month.first
    )
    return issued.order_by("-effective_on", IS_DEFAULT, "-version").first()


def expected(month: Month) -> Scheme:
    """The scheme to show and plan a month by, without storing anything: the one in force, and where its quarter has
    none yet the newest issued for an earlier one. Only before there is any, the default is stored."""
    earlier = Scheme.objects.filter(status=SchemeStatus.ISSUED).filter(
        Q(year__lt=month.year) | Q(year=month.year, quarter__lt=month.quarter)
    )
    newest = earlier.order_by("-year", "-quarter", "-effective_on", "-version")
    return _issued_for(month) or newest.first() or in_force(month)


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


def quarter_months(scheme: Scheme) -> list[Month]:
    """The three months of the scheme's quarter."""
    first = Month(scheme.year, scheme.quarter * 3 - 2)
    return [first, first.shift(1), first.shift(2)]


def counted_months(scheme: Scheme) -> list[Month]:
    """The months of its quarter that the scheme is in force for: those whose 1st isn't before its day."""
    return [month for month in quarter_months(scheme) if month.first >= scheme.effective_on]


def validate(*, scheme: Scheme, indicators: Iterable[Indicator]) -> None:
    """Check a scheme as a whole; raises SchemeRefused naming the class and its total, or the indicator at fault."""
    found = list(indicators)
    wrong = faults(scheme=scheme, indicators=found)
    if not wrong:
        return
    first = wrong[0]
    if first.row is None:
        raise SchemeRefused(first.words, faults=wrong)
    words = _("指标 %(code)s：%(words)s") % {"code": found[first.row].code, "words": first.words}
    raise SchemeRefused(words, faults=wrong)


def faults(*, scheme: Scheme, indicators: Sequence[Indicator]) -> list[Fault]:
    """Everything that is wrong with a scheme, its totals first; none when it may be saved."""
    known = set(Product.objects.values_list("code", flat=True))
    codes = [indicator.code for indicator in indicators]
    found = [*_totals_at_fault(scheme, indicators), *_date_at_fault(scheme)]
    for row, indicator in enumerate(indicators):
        found += [Fault(words, field, row) for field, words in _indicator_at_fault(indicator, known)]
        if codes.count(indicator.code) > 1:
            found.append(Fault(_("代码 %(code)s 用了两次。") % {"code": indicator.code}, "code", row))
    return found


def _totals_at_fault(scheme: Scheme, indicators: Sequence[Indicator]) -> Iterator[Fault]:
    wanted = {
        ItemClass.BUSINESS: scheme.business_total,
        ItemClass.RETENTION: scheme.retention_total,
        ItemClass.OTHER: scheme.other_total,
    }
    for item_class, total in wanted.items():
        actual = sum((Decimal(i.weight) for i in indicators if i.item_class == item_class), Decimal(0))
        if actual != total:
            words = _("“%(name)s”的权重合计是 %(actual)s%%，应为 %(total)s%%。")
            named = {"name": item_class.label, "actual": _percent(actual), "total": _percent(Decimal(total))}
            yield Fault(words % named, f"{item_class}_total")
    if (everything := sum(wanted.values())) != 100:
        words = _("三类权重合计是 %(total)s%%，应为 100%%。") % {"total": _percent(Decimal(everything))}
        yield Fault(words, "business_total")
    usual = scheme.business_total == 70 and scheme.retention_total == 20
    if not (usual or scheme.override_reason.strip()):
        yield Fault(_("不按 70/20/10 分配时，要写明理由。"), "override_reason")


def _percent(value: Decimal) -> str:
    return f"{value.normalize():f}"


def _date_at_fault(scheme: Scheme) -> Iterator[Fault]:
    months = quarter_months(scheme)
    first, last = months[0].first, months[-1].first
    if not first <= scheme.effective_on <= last:
        words = _("生效日期要在 %(first)s 至 %(last)s 之间：一个月用它 1 日生效的方案，再晚这个季度就没有月份用它。")
        yield Fault(words % {"first": first, "last": last}, "effective_on")


def _indicator_at_fault(indicator: Indicator, known: set[str]) -> Iterator[tuple[str, str]]:
    """Fields and what is wrong with them; what a measure doesn't read isn't looked at."""
    measure = MEASURES.get(indicator.measure)
    if measure is None:
        yield "measure", _("没有这种计量。")
        return
    if not indicator.code.strip():
        yield "code", _("要有代码，例如 H。")
    if not indicator.name.strip():
        yield "name", _("要有名称。")
    if measure.has_weight == (indicator.item_class == ItemClass.POINTS):
        yield "item_class", _("加减分项只能计加分，其它项不能。")
    elif measure.has_weight and indicator.weight <= 0:
        yield "weight", _("权重要大于 0。")
    if indicator.level != measure.level:
        yield "level", f"{Level(measure.level).label}：{measure.level_words}"
    yield from _limits_at_fault(indicator, measure)
    yield from _products_at_fault(indicator, known, reads="products" in measure.reads)


def _limits_at_fault(indicator: Indicator, measure: MeasureShape) -> Iterator[tuple[str, str]]:
    if indicator.floor > indicator.cap:
        yield "floor", _("下限高于封顶。")
    if "target_rate" in measure.reads and indicator.target_rate <= 0:
        yield "target_rate", _("目标率要大于 0。")
    if "points_per_unit" in measure.reads and not indicator.points_per_unit:
        yield "points_per_unit", _("每户 0 分等于不计，请写一个分值。")


def _products_at_fault(indicator: Indicator, known: set[str], *, reads: bool) -> Iterator[tuple[str, str]]:
    if reads and not indicator.products:
        yield "products", _("要选至少一个产品。")
    elif not reads and indicator.products:
        yield "products", _("主观评价没有产品。")
    elif unknown := [code for code in indicator.products if code not in known]:
        yield "products", _("目录里没有产品 %(codes)s。") % {"codes": listed(unknown)}


def require_editable(scheme: Scheme) -> None:
    """Raise SchemeRefused for a scheme that a closed month was scored by: it can only be superseded."""
    if BranchMonth.objects.filter(state=MonthState.CLOSED, current_run__scheme=scheme).exists():
        raise SchemeRefused(_("已审定的月份用的是这个方案，不能修改；请另立新版本。"))
