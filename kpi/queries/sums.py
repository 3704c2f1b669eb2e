"""What items add up to: over the grids of a branch, over the branches of the company.

Counts add up exactly on every level. A mean is always the sum of the grids' own figures over their number, rounded
once; never a mean of means that were rounded before.
"""

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from typing import TypeVar

from acceptance.models import Acceptance
from core import sql
from core.periods import Month
from kpi.choices import ItemStatus
from kpi.domain.worth import half_up
from kpi.models import Indicator, ItemScore, Score
from kpi.queries.generations import Generation

ZERO = Decimal(0)
K = TypeVar("K", bound=Hashable)
COLUMNS = (
    *("run_id", "grid_id", "branch_id", "code", "status", "gained", "lost"),
    *("actual", "base", "target", "score", "weighted"),
)


@dataclass(frozen=True, slots=True)
class Figure:
    """One item of one grid as it is stored."""

    grid_id: int
    branch_id: int
    code: str
    status: str
    gained: int
    lost: int
    actual: Decimal
    base: Decimal
    target: Decimal
    score: Decimal
    weighted: Decimal


@dataclass(slots=True)
class Sums:
    """One item over some grids. `net_to_target` is the net new of the grids that have a target: what is divided by
    `target`. `score` and `weighted` are sums, not means."""

    grids: int = 0
    scored: int = 0
    gained: int = 0
    lost: int = 0
    actual: Decimal = ZERO
    base: Decimal = ZERO
    target: Decimal = ZERO
    net_to_target: Decimal = ZERO
    score: Decimal = ZERO
    weighted: Decimal = ZERO

    def take(self, figure: Figure) -> None:
        """Add a grid's figure."""
        is_scored = figure.status == ItemStatus.SCORED
        self.grids += 1
        self.scored += is_scored
        self.gained += figure.gained
        self.lost += figure.lost
        self.actual += figure.actual
        self.base += figure.base
        self.weighted += figure.weighted
        if is_scored:
            self.target += figure.target
            self.net_to_target += figure.actual
            self.score += figure.score

    @property
    def mean(self) -> Decimal | None:
        """The mean score of the grids where the item is scored, 4 places."""
        return half_up(Fraction(self.score) / self.scored, 4) if self.scored else None

    @property
    def completion(self) -> Decimal | None:
        """Net new ÷ targets, per cent, 4 places; None without any target."""
        return half_up(Fraction(self.net_to_target) * 100 / Fraction(self.target), 4) if self.target else None

    @property
    def retention(self) -> Decimal | None:
        """Kept ÷ base, per cent, 4 places; None without a line at the month's start."""
        return half_up(Fraction(self.actual) * 100 / Fraction(self.base), 4) if self.base else None


def figures(shown: Generation, grids: Iterable[int] | None = None) -> list[Figure]:
    """The items of the grids of a generation, of some grids only when they are named."""
    rows = ItemScore.objects.filter(run__in=shown.run_ids, grid__isnull=False)
    if grids is not None:
        rows = rows.filter(grid__in=list(grids))
    found = []
    for run, grid, branch, code, status, gained, lost, *numbers in rows.values_list(*COLUMNS).order_by(
        "grid_id", "code"
    ):
        if shown.runs.get(branch) == run:
            actual, base, target, score, weighted = map(_or_zero, numbers)
            counts = (gained or 0, lost or 0)
            found.append(Figure(grid, branch, code, status, *counts, actual, base, target, score, weighted))
    return found


def sums_of(shown: Generation, grids: Iterable[int]) -> dict[str, Sums]:
    """Code → what the item adds up to over these grids, as `summed` gives it, but added by the database."""
    generation = {"branches": shown.branches, "runs": shown.run_ids, "read": shown.read}
    found = sql.tuples("kpi/sum_items", **generation, grids=list(grids))
    return {code: Sums(*numbers) for code, *numbers in found}


def _or_zero(value: Decimal | None) -> Decimal:
    return ZERO if value is None else value


def summed(rows: Iterable[Figure], by: Callable[[Figure], K]) -> dict[K, dict[str, Sums]]:
    """Key → code → sums. With `by` the branch, a branch's; with a constant, the company's: sums of the same rows."""
    found: dict[K, dict[str, Sums]] = defaultdict(lambda: defaultdict(Sums))
    for row in rows:
        found[by(row)][row.code].take(row)
    return {key: dict(codes) for key, codes in found.items()}


@dataclass(slots=True)
class Mean:
    """The mean total of some grids: the sum of their totals over their number, rounded half up to 2 places, once."""

    total: Decimal = ZERO
    grids: int = 0
    classes: dict[str, Decimal] = field(default_factory=dict)

    @property
    def mean(self) -> Decimal | None:
        return half_up(Fraction(self.total) / self.grids, 2) if self.grids else None

    def of_class(self, name: str) -> Decimal | None:
        """The mean points that a class gives, 4 places."""
        return half_up(Fraction(self.classes.get(name, ZERO)) / self.grids, 4) if self.grids else None


def totals(shown: Generation, grids: Iterable[int] | None = None) -> dict[tuple[int, int], Decimal]:
    """(branch, grid) → total, of the grids of a generation."""
    rows = Score.objects.filter(run__in=shown.run_ids, grid__isnull=False)
    if grids is not None:
        rows = rows.filter(grid__in=list(grids))
    return {
        (branch, grid): total
        for branch, grid, run, total in rows.values_list("branch_id", "grid_id", "run_id", "total")
        if shown.runs.get(branch) == run
    }


def means(
    scores: dict[tuple[int, int], Decimal],
    rows: Iterable[Figure],
    classes: dict[str, str],
    by: Callable[[int, int], K],
) -> dict[K, Mean]:
    """Key → mean, with the points of each class; `classes` says which class a code belongs to."""
    found: dict[K, Mean] = defaultdict(Mean)
    for (branch, grid), total in scores.items():
        part = found[by(branch, grid)]
        part.total += total
        part.grids += 1
    for row in rows:
        part, name = found[by(row.branch_id, row.grid_id)], classes.get(row.code, "")
        part.classes[name] = part.classes.get(name, ZERO) + row.weighted
    return dict(found)


def outside_grids(month: Month, branches: Iterable[int], rule: Indicator) -> int:
    """Acceptances of an item's products in the month whose household belonged to no grid: in no sum at all."""
    found = Acceptance.objects.accepted_between(month.first, month.next_first)
    return found.filter(grid=None, branch__in=list(branches), product__in=rule.products).count()
