"""Known departures from the rules of a grid."""

import datetime as dt

from django.db import transaction
from django.db.backends.postgresql.psycopg_any import DateRange
from django.utils.translation import gettext_lazy as _

from core.refusals import Refusal
from grids.models import Grid, GridWaiver


class CannotWaive(Refusal):
    """The waiver lacks a reason, a day, or meets another one."""


@transaction.atomic
def waive(*, grid: Grid, kind: str, since: dt.date, until: dt.date | None, reason: str) -> GridWaiver:
    """Accept a departure from `since` to the day before `until`; raises CannotWaive."""
    if not reason.strip():
        raise CannotWaive(_("请写理由。"), field="reason")
    if until and until <= since:
        raise CannotWaive(_("失效日期要晚于生效日期。"), field="until")
    Grid.objects.select_for_update().get(pk=grid.pk)
    period = DateRange(since, until, "[)")
    if GridWaiver.objects.filter(grid=grid, kind=kind, period__overlap=period).exists():
        raise CannotWaive(_("这段时间里已经有一条同样的例外。"), field="since")
    return GridWaiver.objects.create(grid=grid, kind=kind, period=period, reason=reason.strip()[:200])
