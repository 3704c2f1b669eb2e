"""The queue of a hall, read for a page that hundreds of counters keep open: few queries, no model instances."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.conf import settings

from acceptance.choices import HALL_STATES
from acceptance.domain.actors import Actor
from acceptance.domain.clocks import LIMITS, Clock, Hours, clock_of, is_stale, late_before, worked
from accounts.scope import Scope
from core import sql
from core.formats import named

PAGE = 50
# What the statements of a queue take; each is planned once a connection.
PLACES = {"halls": "bigint[]"}
LISTED = PLACES | {"states": "text[]", "grid": "text", "product": "text", "after": "text", "limit": "bigint"}
INSTANTS = dict.fromkeys(("day_ago", "day_start", "receive", "receive_soon", "accept", "accept_soon"), "timestamptz")


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
    def is_free(self) -> bool:
        """Whether this person may go on with it: nobody has claimed it, or they have."""
        return self.holder is None or self.is_mine


def queue(
    scope: Scope, actor: Actor, narrow: Narrow, *, now: dt.datetime, hours: Hours
) -> tuple[list[Waiting], str | None]:
    """A page of the slips of the actor's halls, longest wait first, and the number to go on from. One query."""
    known = narrow.state in LIMITS
    found = sql.rows_planned_once(
        ["acceptance/list_queue"],
        LISTED,
        halls=_halls(scope, actor),
        states=[narrow.state] if known else list(HALL_STATES),
        grid=narrow.grid,
        product=narrow.product,
        after=narrow.after,
        limit=PAGE + 1,
    )
    names = {name: named(name) for name in {name for row in found for name in row["products"]}}
    rows = [_waiting(row, names, actor, now, hours) for row in found[:PAGE]]
    return rows, rows[-1].number if len(found) > PAGE else None


def _halls(scope: Scope, actor: Actor) -> list[int]:
    return sorted(actor.halls & scope.halls)


def _waiting(row: dict[str, Any], names: dict[str, str], actor: Actor, now: dt.datetime, hours: Hours) -> Waiting:
    holder, state, since = row["holder"], row["state"], row["clock_from"]
    is_mine = holder is not None and holder == actor.operator
    return Waiting(
        number=row["number"],
        contact=row["contact"],
        address=row["address"],
        manager=row["manager"],
        state=state,
        products=" · ".join(names[name] for name in row["products"]),
        holder=holder,
        holder_name=row["holder_name"] or "",
        is_mine=is_mine,
        is_stale=holder is not None and not is_mine and is_stale(row["state_at"], now, hours),
        waited=worked(row["submitted_at"], now, hours),
        clock=clock_of(state, since=since, received_at=row["received_at"], now=now, hours=hours),
    )


def choices(scope: Scope, actor: Actor, on: dt.date) -> dict[str, list[tuple[str, str]]]:
    """Code and name of what narrows the queue: under "grid" those the halls serve on a day, under "product" what is
    sold. One query."""
    types = PLACES | {"on": "date"}
    found = sql.rows_planned_once(["acceptance/list_choices"], types, halls=_halls(scope, actor), on=on)
    return {kind: [(row["code"], row["name"]) for row in found if row["kind"] == kind] for kind in ("grid", "product")}


def handed(scope: Scope, actor: Actor) -> list[dict[str, Any]]:
    """What the actor was handed and hasn't read yet, as the page shows it. One query over an index."""
    types = PLACES | {"receiver": "bigint"}
    told = {"halls": _halls(scope, actor), "receiver": actor.operator}
    return sql.rows_planned_once(["acceptance/list_handed"], types, **told) if actor.operator else []


def first_free(rows: Sequence[Waiting]) -> str:
    """The number of the slip to begin with: the longest wait that is no colleague's; empty where there is none."""
    return next((row.number for row in rows if row.is_free), "")


def token(scope: Scope, actor: Actor) -> str:
    """Changes whenever a slip comes to the halls, leaves them, or is claimed. One query over an index of open slips."""
    return _token(**sql.rows_planned_once(["acceptance/mark_queue"], PLACES, halls=_halls(scope, actor))[0])


def _token(waiting: int, newest: dt.datetime | None, holders: int) -> str:
    return f"{waiting}-{int(newest.timestamp() * 1_000_000) if newest else 0}-{holders}"


@dataclass(frozen=True, slots=True)
class Pressure:
    """How the halls stand: open slips, those over the limit and those near it, open ones a day ago, today's
    acceptances; and the token of just this."""

    waiting: int
    over: int
    near: int
    day_ago: int
    accepted_today: int
    token: str


def pressure(scope: Scope, actor: Actor, *, day_start: dt.datetime, now: dt.datetime, hours: Hours) -> Pressure:
    """One query. Late and soon are instants worked out here, so statement and clock can't disagree."""
    limits = {}
    for clock in ("receive", "accept"):
        limit = settings.SLIP_HOURS[clock] * 60
        limits[clock] = late_before(now, limit, hours)
        limits[f"{clock}_soon"] = late_before(now, limit - settings.SLIP_WARN_HOURS * 60 - 1, hours)
    found = sql.rows_planned_once(
        ["acceptance/weigh_queue"],
        PLACES | INSTANTS,
        halls=_halls(scope, actor),
        day_ago=now - dt.timedelta(days=1),
        day_start=day_start,
        **limits,
    )[0]
    newest, holders = found.pop("newest"), found.pop("holders")
    return Pressure(**found, token=_token(found["waiting"], newest, holders))
