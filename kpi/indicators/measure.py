"""The shape of a measure."""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Protocol

from django.utils.functional import Promise

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


@dataclass(frozen=True, slots=True, kw_only=True)
class Measure:
    """What an indicator can measure: its words, its statement and the fields of a scheme that it reads.

    `code` is what a scheme holds, `label` what people read, `level` where it is measured and `level_words` why there.
    `sql` fills the items of the measure (None: it stands in kpi/sql); `formula` writes the sum out with its numbers.
    `needs_target`: a grid without a month target can't be scored; `has_weight`: it takes part in the weights (points
    are simply added); `reads`: which of products, target_rate and points_per_unit it uses.
    """

    code: str
    label: str | Promise
    place: int = 100  # among the measures offered
    sql: str | None = None
    level: Level
    level_words: str | Promise
    needs_target: bool = False
    has_weight: bool = True
    reads: frozenset[str] = frozenset({"products"})
    formula: Callable[[Figures], str]

    @property
    def statement(self) -> str:
        """The name by which its statement is run."""
        return f"kpi/score_{self.code}"


def plain(value: Decimal | int | None) -> str:
    """A number as written in a formula: no trailing zeros, no exponent; a dash for none."""
    if value is None:
        return "–"
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
