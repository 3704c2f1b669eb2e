"""What company to build: size, months, seed and the day that counts as today."""

import datetime as dt
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from core.periods import Month, local_day
from demo.facts import RESIDENTS

FULL_HOUSEHOLDS = 2_070_000
FULL_COMMUNITIES = 1_109
FULL_HALLS = 170
QUICK_HOUSEHOLDS = 100_000
# From this size on the company covers all districts; below it two neighbouring ones, so that pages have content.
ALL_DISTRICTS_FROM = 1_000_000
TWO_DISTRICTS = {"120104": 3, "120101": 1}
BAND = (8_000, 10_000)
# Households a grid on average: the full company has room for wider spread inside the band.
QUICK_GRID, FULL_GRID = 8_300, 9_000


@dataclass(frozen=True)
class Plan:
    """The recipe; the same recipe makes the same company, to the byte."""

    households: int
    months: int
    seed: int
    now: dt.datetime

    @property
    def today(self) -> dt.date:
        return local_day(self.now)

    @property
    def is_full(self) -> bool:
        return self.households >= ALL_DISTRICTS_FROM

    @cached_property
    def month_list(self) -> list[Month]:
        """The full past months and the running one, oldest first."""
        running = Month.of(self.today)
        return [running.shift(-back) for back in reversed(range(self.months))]

    @property
    def start(self) -> dt.date:
        return self.month_list[0].first

    @property
    def founded(self) -> dt.date:
        """When grids and teams began: some months before the first one shown."""
        return self.month_list[0].shift(-6).first

    @property
    def grids(self) -> int:
        return max(2, self.households // (FULL_GRID if self.is_full else QUICK_GRID))

    @property
    def communities(self) -> int:
        return max(2 * self.grids, round(FULL_COMMUNITIES * self.households / FULL_HOUSEHOLDS))

    @property
    def shares(self) -> dict[str, int]:
        """District code → weight by which households are shared out."""
        return RESIDENTS if self.is_full else TWO_DISTRICTS

    @property
    def recipe(self) -> str:
        return f"households={self.households} months={self.months} seed={self.seed} now={self.now:%Y-%m-%dT%H:%M}"

    def rng(self, part: str) -> np.random.Generator:
        """An independent stream for each part, so that changing one part leaves the others as they were."""
        return np.random.default_rng([self.seed, *part.encode()])


def share_out(total: int, weights: list[float], at_least: int = 0) -> list[int]:
    """Whole numbers that add up to `total`, as near to the weights as they get (largest remainder)."""
    rest = total - at_least * len(weights)
    exact = [rest * weight / sum(weights) for weight in weights]
    parts = [int(value) for value in exact]
    by_remainder = sorted(range(len(parts)), key=lambda i: (parts[i] - exact[i], i))
    for index in by_remainder[: rest - sum(parts)]:
        parts[index] += 1
    return [part + at_least for part in parts]
