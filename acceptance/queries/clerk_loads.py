"""What lies on whose hands in a hall, for its head."""

import datetime as dt
from dataclasses import dataclass, field

from django.db.models import Count

from acceptance.choices import HALL_STATES
from acceptance.domain.clocks import Hours, worked
from acceptance.models import Acceptance, Slip
from acceptance.queries.volumes import AGES, waiting
from accounts.scope import Scope
from managers.models import Operator


@dataclass(slots=True)
class ClerkLoad:
    """A clerk's day: slips in hand, of them over the limit, the longest wait of one in hand (working minutes), slips
    accepted today, and orders keyed today without a slip."""

    operator: Operator
    held: int = 0
    late: int = 0
    longest: int = 0
    done: int = 0
    direct: int = 0


@dataclass(slots=True)
class Ageing:
    """Slips of an age: nobody's, in hand, over the limit."""

    free: int = 0
    held: int = 0
    late: int = 0

    @property
    def total(self) -> int:
        return self.free + self.held


@dataclass(frozen=True, slots=True)
class HallDay:
    clerks: list[ClerkLoad]
    ages: dict[str, Ageing] = field(default_factory=dict)

    @property
    def total(self) -> int:
        return sum(age.total for age in self.ages.values())

    @property
    def free(self) -> int:
        return sum(age.free for age in self.ages.values())

    @property
    def late(self) -> int:
        return sum(age.late for age in self.ages.values())


def hall_day(scope: Scope, *, today: dt.date, day_start: dt.datetime, now: dt.datetime, hours: Hours) -> HallDay:
    """The clerks of the scope's halls, most in hand first, and what waits by age. Four queries."""
    clerks = {one.pk: ClerkLoad(one) for one in Operator.objects.within(scope).select_related("hall")}
    ages = {age: Ageing() for age in AGES}
    for row in waiting(scope, now, hours):
        if row.state not in HALL_STATES:
            continue
        age = ages[row.age]
        age.late += row.is_late
        if row.holder is None:
            age.free += 1
            continue
        age.held += 1
        if clerk := clerks.get(row.holder):
            clerk.held += 1
            clerk.late += row.is_late
            clerk.longest = max(clerk.longest, worked(row.sent_at, now, hours))
    _count_done(scope, clerks, today=today, day_start=day_start)
    return HallDay(sorted(clerks.values(), key=lambda one: (-one.held, -one.done, one.operator.operator_no)), ages)


def _count_done(scope: Scope, clerks: dict[int, ClerkLoad], *, today: dt.date, day_start: dt.datetime) -> None:
    accepted = Slip.objects.within(scope).filter(
        hall__in=scope.halls, state_at__gte=day_start, accepted_at__gte=day_start, claimed_by__in=clerks
    )
    direct = Acceptance.objects.within(scope).filter(
        operator__in=clerks, accepted_on=today, slip=None, keyed_here=True, cancelled_on=None
    )
    for pk, count in accepted.values_list("claimed_by").annotate(n=Count("pk")).order_by():
        clerks[pk].done = count
    for pk, count in direct.values_list("operator").annotate(n=Count("pk")).order_by():
        clerks[pk].direct = count
