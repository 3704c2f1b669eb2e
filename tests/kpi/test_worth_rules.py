"""The sums behind what one more is worth: by hand, and against the second implementation."""

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from random import Random

import pytest

from core.periods import Month
from kpi.domain import worth
from kpi.models import Indicator
from tests.reference import companies, scoring


def rule(measure: str = "completion", **other: object) -> Indicator:
    return Indicator(**{"code": "A", "item_class": "business", "weight": Decimal(70), "measure": measure} | other)


@dataclass
class Counted:
    status: str = "scored"
    actual: Decimal | None = None
    base: Decimal | None = None
    target: Decimal | None = None


@pytest.mark.parametrize(
    ("value", "places", "rounded"),
    [
        (Fraction(5, 1000), 2, "0.01"),
        (Fraction(-5, 1000), 2, "-0.01"),
        (Fraction(4999, 1_000_000), 2, "0"),
        (Fraction(2, 3), 4, "0.6667"),
        (Fraction(1, 3), 4, "0.3333"),
        (Fraction(25, 10), 0, "3"),
        (Fraction(0), 2, "0"),
    ],
)
def test_half_goes_away_from_zero(value, places, rounded) -> None:
    assert worth.half_up(value, places) == Decimal(rounded)


@pytest.mark.parametrize(
    ("measure", "other", "actual", "base", "target", "rate"),
    [
        ("completion", {}, 9, None, Decimal("12.5"), "72"),
        ("completion", {}, 2, None, Decimal(3), "66.6667"),
        ("completion", {}, 9, None, Decimal(0), None),
        ("completion", {}, 9, None, None, None),
        ("points", {"points_per_unit": Decimal("0.3333")}, -3, None, None, "-0.9999"),
        ("retention", {"target_rate": Decimal(98)}, 197, 200, None, "100.5102"),
        ("retention", {"target_rate": Decimal(98)}, 2, 3, None, "68.0272"),
        ("retention", {"target_rate": Decimal(98)}, 0, 0, None, None),
        ("retention", {"target_rate": Decimal(98)}, 0, None, None, None),
    ],
)
def test_rate_is_worked_out_by_its_measure(measure, other, actual, base, target, rate) -> None:
    found = worth.rate_of(rule(measure, **other), actual=actual, base=base, target=target)
    assert found == (None if rate is None else Decimal(rate))


def test_score_with_more_stays_within_its_bounds() -> None:
    within = rule(floor=Decimal(60), cap=Decimal(100))
    item = Counted(actual=Decimal(8), target=Decimal(10))
    assert [worth.score_with(within, item, more) for more in (-9, -1, 0, 1, 5)] == [60, 70, 80, 90, 100]
    kept = Counted(actual=Decimal(8), base=Decimal(10))
    assert [
        worth.score_with(rule("retention", floor=Decimal(0), cap=Decimal(100)), kept, more) for more in (-1, 0)
    ] == [70, 80]


@pytest.mark.parametrize(
    "item",
    [
        Counted("exempt", actual=Decimal(8), target=Decimal(10)),
        Counted(target=Decimal(10)),
        Counted(actual=Decimal(8), target=Decimal(0)),
    ],
)
def test_what_is_not_scored_has_no_score_with_more(item) -> None:
    assert worth.score_with(rule(), item, 1) is None


def test_mean_by_days_is_over_what_is_scored() -> None:
    assert worth.by_days([(10, Decimal(90)), (20, Decimal(60)), (1, None)]) == Decimal(70)
    assert worth.by_days([(1, Decimal(1)), (2, Decimal(0))]) == Decimal("0.3333")
    assert worth.by_days([(10, None)]) is None
    assert worth.by_days([]) is None


def test_replaced_changes_only_the_scores_that_are_named() -> None:
    before = [worth.Scored(rule(code=code), "scored", Decimal(80)) for code in "AB"]
    after = worth.replaced(before, {"B": Decimal(90)})
    assert [(item.rule.code, item.status, item.score) for item in after] == [("A", "scored", 80), ("B", "scored", 90)]


@pytest.mark.parametrize(
    ("measure", "item", "missing"),
    [
        ("completion", Counted(actual=Decimal(8), target=Decimal(10)), 2),
        ("completion", Counted(actual=Decimal(8), target=Decimal("9.5")), 2),
        ("completion", Counted(actual=Decimal(10), target=Decimal(10)), 0),
        ("completion", Counted(actual=Decimal(14), target=Decimal(10)), 0),
        ("completion", Counted(target=Decimal(10)), 0),
        ("completion", Counted(actual=Decimal(8)), 0),
        ("completion", Counted(actual=Decimal(0), target=Decimal(1000)), 1000),
        ("points", Counted(actual=Decimal(8)), 492),
    ],
)
def test_missing_is_what_leads_to_the_score(measure, item, missing) -> None:
    assert worth.missing_to(rule(measure, points_per_unit=Decimal("0.2")), item, Decimal(100)) == missing


def test_points_of_nothing_lead_nowhere() -> None:
    nothing = rule("points", points_per_unit=Decimal(0))
    assert worth.missing_to(nothing, Counted(actual=Decimal(8)), Decimal(100)) == 0


@pytest.mark.parametrize("seed", range(20))
def test_weights_and_totals_agree_with_the_second_implementation(seed) -> None:
    chance = Random(seed)
    items = companies.scheme(chance)
    rules = {
        item.code: rule(item.measure, code=item.code, item_class=item.group or "points", weight=item.weight)
        for item in items
    }
    for _round in range(5):
        company = companies.company(chance, month=Month(2026, 10), items=items)
        for found in scoring.assess(company).values():
            for sheet in found.values():
                scored = [worth.Scored(rules[code], mark.status, mark.score) for code, mark in sheet.marks.items()]
                assert worth.total(scored) == Decimal(str(float(sheet.total)))
                spread = scoring.weights(items, sheet.marks)
                assert worth.weights(scored) == {item.code: spread[item.code] for item in items if item.group} or all(
                    mark.status == "exempt" for code, mark in sheet.marks.items() if rules[code].item_class != "points"
                )
