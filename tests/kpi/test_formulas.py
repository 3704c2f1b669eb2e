"""Each measure writes its sum out with the numbers of the score."""

from dataclasses import dataclass
from decimal import Decimal

import pytest

from kpi.indicators import MEASURES, measure_choices
from kpi.indicators.measure import plain


@dataclass
class Item:
    gained: int | None = None
    lost: int | None = None
    actual: Decimal | None = None
    base: Decimal | None = None
    target: Decimal | None = None
    rate: Decimal | None = None
    score: Decimal | None = None


def net(gained: int, lost: int, **figures: str) -> Item:
    numbers = {name: Decimal(figure) for name, figure in figures.items()}
    return Item(gained=gained, lost=lost, actual=Decimal(gained - lost), **numbers)


@pytest.mark.parametrize(
    ("measure", "item", "formula"),
    [
        ("completion", net(11, 2, target="12.50", rate="72.0000"), "(11 − 2) ÷ 12.5 × 100 = 72"),
        ("completion", net(11, 2), "(11 − 2) ÷ – × 100 = –"),
        ("points", net(20, 5, rate="3.0000"), "(20 − 5) × 0.2 = 3"),
        ("points", net(2, 5, rate="-0.9999"), "(2 − 5) × 0.3333 = -0.9999"),
        ("points", net(5, 5, rate="0.0000"), "(5 − 5) × – = 0"),
        ("points", net(20, 5), "(20 − 5) × – = –"),
        ("rating", Item(actual=Decimal("85.5000"), rate=Decimal("85.5000")), "85.5"),
        (
            "retention",
            Item(lost=3, base=Decimal(200), target=Decimal("98.00"), rate=Decimal("100.5102")),
            "(200 − 3) ÷ 200 ÷ 98% × 100 = 100.5102",
        ),
        ("uptake", net(7, 1, target="40.00", rate="15.0000"), "(7 − 1) ÷ 40 × 100 = 15"),
    ],
)
def test_formula_says_the_sum_with_its_numbers(measure, item, formula) -> None:
    assert MEASURES[measure].formula(item) == formula


@pytest.mark.parametrize(
    ("value", "text"),
    [(None, "–"), (100, "100"), (Decimal("100"), "100"), (Decimal("100.00"), "100"), (Decimal("1E+2"), "100")],
)
def test_number_in_a_formula_has_no_zeros_behind_and_no_exponent(value, text) -> None:
    assert plain(value) == text


def test_measures_are_found_and_offered_in_their_order() -> None:
    assert [code for code, _words in measure_choices()] == ["completion", "points", "retention", "rating", "uptake"]
    assert MEASURES["uptake"].statement == "kpi/score_uptake"
