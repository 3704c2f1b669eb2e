"""The words and numbers of a score sheet: each term of the sum, each item, the working of the one that is open."""

from dataclasses import dataclass
from decimal import Decimal

from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from core.formats import named, number, percent, plain, signed
from kpi.choices import ItemStatus, Measure
from kpi.queries.sheets import Item, Sheet


@dataclass(frozen=True, slots=True)
class Term:
    code: str
    name: str
    points: SafeString
    working: str
    url: str
    current: bool


@dataclass(frozen=True, slots=True)
class Line:
    code: str
    name: str
    working: str
    score: str
    note: str
    url: str
    current: bool


@dataclass(frozen=True, slots=True)
class Step:
    """One number of the working with its word, and the sign that leads to the next."""

    value: str
    word: str
    sign: str = ""


def points_of(value: Decimal) -> SafeString:
    """Two places large, the digits behind them small: so the terms add up to the last digit."""
    whole, _dot, digits = number(value, 6).partition(".")
    rest = digits[2:].rstrip("0")
    return (
        format_html("{}.{}<small>{}</small>", whole, digits[:2], rest)
        if rest
        else format_html("{}.{}", whole, digits[:2])
    )


def terms(sheet: Sheet, current: Item, suffix: str = "") -> list[Term]:
    return [
        Term(
            code=item.rule.code,
            name=named(item.rule.name),
            points=points_of(item.result.weighted),
            working=_term_working(item),
            url=f"?item={item.rule.code}{suffix}",
            current=item is current,
        )
        for item in sheet.items
    ]


def _term_working(item: Item) -> str:
    if not item.is_scored:
        return str(ItemStatus(item.result.status).label)
    if item.rule.measure == Measure.POINTS:
        if item.result.actual is None:
            return _("按天数加权")
        return _("%(net)s × %(unit)s 分") % {
            "net": plain(item.result.actual, 0),
            "unit": plain(item.rule.points_per_unit, 4),
        }
    return f"{plain(item.result.score, 4)} × {plain(item.result.weight, 4)}%"


def lines(sheet: Sheet, current: Item, suffix: str = "") -> list[Line]:
    return [
        Line(
            code=item.rule.code,
            name=_name(item),
            working=_working(item, sheet),
            score=score_text(item),
            note=_note(item),
            url=f"?item={item.rule.code}{suffix}",
            current=item is current,
        )
        for item in sheet.items
    ]


def _name(item: Item) -> str:
    if item.rule.measure == Measure.COMPLETION:
        return _("%(name)s完成") % {"name": named(item.rule.name)}
    if item.rule.measure == Measure.POINTS:
        return _("%(name)s加分") % {"name": named(item.rule.name)}
    return named(item.rule.name)


def score_text(item: Item) -> str:
    """The score of an item as it stands on a sheet: digits, or the word for why there are none."""
    if not item.is_scored:
        return str(ItemStatus(item.result.status).label)
    if item.rule.measure == Measure.POINTS:
        return signed(item.result.score, 2)
    text = plain(item.result.score, 4)
    return text if len(text.partition(".")[2]) > 2 else number(item.result.score, 2)


def _working(item: Item, sheet: Sheet) -> str:
    result = item.result
    words = {
        "net": number(result.actual, 0),
        "target": plain(result.target, 2),
        "unit": plain(item.rule.points_per_unit, 4),
        "base": number(result.base, 0),
    }
    if item.rule.measure == Measure.RATING:
        return _("各成员按天数平均") if sheet.score.grid_id else _("已评子项的平均")
    if sheet.score.manager_id:
        return _("所在网格的得分按天数加权")
    if item.rule.measure == Measure.COMPLETION:
        return _("净增 %(net)s ÷ 目标 %(target)s") % words if result.target else _("净增 %(net)s，没有目标") % words
    if item.rule.measure == Measure.POINTS:
        return _("净增 %(net)s × %(unit)s 分") % words
    if not result.base:
        return _("月初没有在网用户")
    rate = (result.actual or Decimal(0)) * 100 / result.base
    return f"{words['net']} ÷ {words['base']} = {percent(rate, 2)}"


def _note(item: Item) -> str:
    if item.result.status == ItemStatus.EXEMPT:
        return _("权重分给同类其它项")
    if item.result.status != ItemStatus.SCORED:
        return _("按 0 分试算，补齐前不能审定")
    if item.rule.measure == Measure.POINTS:
        return _("限 %(low)s 至 %(high)s") % {"low": signed(item.rule.floor, 0), "high": signed(item.rule.cap, 0)}
    if item.is_capped:
        return _("完成 %(rate)s，封顶 %(cap)s") % {
            "rate": f"{plain(item.result.rate, 1)}%",
            "cap": plain(item.rule.cap, 0),
        }
    if item.is_floored:
        return _("为负，按 %(floor)s 计") % {"floor": plain(item.rule.floor, 0)}
    if item.is_respread:
        return _("权重 %(old)s%%，现为 %(new)s%%") % {
            "old": plain(item.rule.weight, 2),
            "new": plain(item.result.weight, 4),
        }
    if item.rule.measure == Measure.RETENTION:
        return _("目标率 %(rate)s") % {"rate": f"{plain(item.rule.target_rate, 2)}%"}
    return ""


def working_steps(item: Item, of_person: bool) -> list[Step]:
    """The working of the open item, from the records to the figure."""
    result = item.result
    if of_person or item.rule.measure == Measure.RATING or not item.is_scored:
        return [Step(score_text(item), _("得分"))]
    if item.rule.measure == Measure.RETENTION:
        return [
            Step(number(result.base, 0), _("月初在网"), "−"),
            Step(number(result.lost or 0, 0), _("流失"), "="),
            Step(number(result.actual, 0), _("保有"), "÷"),
            Step(number(result.base, 0), _("月初在网"), "÷"),
            Step(f"{plain(result.target, 2)}%", _("目标率"), "="),
            Step(f"{plain(result.rate, 4)}%", ""),
        ]
    net = [
        Step(number(result.gained or 0, 0), _("正式受理"), "−"),
        Step(number(result.lost or 0, 0), _("退订"), "="),
    ]
    if item.rule.measure == Measure.POINTS:
        unit = Step(plain(item.rule.points_per_unit, 4), _("分/户"), "=")
        return [*net, Step(number(result.actual, 0), _("净增"), "×"), unit, Step(signed(result.rate, 2), _("分"))]
    target = Step(plain(result.target, 2), _("目标"), "=")
    return [*net, Step(number(result.actual, 0), _("净增"), "÷"), target, Step(f"{plain(result.rate, 4)}%", "")]


def formula_text(sheet: Sheet) -> str:
    """A×25% + B×25% + … with the effective weights."""
    parts = []
    for item in sheet.items:
        if item.rule.measure == Measure.POINTS:
            parts.append(item.rule.code)
        elif item.result.weight:
            parts.append(f"{item.rule.code}×{plain(item.result.weight, 4)}%")
    return " + ".join(parts)
