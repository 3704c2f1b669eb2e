"""What one more record changes: the same sums as the recompute, for one subject, in fractions.

Exact on purpose: a figure that people are told they would earn must be the one that the next recompute gives.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Protocol

from kpi.choices import ItemClass, ItemStatus, Measure

Number = Decimal | int | Fraction


class Rule(Protocol):
    """What an indicator says about scoring."""

    code: str
    item_class: str
    measure: str
    weight: Decimal
    floor: Decimal
    cap: Decimal
    target_rate: Decimal
    points_per_unit: Decimal


class Counted(Protocol):
    """What was counted of an item in a grid."""

    @property
    def status(self) -> str: ...
    @property
    def actual(self) -> Decimal | None: ...
    @property
    def base(self) -> Decimal | None: ...
    @property
    def target(self) -> Decimal | None: ...


@dataclass(frozen=True, slots=True)
class Scored:
    """An item of a sheet as far as the total needs it."""

    rule: Rule
    status: str
    score: Number | None

    @property
    def counts(self) -> bool:
        """Whether it keeps its weight; an item without target or rating does, with a score of 0."""
        return self.status != ItemStatus.EXEMPT


def half_up(value: Fraction, places: int) -> Decimal:
    """Round to so many places; a half goes away from zero."""
    scaled = abs(value) * 10**places
    whole = scaled.numerator // scaled.denominator
    whole += scaled - whole >= Fraction(1, 2)
    return Decimal(whole if value >= 0 else -whole).scaleb(-places)


def rate_of(rule: Rule, *, actual: Number, base: Number | None, target: Number | None) -> Decimal | None:
    """The uncapped score of a grid's item, 4 places; None where there is nothing to divide by.

    `actual` is the net new, or the lines kept of `base`.
    """
    if rule.measure == Measure.POINTS:
        return half_up(Fraction(actual) * Fraction(rule.points_per_unit), 4)
    if rule.measure == Measure.RETENTION:
        return half_up(Fraction(actual) * 10_000 / (Fraction(base) * Fraction(rule.target_rate)), 4) if base else None
    return half_up(Fraction(actual) * 100 / Fraction(target), 4) if target else None


def clamped(rule: Rule, rate: Decimal) -> Decimal:
    return min(max(rate, rule.floor), rule.cap)


def score_with(rule: Rule, item: Counted, more: int) -> Decimal | None:
    """The score of a grid's item with so many units more (less, when negative); None when it isn't scored."""
    if item.status != ItemStatus.SCORED or item.actual is None:
        return None
    rate = rate_of(rule, actual=item.actual + more, base=item.base, target=item.target)
    return None if rate is None else clamped(rule, rate)


def by_days(parts: Iterable[tuple[int, Number | None]]) -> Decimal | None:
    """The mean of scores weighted by days, 4 places, over those that are scored; None when none is."""
    known = [(days, Fraction(score)) for days, score in parts if score is not None]
    days = sum(days for days, _score in known)
    return half_up(sum((d * score for d, score in known), Fraction(0)) / days, 4) if days else None


def weights(items: Iterable[Scored]) -> dict[str, Fraction]:
    """Code → effective weight in per cent: what is not assessed leaves its weight to the rest of its class, a class
    without any left to the other classes."""
    weighed = [item for item in items if item.rule.item_class != ItemClass.POINTS]
    whole, kept = _by_class(weighed), _by_class(item for item in weighed if item.counts)
    classes = sum((whole[name] for name in kept), Fraction(0))
    everything = sum(whole.values(), Fraction(0))
    return {
        item.rule.code: Fraction(item.rule.weight)
        * whole[item.rule.item_class]
        / kept[item.rule.item_class]
        * everything
        / classes
        if item.counts
        else Fraction(0)
        for item in weighed
    }


def _by_class(items: Iterable[Scored]) -> dict[str, Fraction]:
    found: dict[str, Fraction] = {}
    for item in items:
        found[item.rule.item_class] = found.get(item.rule.item_class, Fraction(0)) + Fraction(item.rule.weight)
    return found


def exact_total(items: Iterable[Scored]) -> Fraction:
    """The total with every digit, before it is rounded to 2 places."""
    sheet = list(items)
    share = weights(sheet)
    total = Fraction(0)
    for item in sheet:
        if item.score is not None and item.counts:
            score = Fraction(item.score)
            total += score if item.rule.item_class == ItemClass.POINTS else score * share[item.rule.code] / 100
    return total


def total(items: Iterable[Scored]) -> Decimal:
    """The total as it is stored: one exact fraction, rounded once."""
    return half_up(exact_total(items), 2)


def replaced(items: Iterable[Scored], scores: Mapping[str, Number | None]) -> list[Scored]:
    """The same sheet with other scores in some items."""
    return [Scored(i.rule, i.status, scores.get(i.rule.code, i.score)) for i in items]


def missing_to(rule: Rule, item: Counted, score: Decimal) -> int:
    """How many units are missing until the item's uncapped score is at least `score`; 0 when it is there."""
    if item.actual is None:
        return 0
    per_unit = Fraction(rule.points_per_unit)
    if rule.measure == Measure.COMPLETION:
        per_unit = 100 / Fraction(item.target) if item.target else Fraction(0)
    if not per_unit:
        return 0
    short = Fraction(score) / per_unit - Fraction(item.actual)
    return max(-(-short.numerator // short.denominator), 0)
