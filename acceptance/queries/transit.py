"""Slips in transit on any day, from their history, and the account that has to come out even."""

import datetime as dt
from collections import Counter
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from acceptance.choices import OPEN_STATES, SlipState
from acceptance.domain.clocks import clock_of, opening_hours
from acceptance.models import Slip, SlipEvent
from acceptance.queries.volumes import Waiting, age_of
from accounts.scope import Scope

ENDS = [
    SlipState.ACCEPTED,
    SlipState.WITHDRAWN,
    SlipState.ABANDONED,
    SlipState.NO_RESOURCE,
    SlipState.DUPLICATE,
]


def _then(scope: Scope, at: dt.datetime) -> QuerySet[Any, Any]:
    """Slips open just before an instant, with the state, hall and moment of their last step until then.

    A slip that ended before and hasn't moved since needs no look at its history. A hall sees what stood with it then,
    of the slips that it still sees.
    """
    last = SlipEvent.objects.filter(slip=OuterRef("pk"), at__lt=at).order_by("-at", "-pk")
    found = (
        Slip.objects.within(scope)
        .filter(Q(state__in=OPEN_STATES) | Q(state_at__gte=at), submitted_at__lt=at)
        .annotate(was=Subquery(last.values("to_state")[:1]), stood=Subquery(last.values("hall")[:1]))
        .filter(was__in=OPEN_STATES)
    )
    only_halls = scope.halls and not (scope.everything or scope.branches or scope.sub_bureaus)
    found = found.filter(stood__in=scope.halls) if only_halls else found
    return found.annotate(since=Subquery(last.values(moment=Coalesce("clock_from", "at"))[:1])).values(
        "pk", "was", "stood", "since", "received_at", "submitted_at"
    )


def waiting_then(scope: Scope, at: dt.datetime) -> list[Waiting]:
    """Slips in transit just before an instant, as they stood then, oldest first. Two queries."""
    day = opening_hours()
    found = []
    for row in _then(scope, at).order_by("submitted_at", "pk"):
        received = row["received_at"] if row["received_at"] and row["received_at"] < at else None
        clock = clock_of(row["was"], since=row["since"], received_at=received, now=at, hours=day)
        if clock:
            age = age_of(row["submitted_at"], at - dt.timedelta(microseconds=1))
            found.append(Waiting(row["pk"], row["stood"], row["was"], row["submitted_at"], age, clock))
    return found


@dataclass(frozen=True, slots=True)
class Account:
    """What came in and what became of it between two instants, to the unit: carried + sent = ended + open."""

    carried: int
    sent: int
    ended: dict[str, int]
    open: int

    @property
    def all_ended(self) -> int:
        return sum(self.ended.values())

    @property
    def is_even(self) -> bool:
        return self.carried + self.sent == self.all_ended + self.open


def account(scope: Scope, start: dt.datetime, end: dt.datetime, still_open: int) -> Account:
    """The account from start until just before end, where `still_open` are in transit. Two queries.

    What is open comes from the history of each slip, what was sent and what ended from the slips themselves: two ways
    that have to meet. Accepted counts as ended, the rest is the network's work.
    """
    slips = Slip.objects.within(scope).exclude(state=SlipState.DRAFT).order_by()
    accepted = Q(state__in=[SlipState.ACCEPTED, SlipState.COMPLETED])
    other = Q(state__in=ENDS[1:], state_at__gte=start, state_at__lt=end)
    ended = Q(accepted, accepted_at__gte=start, accepted_at__lt=end) | other
    counts: Counter[str] = Counter()
    # Whatever was sent or ended since the start changed its state since then.
    for state, sent, over in (
        slips.filter(state_at__gte=start)
        .values_list("state")
        .annotate(
            sent=Count("pk", filter=Q(submitted_at__gte=start, submitted_at__lt=end)), over=Count("pk", filter=ended)
        )
    ):
        counts["sent"] += sent
        counts[SlipState.ACCEPTED if state == SlipState.COMPLETED else state] += over
    return Account(
        carried=_then(scope, start).count(),
        sent=counts["sent"],
        ended={state: counts[state] for state in ENDS},
        open=still_open,
    )
