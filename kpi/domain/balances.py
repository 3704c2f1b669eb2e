"""Lines in service at the start of each month, per community and product, carried forward by movements."""

from dataclasses import dataclass
from typing import Any

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


@transaction.atomic(savepoint=False)
def ensure(*, month: Month) -> None:
    """See that the month has a balance, and its losses, that agree with the lines as they are.

    Changed lines left marks: what they made stale is dropped, then carried again from the nearest earlier month.
    """
    found = _kept(month)
    while changed_from := found["changed_from"]:
        Balance.objects.filter(month__gt=changed_from).delete()
        Loss.objects.filter(month__gte=Month.of(changed_from).first).delete()
        found = _kept(month)
    if found["balanced"] is None:
        sql.run("kpi/count_balances", first=month.first)
    elif found["balanced"] < month.first:
        sql.run("kpi/carry_balances", first=found["balanced"], next=month.first)
    if not found["has_losses"]:
        sql.run("kpi/count_losses", first=month.first, next=month.next_first)


def _kept(month: Month) -> dict[str, Any]:
    found = sql.row_planned_once("kpi/find_sums", first=month.first)
    assert found is not None  # it always answers
    return found


def check(*, month: Month) -> list[Difference]:
    """Compare the month's balance with a full count; an empty list means they agree."""
    return [Difference(**row) for row in sql.rows("kpi/compare_balances", first=month.first)]
