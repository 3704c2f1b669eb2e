"""A branch's total over its grids: to the unit, whatever the weights."""

import random
from decimal import Decimal

import pytest

from kpi.domain.spreading import SpreadRefused, scaled, spread


@pytest.mark.parametrize(
    ("total", "weights", "parts"),
    [
        (100, {"G1": 1, "G2": 1, "G3": 1}, {"G1": 34, "G2": 33, "G3": 33}),
        (101, {"G1": 1, "G2": 1, "G3": 1}, {"G1": 34, "G2": 34, "G3": 33}),
        (10, {"G1": 8000, "G2": 9000, "G3": 10000}, {"G1": 3, "G2": 3, "G3": 4}),
        (7, {"G2": 1, "G1": 1}, {"G1": 4, "G2": 3}),
        (10, {"G1": 5, "G2": 0}, {"G1": 10, "G2": 0}),
        (10, {"G1": 5, "G2": -20}, {"G1": 10, "G2": 0}),
        (0, {"G1": 5, "G2": 5}, {"G1": 0, "G2": 0}),
    ],
)
def test_largest_remainders_get_what_is_left(total, weights, parts) -> None:
    assert spread(total=total, weights=weights) == parts


def test_parts_add_up_and_stay_within_a_unit_of_the_share() -> None:
    chance = random.Random(15)
    for _round in range(300):
        weights = {f"G{n}": chance.randrange(0, 12_000) for n in range(chance.randrange(1, 30))}
        weights["G0"] = 1
        total = chance.randrange(0, 5_000)
        parts = spread(total=total, weights=weights)
        whole = sum(weights.values())
        assert sum(parts.values()) == total
        assert all(abs(part * whole - total * weights[code]) < whole for code, part in parts.items())


@pytest.mark.parametrize(
    ("total", "weights", "words"),
    [
        (10, {"G1": 0, "G2": -3}, "每个网格的权重都是 0"),
        (10, {}, "没有可以分的网格"),
        (-1, {"G1": 1}, "总数要在 0 到 9,999,999 之间"),
        (10_000_000, {"G1": 1}, "总数要在 0 到 9,999,999 之间"),
    ],
)
def test_what_can_not_be_spread_is_refused_in_words(total, weights, words) -> None:
    with pytest.raises(SpreadRefused, match=words):
        spread(total=total, weights=weights)


def test_total_out_of_bounds_is_said_beside_the_total() -> None:
    with pytest.raises(SpreadRefused) as refused:
        spread(total=10_000_000, weights={"G1": 1})
    assert refused.value.field == "total"
    assert spread(total=9_999_999, weights={"G1": 1}) == {"G1": 9_999_999}


def test_factor_rounds_half_up_to_the_unit() -> None:
    assert scaled(value=Decimal(90), factor=Decimal(105)) == Decimal(95)
    assert scaled(value=Decimal(10), factor=Decimal("104.9")) == Decimal(10)
