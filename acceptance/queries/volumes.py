"""Reads of the reports: slips in transit, the support halls give."""

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db.models import Count, Q, QuerySet

from acceptance.choices import OPEN_STATES, SlipState
from acceptance.domain.clocks import Clock, Hours, clock_of, opening_hours
from acceptance.models import Acceptance, Slip
from acceptance.queries.slips import Row
from accounts.scope import Scope
from core.periods import Month, local_day
from grids.models import Hall
from managers.models import Operator

# Slips in transit ---------------------------------------------------------------------------------

# Calendar days since a slip was sent, as [from, to).
AGES = {"today": (0, 1), "few": (1, 3), "week": (3, 7), "old": (7, 10_000)}


@dataclass(frozen=True, slots=True)
class Waiting:
    """An open slip, as far as counting goes."""

    pk: int
    hall: int
    state: str
    sent_at: dt.datetime
    age: str
    clock: Clock
    holder: int | None = None

    @property
    def is_late(self) -> bool:
        return self.clock.left < 0

    @property
    def key(self) -> str:
        """Where a page of the list starts anew: oldest first, ties by the order they were written."""
        return f"{int(self.sent_at.timestamp() * 1_000_000):020d}-{self.pk:012d}"


def waiting(scope: Scope, now: dt.datetime, hours: Hours | None = None) -> list[Waiting]:
    """Every slip of the scope that somebody still has to act on, oldest first. Two queries, one with the hours."""
    hours = hours or opening_hours()
    rows = Slip.objects.within(scope).filter(state__in=OPEN_STATES).order_by("submitted_at", "pk")
    found = []
    for pk, hall, state, since, received_at, sent_at, holder in rows.values_list(
        "pk", "hall_id", "state", "clock_from", "received_at", "submitted_at", "claimed_by"
    ):
        clock = clock_of(state, since=since, received_at=received_at, now=now, hours=hours)
        # Only a draft has not been sent, and a draft is not open.
        if clock and sent_at:
            found.append(Waiting(pk, hall, state, sent_at, age_of(sent_at, now), clock, holder))
    return found


def age_of(sent_at: dt.datetime, now: dt.datetime) -> str:
    """The key of AGES for a slip sent at one moment and looked at in another."""
    days = (local_day(now) - local_day(sent_at)).days
    return next(name for name, (low, high) in AGES.items() if low <= max(days, 0) < high)


@dataclass(frozen=True, slots=True)
class HallLoad:
    """What waits at a hall: how many, by age and by state, how many over their limit, how many sent back."""

    hall: Hall
    total: int
    ages: list[int]
    states: list[int]
    late: int
    returned: int


def hall_loads(rows: Sequence[Waiting]) -> list[HallLoad]:
    """The halls with open slips, most late ones first. One query."""
    totals = Counter(row.hall for row in rows)
    ages = Counter((row.hall, row.age) for row in rows)
    late = Counter(row.hall for row in rows if row.is_late)
    states = Counter((row.hall, row.state) for row in rows)
    loads = [
        HallLoad(
            hall=hall,
            total=totals[hall.pk],
            ages=[ages[hall.pk, age] for age in AGES],
            late=late[hall.pk],
            states=[states[hall.pk, state] for state in OPEN_STATES],
            returned=states[hall.pk, SlipState.RETURNED],
        )
        for hall in Hall.objects.filter(pk__in=totals).select_related("branch")
    ]
    return sorted(loads, key=lambda load: (-load.late, -load.total))


def slips_of(rows: Sequence[Waiting], scope: Scope) -> list[Row]:
    """The slips behind some rows, in their order and as the rows have them: on a past day they stood elsewhere."""
    found = (
        Slip.objects.within(scope)
        .filter(pk__in=[row.pk for row in rows])
        .select_related("hall", "grid", "manager", "household", "claimed_by")
        .prefetch_related("lines__product")
    )
    by_pk = {slip.pk: slip for slip in found}
    elsewhere = {row.hall for row in rows if row.pk in by_pk and by_pk[row.pk].hall_id != row.hall}
    halls = Hall.objects.in_bulk(elsewhere) if elsewhere else {}
    shown = []
    for row in rows:
        if slip := by_pk.get(row.pk):
            slip.state, slip.hall = row.state, halls.get(row.hall, slip.hall)
            shown.append(Row(slip, row.clock))
    return shown


def acceptances(scope: Scope, month: Month) -> QuerySet[Acceptance]:
    """A month's acceptances with all a list of them shows, newest first."""
    return (
        Acceptance.objects.within(scope)
        .accepted_between(month.first, month.next_first)
        .select_related("household", "product", "channel", "developer", "operator", "grid", "slip")
        .order_by("-accepted_on", "-pk")
    )


# Support ------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Support:
    """What an operator keyed in during a month: all, those of slips, those withdrawn later."""

    operator: Operator
    total: int
    from_slips: int
    withdrawn: int

    @property
    def direct(self) -> int:
        return self.total - self.from_slips


def support(scope: Scope, month: Month) -> list[Support]:
    """Acceptances keyed in by operator, most first. Two queries. Work done stays done: withdrawn ones count."""
    counted = (
        Acceptance.objects.within(scope)
        .accepted_between(month.first, month.next_first)
        .filter(operator__isnull=False)
        .values_list("operator_id")
        .annotate(
            total=Count("pk"),
            from_slips=Count("pk", filter=Q(slip__isnull=False)),
            withdrawn=Count("pk", filter=Q(cancelled_on__isnull=False)),
        )
        .order_by("-total", "operator_id")
    )
    rows = list(counted)
    operators = Operator.objects.select_related("hall").in_bulk([row[0] for row in rows])
    return [Support(operators[pk], *counts) for pk, *counts in rows]


def by_hall(rows: Iterable[Support]) -> list[tuple[Hall, int, int, int]]:
    """Hall, operators, acceptances and those of slips; most first."""
    halls: dict[int, tuple[Hall, int, int, int]] = {}
    for row in rows:
        hall = row.operator.hall
        _hall, people, total, from_slips = halls.get(hall.pk, (hall, 0, 0, 0))
        halls[hall.pk] = (hall, people + 1, total + row.total, from_slips + row.from_slips)
    return sorted(halls.values(), key=lambda found: -found[2])


def keyed_total(scope: Scope, month: Month) -> int:
    """Acceptances keyed in by anybody during a month."""
    found = Acceptance.objects.within(scope).accepted_between(month.first, month.next_first)
    return found.filter(operator__isnull=False).count()
