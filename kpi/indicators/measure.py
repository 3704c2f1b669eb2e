"""The shape of a measure."""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Protocol

from kpi.choices import Level


class Figures(Protocol):
    """The figures behind a score that a formula is written from; an item score has them."""

    gained: int | None
    lost: int | None
    actual: Decimal | None
    base: Decimal | None
    target: Decimal | None
    rate: Decimal | None
    score: Decimal | None


@dataclass(frozen=True, slots=True)
class Measure:
    """`statement` fills the items of this measure; `formula` writes the sum out with its numbers.

    `level` is where it is measured; `needs_target` whether a grid without a month target can't be scored;
    `has_weight` whether it takes part in the weights (points are simply added).
    """

    statement: str
    level: Level
    needs_target: bool
    has_weight: bool
    formula: Callable[[Figures], str]


def plain(value: Decimal | int | None) -> str:
    """A number as written in a formula: no trailing zeros, no exponent; a dash for none."""
    if value is None:
        return "–"
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
