"""Penetration 渗透率: services in use for each household of a grid. Over 100% is possible and not clipped."""

import datetime as dt
from dataclasses import dataclass

from customers.models import Household, Subscription
from grids.models import Grid, GridCommunity


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
