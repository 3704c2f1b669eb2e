"""Reads of the slip pages: rows with clocks, the history of a slip."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Prefetch, Q, QuerySet

from acceptance.choices import SlipState
from acceptance.domain.clocks import Clock, Hours, clock_of, opening_hours, worked
from acceptance.models import LateNotice, Product, Slip, SlipEvent, SlipLine, SlipPhoto
from accounts.scope import Scope
from core.formats import named
from customers.models import Case, Household
from grids.models import Hall

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
    events = list(slip.events.select_related("by", "hall", "claimed_by"))
    befores = [None, *events[:-1]]
    return [
        Passage(event, worked(before.at, event.at, hours) if before else None, event.by.staff_code)
        for before, event in zip(befores, events, strict=True)
    ]


@dataclass(frozen=True, slots=True)
class Line:
    """A line in use, by the name of its product."""

    name: str
    since: dt.date


def lines_of(household: Household | None) -> list[Line]:
    """The lines in use of a household, oldest first. Two queries; a product no longer known keeps its code."""
    if household is None:
        return []
    found = list(household.subscriptions.filter(closed_on=None).order_by("opened_on"))
    codes = [line.product_code for line in found]
    names = dict(Product.objects.filter(code__in=codes).values_list("code", "name"))
    return [Line(names.get(line.product_code, line.product_code), line.opened_on) for line in found]


def open_cases(household: Household | None) -> list[Case]:
    """Faults and complaints that are still open with a household, the longest first. One query over an index."""
    return [] if household is None else list(household.cases.still_open())


def other_halls(slip: Slip) -> QuerySet[Hall]:
    return Hall.objects.filter(branch=slip.branch_id).exclude(pk=slip.hall_id)
