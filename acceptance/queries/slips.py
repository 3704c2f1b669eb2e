"""Reads of the slip pages: rows with clocks, the history of a slip."""

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Prefetch, Q, QuerySet

from acceptance.choices import SlipState
from acceptance.domain.clocks import Clock, Hours, clock_of, opening_hours, worked
from acceptance.models import LateNotice, Slip, SlipEvent, SlipLine, SlipPhoto
from accounts.models import User
from accounts.scope import Scope
from campaigns.models import Campaign
from core import sql
from core.formats import named
from customers.models import Case, Household
from grids.models import Grid
from managers.models import Manager, Operator

PAGE = 50
# The chip of each state: colour and shape are the look's, the word is the state's own.
CHIPS = {
    SlipState.SUBMITTED: "sent",
    SlipState.TRANSFERRED: "warn",
    SlipState.RECEIVED: "info",
    SlipState.WORKING: "work",
    SlipState.RETURNED: "warn",
    SlipState.ACCEPTED: "good",
    SlipState.COMPLETED: "good",
}


@dataclass(frozen=True, slots=True)
class Row:
    """A slip as lists show it: with its clock and its chip."""

    slip: Slip
    clock: Clock | None

    @property
    def chip(self) -> str:
        return CHIPS.get(SlipState(self.slip.state), "off")

    @property
    def went_to(self) -> str:
        """How far a late slip has gone up: "hall", "branch" or nowhere."""
        slip, since = self.slip, self.slip.clock_from or self.slip.state_at
        if self.clock is None or self.clock.left >= 0:
            return ""
        if slip.raised_at and slip.raised_at >= since:
            return "branch"
        return "hall" if slip.escalated_at and slip.escalated_at >= since else ""

    @property
    def products(self) -> str:
        return " · ".join(named(line.product.name) for line in self.slip.lines.all())

    @property
    def address(self) -> str:
        return self.slip.household.address if self.slip.household else self.slip.typed_address


def with_parts(slips: QuerySet[Slip]) -> QuerySet[Slip]:
    """Slips with everything a row shows, in two queries."""
    lines = Prefetch("lines", SlipLine.objects.select_related("product"))
    people = slips.select_related("household", "manager", "grid", "hall", "claimed_by", "campaign")
    return people.prefetch_related(lines)


PARTS = {"manager": Manager, "grid": Grid, "household": Household, "campaign": Campaign, "claimed_by": Operator}


def at_counter(scope: Scope, number: str) -> Slip | None:
    """A slip within the scope of somebody at a counter, as the panel shows it; None for one they don't see. One query,
    planned once a connection: planning the joins takes longer than reading one slip."""
    types = {"number": "text", "halls": "bigint[]", "grids": "bigint[]", "manager": "bigint"}
    seen = {"halls": list(scope.halls), "grids": list(scope.grids), "manager": scope.manager}
    found = sql.rows_planned_once(["acceptance/read_slip"], types, number=number, **seen)
    if not found:
        return None
    slip = sql.instance(Slip, found[0])
    for name, model in PARTS.items():
        setattr(slip, name, sql.instance(model, found[0], f"{name}_") if found[0][f"{name}_id"] else None)
    return slip


def parts_of(slip: Slip, operator: int | None) -> dict[str, Any]:
    """Codes of the `products` asked for, `has_photo`, and number and name of the operator who looks. One query."""
    types = {"slip": "bigint", "operator": "bigint"}
    return sql.rows_planned_once(["acceptance/read_slip_parts"], types, slip=slip.pk, operator=operator)[0]


def page_of(slips: QuerySet[Slip], after: str) -> tuple[list[Slip], str]:
    """Slips that are ordered newest first: those behind the slip of a number, and the number to go on behind, or ""."""
    last = slips.filter(number=after).values_list("submitted_at", "pk").first() if after else None
    if last:
        slips = slips.filter(Q(submitted_at__lt=last[0]) | Q(submitted_at=last[0], pk__lt=last[1]))
    found = list(slips[: PAGE + 1])
    return found[:PAGE], found[PAGE - 1].number if len(found) > PAGE else ""


def tied_to(slip: Slip) -> Q:
    """The first slip of a duplicate, and the duplicates of a first one."""
    return Q(pk=slip.duplicate_of_id) | Q(duplicate_of=slip)


def has_photo(slip: Slip) -> bool:
    """Whether a photo of the paper slip came with it; the photo itself isn't read."""
    return SlipPhoto.objects.filter(slip=slip).exists()


def row_of(slip: Slip, now: dt.datetime, hours: Hours | None = None) -> Row:
    """A slip with its clock. One query unless the opening hours are handed in."""
    hours = hours or opening_hours()
    return Row(slip, clock_of(slip.state, since=slip.clock_from, received_at=slip.received_at, now=now, hours=hours))


def rows_of(slips: Iterable[Slip], now: dt.datetime, hours: Hours | None = None) -> list[Row]:
    hours = hours or opening_hours()
    return [row_of(slip, now, hours) for slip in slips]


def notice_of(scope: Scope, day: dt.date, *, of_branch: bool) -> LateNotice | None:
    """The day's notice of late slips, of one's branch or of one's hall."""
    return LateNotice.objects.within(scope).filter(day=day, hall__isnull=of_branch).order_by("-late").first()


@dataclass(frozen=True, slots=True)
class Passage:
    """One line of a slip's history; `took` are working minutes since the line before."""

    event: SlipEvent
    took: int | None
    staff_code: str


def history(slip: Slip, hours: Hours | None = None) -> list[Passage]:
    """What happened to a slip, oldest first."""
    hours = hours or opening_hours()
    rows = sql.rows_planned_once(["acceptance/list_history"], {"slip": "bigint"}, slip=slip.pk)
    events = [_event(row) for row in rows]
    befores = [None, *events[:-1]]
    return [
        Passage(event, worked(before.at, event.at, hours) if before else None, event.by.staff_code)
        for before, event in zip(befores, events, strict=True)
    ]


def _event(row: Mapping[str, Any]) -> SlipEvent:
    event = sql.instance(SlipEvent, row)
    event.by = sql.instance(User, row, "by_")
    event.claimed_by = sql.instance(Operator, row, "claimed_by_") if row["claimed_by_id"] else None
    return event


@dataclass(frozen=True, slots=True)
class Line:
    """A line in use, by the name of its product."""

    name: str
    since: dt.date


def lines_of(household: Household | None) -> list[Line]:
    """The lines in use of a household, oldest first. One query; a product no longer known keeps its code."""
    if household is None:
        return []
    found = sql.rows_planned_once(["acceptance/list_lines"], {"household": "bigint"}, household=household.pk)
    return [Line(**row) for row in found]


def open_cases(household: Household | None) -> list[Case]:
    """Faults and complaints that are still open with a household, the longest first. One query over an index."""
    if household is None:
        return []
    found = sql.rows_planned_once(["acceptance/list_open_cases"], {"household": "bigint"}, household=household.pk)
    return [sql.instance(Case, row) for row in found]


def other_halls(slip: Slip) -> list[dict[str, Any]]:
    """Code and name of the halls that a slip of a hall can be transferred to. One query."""
    types = {"branch": "bigint", "hall": "bigint"}
    return sql.rows_planned_once(["acceptance/list_other_halls"], types, branch=slip.branch_id, hall=slip.hall_id)
