"""How raters use the scale: each against the branch and the company, so that who gives everybody 95 can be seen."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from math import sqrt

from django.db.models import Avg

from accounts.models import User
from core.periods import Month
from kpi.models import Rating

# From so many people on, a standard deviation below this says that a rater hardly tells people apart.
FLAT_PEOPLE = 4
FLAT_DEVIATION = 2.0


@dataclass(frozen=True, slots=True)
class Spread:
    """The mean ratings some people got; the deviation is that of the whole population, in points."""

    name: str
    scores: tuple[float, ...]

    @property
    def mean(self) -> float:
        return sum(self.scores) / len(self.scores)

    @property
    def low(self) -> float:
        return min(self.scores)

    @property
    def high(self) -> float:
        return max(self.scores)

    @property
    def deviation(self) -> float:
        mean = self.mean
        return sqrt(sum((score - mean) ** 2 for score in self.scores) / len(self.scores))

    @property
    def is_flat(self) -> bool:
        return len(self.scores) >= FLAT_PEOPLE and self.deviation < FLAT_DEVIATION


@dataclass(frozen=True, slots=True)
class Raters:
    """Each rater of some people, most people first, with all of those people and the whole company to compare."""

    each: list[Spread]
    here: Spread | None
    company: Spread | None


def raters_of(month: Month, people: Iterable[int], *, unnamed: str, here: str, company: str) -> Raters:
    """Who rated these people and how; one query. `unnamed` names ratings without a rater, as from the first load.

    A person rated by two raters counts with each by the sub-items that each gave. The company is all people, as
    numbers without names.
    """
    wanted = set(people)
    rows = Rating.objects.filter(month=month.first).order_by("rated_by", "manager")
    given = list(rows.values_list("rated_by", "manager_id").annotate(Avg("score")))
    own: dict[int | None, list[float]] = defaultdict(list)
    for rater, manager, mean in given:
        if manager in wanted:
            own[rater].append(float(mean))
    names = User.objects.in_bulk([rater for rater in own if rater])
    each = [Spread(names[rater].name if rater else unnamed, tuple(scores)) for rater, scores in own.items()]
    each.sort(key=lambda spread: (-len(spread.scores), spread.name))
    return Raters(
        each,
        _all(here, [float(mean) for _rater, manager, mean in given if manager in wanted]),
        _all(company, [float(mean) for _rater, _manager, mean in given]),
    )


def _all(name: str, scores: list[float]) -> Spread | None:
    return Spread(name, tuple(scores)) if scores else None
