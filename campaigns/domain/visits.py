"""Visits: what a manager did in the grid, the evidence behind the rating."""

import datetime as dt

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from campaigns.choices import VisitKind
from campaigns.models import Visit
from core.refusals import Refusal
from customers.models import Household
from grids.models import Grid
from managers.models import Manager


class VisitInTheFuture(Refusal):
    """The moment of the visit has not come yet."""


class HouseholdMissing(Refusal):
    """A home visit without the home."""


@transaction.atomic
def record(
    *,
    manager: Manager,
    grid: Grid,
    kind: str,
    visited_at: dt.datetime,
    now: dt.datetime,
    household: Household | None = None,
    note: str = "",
) -> Visit:
    """Write down a visit; raises VisitInTheFuture and HouseholdMissing."""
    if visited_at > now:
        raise VisitInTheFuture(_("时间还没到，请核对走访时间。"), field="visited_at")
    if kind in (VisitKind.HOME, VisitKind.RETENTION) and household is None:
        raise HouseholdMissing(_("入户和维系要写明是哪一户。"), field="household")
    return Visit.objects.create(
        manager=manager, grid=grid, kind=kind, visited_at=visited_at, household=household, note=note
    )
