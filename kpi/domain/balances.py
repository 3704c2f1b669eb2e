"""Lines in service at the start of each month, per community and product, carried forward by movements."""

import datetime as dt
from dataclasses import dataclass

from django.db import transaction

from core import sql
from core.periods import Month
from kpi.models import Balance, Loss


@dataclass(frozen=True, slots=True)
class Difference:
    """A kept balance that a full count contradicts."""

    community: str
    product_code: str
    kept: int
    counted: int


@transaction.atomic
def ensure(*, month: Month) -> None:
    """See that the month has a balance, and its losses, that agree with the lines as they are.

    Changed lines left marks: what they made stale is dropped, then carried again from the nearest earlier month.
    """
    changed_from: dt.date | None = sql.value("kpi/take_line_changes")
    if changed_from:
        Balance.objects.filter(month__gt=changed_from).delete()
        Loss.objects.filter(month__gte=Month.of(changed_from).first).delete()
    kept = Balance.objects.filter(month__lte=month.first).order_by("-month").values_list("month", flat=True).first()
    if kept is None:
        sql.run("kpi/count_balances", first=month.first)
    elif kept < month.first:
        sql.run("kpi/carry_balances", first=kept, next=month.first)
    if not sql.value("kpi/find_losses", first=month.first):
        sql.run("kpi/count_losses", first=month.first, next=month.next_first)


def check(*, month: Month) -> list[Difference]:
    """Compare the month's balance with a full count; an empty list means they agree."""
    return [Difference(**row) for row in sql.rows("kpi/compare_balances", first=month.first)]
