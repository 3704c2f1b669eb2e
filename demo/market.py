"""How well each grid sells: the rates behind sales and targets alike."""

import datetime as dt

import numpy as np

from core.periods import Month
from demo.places import Grid, Places
from demo.plan import Plan

# Formal acceptances a month and a thousand households: 720,000 a year at the full scale, second products included.
SOLD = {
    "FTTH": 7.0,
    "3G": 5.3,
    "3G_BUNDLE": 3.1,
    "2G_BUNDLE": 1.4,
    "BB_BUNDLE": 1.8,
    "FIXED_LINE": 2.5,
    "BROADBAND": 1.3,
    "SPEEDUP": 2.4,
    "VALUE_ADDED": 1.0,
    "TERMINAL": 0.6,
}
PRODUCTS = list(SOLD)
# What a household that signs for the first is also offered. None of the second products counts in SHARES, or the
# halls' share of it would be larger than published.
SECOND = {
    "FTTH": "3G",
    "BB_BUNDLE": "3G",
    "3G_BUNDLE": "SPEEDUP",
    "2G_BUNDLE": "SPEEDUP",
    "FIXED_LINE": "VALUE_ADDED",
}
# May and the fourth quarter are the seasons of activity in the communities.
SEASON = [0.86, 0.8, 0.94, 0.98, 1.24, 0.98, 0.92, 0.92, 1.0, 1.14, 1.18, 1.12]
# Own halls, community managers, all others: the published shares of new broadband, 亲情1+ and fixed lines.
SHARES = {
    "broadband": (0.642, 0.278, 0.080),
    "bundle": (0.655, 0.095, 0.250),
    "fixed": (0.664, 0.269, 0.067),
    "rest": (0.66, 0.12, 0.22),
}
GROUP = {
    "FTTH": "broadband",
    "BROADBAND": "broadband",
    "3G_BUNDLE": "bundle",
    "2G_BUNDLE": "bundle",
    "BB_BUNDLE": "bundle",
    "FIXED_LINE": "fixed",
}
OTHER_CHANNELS = {
    "e_channel": 0.72,
    "agent": 0.11,
    "collection_point": 0.07,
    "payphone_agent": 0.04,
    "card_agent": 0.03,
    "phone_supermarket": 0.03,
}
# Targets are set above what an ordinary month brings: about 82 % are reached on average.
STRETCH = 1.22
ASSESSED = {"A": "FTTH", "B": "3G", "C": "3G_BUNDLE"}
# Second products come on top of the rates above.
UPLIFT = {"FTTH": 1.0, "3G": 1.31, "3G_BUNDLE": 1.0}


class Market:
    """Expected sales of every grid, month and product."""

    def __init__(self, plan: Plan, places: Places) -> None:
        rng = plan.rng("market")
        shape = (len(places.grids), len(plan.month_list), len(PRODUCTS))
        strength = rng.lognormal(0, 0.14, (len(places.grids), 1, 1))
        luck = rng.lognormal(0, 0.07, shape)
        season = np.array([SEASON[month.number - 1] for month in plan.month_list])[None, :, None]
        self.rates = strength * luck * season * np.array(list(SOLD.values())) / 1000
        self.months = plan.month_list
        self._set_back(plan, places)

    def _set_back(self, plan: Plan, places: Places) -> None:
        """A grid whose 3G bundles were sold badly: nothing new in one month while the old ones are given back."""
        self.set_back_grid: Grid | None = places.grids[2] if len(places.grids) > 3 and plan.months > 2 else None
        self.set_back_month: Month = plan.month_list[-2 if plan.months > 1 else -1]
        if self.set_back_grid:
            self.rates[2, plan.months - 2, PRODUCTS.index("3G_BUNDLE")] *= 0.06

    def gives_back(self, grid: Grid, product: str, day: dt.date) -> bool:
        """Whether a sale belongs to those that the set-back month may cancel."""
        return grid is self.set_back_grid and product == "3G_BUNDLE" and Month.of(day) == self.set_back_month.shift(-1)

    def target(self, grid: Grid, month: Month, code: str) -> int:
        """The month's target of an assessed product: a stretch above the season's ordinary sales, in fives."""
        product = ASSESSED[code]
        ordinary = grid.size * SOLD[product] / 1000 * SEASON[month.number - 1] * UPLIFT[product]
        return max(5, 5 * round(ordinary * STRETCH / 5))
