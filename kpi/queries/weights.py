"""By what a branch's total is spread over its grids."""

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.db.models import Max

from core import sql
from core.periods import Month
from grids.models import Grid
from kpi.models import Balance, Indicator

# How many months before the one to be planned tell what a grid can do.
MONTHS_BACK = 3

ByCell = dict[tuple[int, str], int]


def net_new(
    grids: Iterable[int], rules: Iterable[Indicator], first: dt.date, end: dt.date
) -> dict[tuple[int, str], int]:
    """(grid id, code) → net new of the item's products from `first` to the day before `end`; nothing for none."""
    products: dict[str, list[str]] = defaultdict(list)
    for rule in rules:
        for product in rule.products:
            products[product].append(rule.code)
    found: Counter[tuple[int, str]] = Counter()
    for grid, product, count in sql.tuples("kpi/list_grid_net", grids=list(grids), first=first, end=end):
        for code in products.get(product, []):
            found[grid, code] += count
    return dict(found)


@dataclass(frozen=True, slots=True)
class Sizes:
    """Households of each grid on a day, and lines in service by grid and product."""

    on: dt.date
    households: Mapping[int, int]
    lines: Mapping[tuple[int, str], int]

    def gap(self, grid: int, products: Iterable[str]) -> int:
        """Homes still without the products; below 0 where there are more lines than homes."""
        return self.households.get(grid, 0) - sum(self.lines.get((grid, product), 0) for product in products)


def sizes(grids: Iterable[int], rules: Iterable[Indicator], on: dt.date) -> Sizes:
    """Count the grids' homes as they stand on a day, and their lines at the start of that month.

    Lines are those of the balance that retention keeps, so that no line is read; without one they are counted.
    """
    ids = list(grids)
    products = sorted({product for rule in rules for product in rule.products})
    month = Balance.objects.filter(month__lte=on).aggregate(Max("month"))["month__max"] if products else None
    rows = sql.tuples("kpi/weigh_grids", grids=ids, products=[] if month else products, day=on)
    if month:
        rows += sql.tuples("kpi/list_grid_lines", grids=ids, products=products, day=on, month=month)
    return Sizes(
        on,
        {grid: count for grid, product, count in rows if not product},
        {(grid, product): count for grid, product, count in rows if product},
    )


def weights_of(
    by: str, *, month: Month, today: dt.date, grids: list[Grid], rules: list[Indicator]
) -> dict[str, dict[str, int]]:
    """Code of the item → grid code → weight; `by` is households, recent or gap. Weights below 0 are left as they are.

    Homes and lines are those of the month's 1st, or of today while that is still to come.
    """
    ids = [grid.pk for grid in grids]
    if by == "recent":
        net = net_new(ids, rules, month.shift(-MONTHS_BACK).first, month.first)
        return {rule.code: {grid.code: net.get((grid.pk, rule.code), 0) for grid in grids} for rule in rules}
    found = sizes(ids, rules if by == "gap" else [], min(month.first, today))
    if by == "gap":
        return {rule.code: {grid.code: found.gap(grid.pk, rule.products) for grid in grids} for rule in rules}
    homes = {grid.code: found.households.get(grid.pk, 0) for grid in grids}
    return {rule.code: homes for rule in rules}
