"""The queue of a hall, read for a page that hundreds of counters keep open: few queries, no model instances."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Count, Max, OuterRef, Q, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce

from acceptance.choices import HALL_STATES, SlipState
from acceptance.domain.actors import Actor
from acceptance.domain.clocks import Clock, Hours, clock_of, worked
from acceptance.models import Slip, SlipEvent, SlipLine, SlipQuerySet
from acceptance.queries.slips import CHIPS
from accounts.scope import Scope
from core.formats import named

PAGE = 50


@dataclass(frozen=True, slots=True)
class Narrow:
    """What narrows the queue: a state (empty = all that wait at the hall), codes of a grid and a product, the number
    of the slip to go on from."""

    state: str = ""
    grid: str = ""
    product: str = ""
    after: str = ""


@dataclass(frozen=True, slots=True)
class Waiting:
    """One line of the queue. `waited` are working minutes since the slip was sent, by which the queue is in order."""

    number: str
    contact: str
    address: str
    manager: str
    state: str
    products: str
    holder: int | None
    holder_name: str
    is_mine: bool
    is_stale: bool
    waited: int
    clock: Clock | None

    @property
    def chip(self) -> str:
        return CHIPS.get(SlipState(self.state), "off")

    @property
    def state_label(self) -> str:
        return str(SlipState(self.state).label)

    @property
    def is_free(self) -> bool:
        """Whether this person may go on with it: nobody has claimed it, or they have."""
        return self.holder is None or self.is_mine


COLUMNS = (
    "number",
    "contact_name",
    "address",
    "manager__name",
    "state",
    "wanted",
    "claimed_by_id",
    "claimed_by__name",
    "state_at",
    "received_at",
    "submitted_at",
)


def queue(
    scope: Scope, actor: Actor, narrow: Narrow, *, now: dt.datetime, hours: Hours
) -> tuple[list[Waiting], str | None]:
    """A page of the slips of the actor's halls, longest wait first, and the number to go on from. One query."""
    slips = _of_halls(scope, actor, narrow)
    if narrow.grid:
        slips = slips.filter(grid__code=narrow.grid)
    if narrow.product:
        slips = slips.filter(lines__product=narrow.product)
    last = Slip.objects.within(scope).filter(number=narrow.after).first() if narrow.after else None
    if last:
        behind = Q(submitted_at__gt=last.submitted_at) | Q(submitted_at=last.submitted_at, pk__gt=last.pk)
        slips = slips.filter(behind, submitted_at__gte=last.submitted_at)
    wanted = SlipLine.objects.filter(slip=OuterRef("pk")).order_by("position").values("product__name")
    parts = slips.annotate(address=Coalesce("household__address", "typed_address"), wanted=ArraySubquery(wanted))
    found = list(parts.order_by("submitted_at", "pk").values_list(*COLUMNS)[: PAGE + 1])
    rows = [_waiting(row, actor, now, hours) for row in found[:PAGE]]
    return rows, rows[-1].number if len(found) > PAGE else None


def _of_halls(scope: Scope, actor: Actor, narrow: Narrow) -> SlipQuerySet:
    slips = Slip.objects.within(scope).filter(hall__in=actor.halls)
    # Beside the state asked for, so that the index of those who wait serves both.
    states = [narrow.state] if narrow.state in HALL_STATES else HALL_STATES
    return slips.filter(state=narrow.state) if narrow.state == SlipState.RETURNED else slips.filter(state__in=states)


def _waiting(row: tuple[Any, ...], actor: Actor, now: dt.datetime, hours: Hours) -> Waiting:
    number, contact, address, manager, state, wanted, holder, holder_name, state_at, received_at, sent_at = row
    is_mine = holder is not None and holder == actor.operator
    return Waiting(
        number=number,
        contact=contact,
        address=address,
        manager=manager,
        state=state,
        products=" · ".join(map(named, wanted)),
        holder=holder,
        holder_name=holder_name or "",
        is_mine=is_mine,
        is_stale=holder is not None and not is_mine and is_stale(state_at, now, hours),
        waited=worked(sent_at, now, hours),
        clock=clock_of(state, state_at=state_at, received_at=received_at, now=now, hours=hours),
    )


def is_stale(claimed_at: dt.datetime, now: dt.datetime, hours: Hours) -> bool:
    """Whether a claim has been left lying for so long that a colleague may take it over."""
    return worked(claimed_at, now, hours) >= settings.SLIP_STALE_HOURS * 60


def first_free(rows: Sequence[Waiting]) -> str:
    """The number of the slip to begin with: the longest wait that is no colleague's; empty where there is none."""
    return next((row.number for row in rows if row.is_free), "")


def token(scope: Scope, actor: Actor) -> str:
    """Changes whenever a slip comes to the halls, leaves them, or is claimed. One query over an index of open slips."""
    waiting = Slip.objects.within(scope).filter(hall__in=actor.halls, state__in=HALL_STATES)
    found = waiting.aggregate(many=Count("pk"), newest=Max("state_at"), holders=Sum("claimed_by"))
    newest = int(found["newest"].timestamp() * 1_000_000) if found["newest"] else 0
    return f"{found['many']}-{newest}-{found['holders'] or 0}"


@dataclass(frozen=True, slots=True)
class Pressure:
    """How the halls stand: open slips, those over the limit and those near it, open ones a day ago, today's
    acceptances."""

    waiting: int
    over: int
    near: int
    day_ago: int
    accepted_today: int


def pressure(scope: Scope, actor: Actor, *, day_start: dt.datetime, now: dt.datetime, hours: Hours) -> Pressure:
    """Two queries. A slip handed to another hall since yesterday has left the scope, and its history with it."""
    slips, day_ago = Slip.objects.within(scope), now - dt.timedelta(days=1)
    waiting = list(slips.awaiting(actor.halls).values_list("state", "state_at", "received_at"))
    clocks = [clock_of(s, state_at=at, received_at=got, now=now, hours=hours) for s, at, got in waiting]
    levels = [clock.level for clock in clocks if clock]
    moved = list(_moved(slips.filter(hall__in=actor.halls), day_ago))
    return Pressure(
        waiting=len(levels),
        over=levels.count("bad"),
        near=levels.count("warn"),
        day_ago=sum(at <= day_ago for _state, at, _got in waiting)
        + sum(was in HALL_STATES and stood in actor.halls for _accepted, was, stood in moved),
        accepted_today=sum(accepted is not None and accepted >= day_start for accepted, _was, _stood in moved),
    )


def _moved(slips: SlipQuerySet, day_ago: dt.datetime) -> QuerySet[Slip, tuple[Any, ...]]:
    """Slips that took a step since then: when they were accepted, and where they stood before."""
    last = SlipEvent.objects.filter(slip=OuterRef("pk"), at__lte=day_ago).order_by("-at", "-pk")
    then = slips.filter(state_at__gt=day_ago).annotate(
        was=Subquery(last.values("to_state")[:1]), stood=Subquery(last.values("hall")[:1])
    )
    return then.values_list("accepted_at", "was", "stood")
