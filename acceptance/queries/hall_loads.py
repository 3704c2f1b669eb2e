"""How much each hall and each clerk carries: households, work done in a month, work waiting."""

import datetime as dt
from collections import Counter, defaultdict
from dataclasses import dataclass
from functools import cached_property

from django.conf import settings
from django.db.models import Count, Q

from acceptance.choices import SlipState
from acceptance.models import Acceptance, Slip
from acceptance.queries.volumes import waiting
from accounts.scope import Scope
from core.periods import Month
from grids.models import Grid, GridCommunity, Hall
from managers.models import Operator
from managers.queries import household_counts


@dataclass(frozen=True, slots=True)
class Load:
    """What a hall carries: grids and households it is designated for, clerks, acceptances keyed in during the month,
    slips waiting there now and those over their limit."""

    hall: Hall
    grids: int
    households: int
    clerks: int
    keyed: int
    waiting: int
    late: int

    @property
    def households_each(self) -> int | None:
        """Households a clerk; None for a hall without clerks."""
        return round(self.households / self.clerks) if self.clerks else None

    @property
    def keyed_each(self) -> float | None:
        """Acceptances of the month a clerk."""
        return self.keyed / self.clerks if self.clerks else None


@dataclass(frozen=True)
class Loads:
    """The halls of a scope with their sums and means."""

    rows: list[Load]

    @cached_property
    def households(self) -> int:
        return sum(row.households for row in self.rows)

    @cached_property
    def clerks(self) -> int:
        return sum(row.clerks for row in self.rows)

    @cached_property
    def keyed(self) -> int:
        return sum(row.keyed for row in self.rows)

    @property
    def households_each(self) -> int | None:
        return round(self.households / self.clerks) if self.clerks else None

    @property
    def keyed_each(self) -> float | None:
        return self.keyed / self.clerks if self.clerks else None

    def is_heavy(self, row: Load) -> bool:
        """Whether a clerk of this hall keys in far more than the mean, or nobody is there for what has to be done."""
        if row.keyed_each is None:
            return bool(row.waiting or row.keyed)
        return bool(self.keyed_each) and 100 * row.keyed_each >= settings.HALL_HEAVY * (self.keyed_each or 0)

    @property
    def heavy(self) -> list[Load]:
        return [row for row in self.rows if self.is_heavy(row)]


def loads(scope: Scope, month: Month, now: dt.datetime, on: dt.date) -> Loads:
    """Every hall of the scope, most households a clerk first. Six queries, and the count of households."""
    halls = list(Hall.objects.within(scope).select_related("branch", "street"))
    grids = Counter(Grid.objects.active_on(on).filter(hall__in=halls).values_list("hall_id", flat=True))
    homes = _households(halls, on)
    clerks = Counter(Operator.objects.filter(hall__in=halls).values_list("hall_id", flat=True))
    keyed = dict(
        Acceptance.objects.accepted_between(month.first, month.next_first)
        .filter(operator__hall__in=halls)
        .values_list("operator__hall_id")
        .annotate(n=Count("pk"))
        .order_by()
    )
    open_slips = waiting(scope, now)
    here = Counter(row.hall for row in open_slips if row.state != SlipState.RETURNED)
    late = Counter(row.hall for row in open_slips if row.is_late and row.state != SlipState.RETURNED)
    rows = [
        Load(
            hall=hall,
            grids=grids[hall.pk],
            households=homes[hall.pk],
            clerks=clerks[hall.pk],
            keyed=keyed.get(hall.pk, 0),
            waiting=here[hall.pk],
            late=late[hall.pk],
        )
        for hall in halls
    ]
    return Loads(sorted(rows, key=lambda row: (row.clerks > 0, -(row.households_each or 0), row.hall.code)))


def _households(halls: list[Hall], on: dt.date) -> Counter[int]:
    held = GridCommunity.objects.active_on(on).filter(grid__hall__in=halls, grid__period__contains=on)
    places = list(held.values_list("community_id", "grid__hall_id"))
    counts = household_counts(community for community, _hall in places)
    found: Counter[int] = Counter()
    for community, hall in places:
        found[hall] += counts.get(community, 0)
    return found


@dataclass(frozen=True, slots=True)
class ClerkLoad:
    """What a clerk keyed in during a month, on how many days, and the slips claimed now."""

    operator: Operator
    keyed: int
    from_slips: int
    days: int
    claimed: int

    @property
    def a_day(self) -> float | None:
        """Acceptances on a day the clerk keyed in at all."""
        return self.keyed / self.days if self.days else None


def clerks(hall: Hall, month: Month) -> list[ClerkLoad]:
    """The clerks of a hall, those with most work first. Three queries."""
    found = (
        Acceptance.objects.accepted_between(month.first, month.next_first)
        .filter(operator__hall=hall)
        .values_list("operator_id")
        .annotate(n=Count("pk"), slips=Count("pk", filter=Q(slip__isnull=False)), d=Count("accepted_on", distinct=True))
        .order_by()
    )
    work: dict[int, tuple[int, int, int]] = defaultdict(lambda: (0, 0, 0))
    work |= {pk: counts for pk, *counts in found}
    claimed = Counter(
        Slip.objects.filter(claimed_by__hall=hall, state=SlipState.WORKING).values_list("claimed_by_id", flat=True)
    )
    rows = [
        ClerkLoad(operator, *work[operator.pk], claimed[operator.pk]) for operator in Operator.objects.filter(hall=hall)
    ]
    return sorted(rows, key=lambda row: (-row.keyed, row.operator.operator_no))


def grids_of(hall: Hall, on: dt.date) -> list[Grid]:
    """The grids a hall is designated for on a day."""
    return list(Grid.objects.active_on(on).filter(hall=hall).order_by("code"))
