"""Slips in transit on any day, from their history, and the account that has to come out even."""

import datetime as dt
from collections import Counter
from dataclasses import dataclass

from django.db.models import Count, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce, JSONObject

from acceptance.choices import OPEN_STATES, SlipState
from acceptance.domain.clocks import clock_of, opening_hours
from acceptance.models import Slip, SlipEvent
from acceptance.queries.volumes import Waiting, age_of
from accounts.scope import Scope
from core import sql

ENDS = [
    SlipState.ACCEPTED,
    SlipState.WITHDRAWN,
    SlipState.ABANDONED,
    SlipState.NO_RESOURCE,
    SlipState.DUPLICATE,
]


def _then(scope: Scope, at: dt.datetime) -> QuerySet[Slip]:
    """Slips open just before an instant.

    A slip that ended before and hasn't moved since needs no look at its history. A hall counts what stood with it then,
    wherever it went since.
    """
    only_halls = _only_halls(scope)
    last = _last_step(at)
    # Few are: the history of a hall is long, that of the slips on their way at one moment is not.
    slips = Slip.objects.all() if only_halls else Slip.objects.within(scope)
    found = slips.filter(Q(state__in=OPEN_STATES) | Q(state_at__gte=at), submitted_at__lt=at)
    if only_halls:
        found = found.annotate(stood=Subquery(last.values("hall")[:1])).filter(stood__in=scope.halls)
    return found.annotate(was=Subquery(last.values("to_state")[:1])).filter(was__in=OPEN_STATES)


def _last_step(at: dt.datetime) -> QuerySet[SlipEvent]:
    return SlipEvent.objects.filter(slip=OuterRef("pk"), at__lt=at).order_by("-at", "-pk")


def _only_halls(scope: Scope) -> bool:
    return bool(scope.halls) and not (scope.everything or scope.branches or scope.sub_bureaus)


def waiting_then(scope: Scope, at: dt.datetime) -> list[Waiting]:
    """Slips in transit just before an instant, as they stood then, oldest first. Two queries."""
    day = opening_hours()
    found = []
    step = JSONObject(state="to_state", hall="hall", since=Coalesce("clock_from", "at"))
    slips = _then(scope, at).annotate(step=Subquery(_last_step(at).values(told=step)[:1]))
    columns = ("pk", "submitted_at", "received_at", "step")
    for pk, sent_at, received_at, step in slips.order_by("submitted_at", "pk").values_list(*columns):
        received = received_at if received_at and received_at < at else None
        since = dt.datetime.fromisoformat(step["since"])
        clock = clock_of(step["state"], since=since, received_at=received, now=at, hours=day)
        if clock:
            age = age_of(sent_at, at - dt.timedelta(microseconds=1))
            found.append(Waiting(pk, step["hall"], step["state"], sent_at, age, clock))
    return found


@dataclass(frozen=True, slots=True)
class Account:
    """What came in and what became of it between two instants, to the unit:
    carried + online + synced + came = ended + left + open.

    `online` was sent on the line, `synced` had waited on a phone; `came` and `left` are slips that other halls handed
    over or got, none when more than halls is looked at.
    """

    carried: int
    online: int
    synced: int
    ended: dict[str, int]
    open: int
    came: int = 0
    left: int = 0

    @property
    def sent(self) -> int:
        return self.online + self.synced

    @property
    def all_ended(self) -> int:
        return sum(self.ended.values())

    @property
    def is_even(self) -> bool:
        return self.carried + self.sent + self.came == self.all_ended + self.left + self.open


def account(scope: Scope, start: dt.datetime, end: dt.datetime, still_open: int) -> Account:
    """The account from start until just before end, where `still_open` are in transit. Two queries.

    What is open comes from the history of each slip, what was sent and what ended from the slips themselves: two ways
    that have to meet. Accepted counts as ended, the rest is the network's work. Halls also hand slips to each other,
    which only the history tells: theirs is counted from it, against the open slips themselves.
    """
    if _only_halls(scope):
        return _account_of_halls(scope, start, end, still_open)
    slips = Slip.objects.within(scope).exclude(state=SlipState.DRAFT).order_by()
    sent = Q(submitted_at__gte=start, submitted_at__lt=end)
    accepted = Q(accepted_at__gte=start, accepted_at__lt=end, state__in=[SlipState.ACCEPTED, SlipState.COMPLETED])
    ended = accepted | Q(state_at__gte=start, state_at__lt=end, state__in=ENDS[1:])
    counts: Counter[str] = Counter()
    for state, came, synced, over in (
        slips.filter(sent | ended)
        .values_list("state")
        .annotate(
            sent=Count("pk", filter=sent),
            synced=Count("pk", filter=sent & Q(was_queued=True)),
            over=Count("pk", filter=ended),
        )
    ):
        counts["online"] += came - synced
        counts["synced"] += synced
        counts[SlipState.ACCEPTED if state == SlipState.COMPLETED else state] += over
    return Account(
        carried=_then(scope, start).count(),
        online=counts["online"],
        synced=counts["synced"],
        ended={state: counts[state] for state in ENDS},
        open=still_open,
    )


def _account_of_halls(scope: Scope, start: dt.datetime, end: dt.datetime, still_open: int) -> Account:
    halls, open_states = sorted(scope.halls), [str(state) for state in OPEN_STATES]
    found = dict(sql.tuples("acceptance/count_flows", halls=halls, open=open_states, start=start, end=end))
    return Account(
        carried=found.get("carried", 0),
        online=found.get("online", 0),
        synced=found.get("synced", 0),
        ended={state: found.get(state, 0) for state in ENDS},
        open=still_open,
        came=found.get("came", 0),
        left=found.get("left", 0),
    )
