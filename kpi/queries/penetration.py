"""Penetration 渗透率: services in use for each household of a grid. Over 100% is possible and not clipped."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from django.core.cache import cache
from django.db.models import Count

from customers.models import Household, Subscription
from grids.models import Branch, Grid, GridCommunity
from kpi.models import Indicator

KEPT = 24 * 3600  # seconds; kept for a run, whose number is part of the key


@dataclass(frozen=True, slots=True)
class Penetration:
    lines: int
    households: int

    @property
    def rate(self) -> float | None:
        """Per cent; None without households."""
        return self.lines * 100 / self.households if self.households else None

    @property
    def is_over(self) -> bool:
        return self.lines > self.households


def penetration(grid: Grid, products: list[str], on: dt.date) -> Penetration:
    """Lines of the products in service on a day against the households of the communities of that day."""
    communities = GridCommunity.objects.active_on(on).filter(grid=grid).values("community_id")
    homes = Household.objects.filter(community__in=communities)
    lines = Subscription.objects.in_service_on(on).filter(household__in=homes, product_code__in=products)
    return Penetration(lines.count(), homes.count())


def branch_penetration(
    branch: Branch, rules: Iterable[Indicator], on: dt.date, run_id: int
) -> list[tuple[str, Penetration]]:
    """Name of each item with its products' lines for each household of the branch, counted once for a run."""
    key = f"kpi:penetration:{branch.pk}:{run_id}:{on}"
    if (counted := cache.get(key)) is None:
        counted = _count(branch, on)
        cache.set(key, counted, KEPT)
    lines, homes = counted
    return [(rule.name, Penetration(sum(lines.get(code, 0) for code in rule.products), homes)) for rule in rules]


def _count(branch: Branch, on: dt.date) -> tuple[dict[str, int], int]:
    """Lines in service by product, and households, of the communities that grids of the branch hold on a day."""
    communities = GridCommunity.objects.active_on(on).filter(grid__branch=branch).values("community_id")
    lines = Subscription.objects.in_service_on(on).filter(household__community__in=communities)
    by_product = dict(lines.order_by().values_list("product_code").annotate(Count("pk")))
    return by_product, Household.objects.filter(community__in=communities).count()
