"""All that the card of a household shows."""

import datetime as dt
from dataclasses import dataclass

from django.db.models import F

from acceptance.models import Acceptance, Product, Slip
from acceptance.queries.slips import Row
from accounts.scope import Scope
from campaigns.models import Visit
from customers.models import Case, Household, Subscription
from customers.queries import Matter, matters
from grids.models import Grid, GridCommunity
from managers.models import Posting

RECENT = 20


@dataclass(frozen=True, slots=True)
class Card:
    grid: Grid | None
    team: list[Posting]
    lines: list[tuple[Subscription, str]]
    slips: list[Row]
    acceptances: list[Acceptance]
    visits: list[Visit]
    cases: list[Matter]

    @property
    def open_cases(self) -> int:
        return sum(matter.case.closed_on is None for matter in self.cases)

    @property
    def in_service(self) -> int:
        return sum(line.closed_on is None for line, _name in self.lines)


def card(household: Household, scope: Scope, on: dt.date, role: str) -> Card:
    """A household of the scope, as of a day and for a role, with the newest of its slips, acceptances, visits, faults
    and complaints. Nine queries."""
    membership = (
        GridCommunity.objects.active_on(on)
        .filter(community=household.community_id)
        .select_related("grid__hall", "grid__branch")
        .first()
    )
    grid = membership.grid if membership else None
    team = Posting.objects.active_on(on).filter(grid=grid).select_related("manager").order_by("duty", "manager_id")
    names = dict(Product.objects.values_list("code", "name"))
    lines = household.subscriptions.order_by("closed_on", "opened_on")
    slips = Slip.objects.within(scope).filter(household=household).select_related("hall", "manager")
    acceptances = Acceptance.objects.within(scope).filter(household=household)
    visits = Visit.objects.within(scope).filter(household=household).select_related("manager")
    cases = Case.objects.within(scope).filter(household=household).select_related("reported_by", "closed_by")
    return Card(
        grid=grid,
        team=list(team) if grid else [],
        lines=[(line, names.get(line.product_code, line.product_code)) for line in lines],
        slips=[Row(slip, None) for slip in slips.prefetch_related("lines__product").order_by("-pk")[:RECENT]],
        acceptances=list(
            acceptances.select_related("product", "grid", "developer", "operator", "channel", "slip").order_by(
                "-accepted_on", "-pk"
            )[:RECENT]
        ),
        visits=list(visits.order_by("-visited_at")[:RECENT]),
        cases=matters(cases.order_by(F("closed_on").desc(nulls_first=True), "-pk")[:RECENT], on=on, role=role),
    )
