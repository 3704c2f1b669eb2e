"""A visit and what it leads to, written together or not at all."""

import datetime as dt

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from campaigns.domain import follow_ups, visits
from campaigns.models import Visit
from core.refusals import Refusal
from customers.models import Household
from managers.models import Posting


class UnknownHousehold(Refusal):
    """A code was typed that is not a household of the own grid."""


@transaction.atomic
def record_with_next_step(
    *,
    posting: Posting,
    kind: str,
    visited_at: dt.datetime,
    note: str,
    code: str,
    household: Household | None,
    follow_up: str,
    due_at: dt.datetime | None,
    now: dt.datetime,
) -> Visit:
    """Record a visit in the grid of the posting and, if there is one, the next step; raises Refusal."""
    if code and household is None:
        raise UnknownHousehold(_("本网格没有这个客户编码。"), field="household")
    manager, grid = posting.manager, posting.grid
    visit = visits.record(
        manager=manager, grid=grid, household=household, kind=kind, visited_at=visited_at, note=note, now=now
    )
    if follow_up and due_at:
        follow_ups.promise(manager=manager, grid=grid, household=household, subject=follow_up, due_at=due_at, now=now)
    return visit
