"""A hall keys in what the billing system's file has brought already: one order, one acceptance."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Q

from acceptance.models import Acceptance, BilledOrder, Slip
from customers.models import Household
from managers.models import Manager


@dataclass(frozen=True, slots=True)
class Credit:
    """Who a hall says won the customer and keyed the order in, and from which slip."""

    developer: Manager | None
    co_developer: Manager | None
    share: Decimal
    operator: int | None
    slip: Slip | None


def join(orders: Mapping[str, tuple[str, dt.date]], household: Household, credit: Credit) -> set[str]:
    """Give the hall's credit to acceptances that only the file knew; returns the numbers of those orders.

    `orders` are product and day by order number. The day stays the billing system's, which decides the month; the
    hall's is noted. An order of another household or product is not this one.
    """
    found = Acceptance.objects.select_for_update().filter(
        Q(slip=None) | Q(slip=credit.slip), keyed_here=False, order_no__in=list(orders), household=household
    )
    joined = set()
    for known in found:
        product, keyed_on = orders[known.order_no]
        if known.product_id != product:
            continue
        BilledOrder.objects.create(**_billed(known), keyed_on=keyed_on if keyed_on != known.accepted_on else None)
        Acceptance.objects.filter(pk=known.pk).update(**_credited(known, credit))
        joined.add(known.order_no)
    return joined


def _billed(known: Acceptance) -> dict[str, object]:
    names = ("order_no", "household_id", "product_id", "developer_id", "developer_name", "operator_id", "accepted_on")
    return {"acceptance": known, **{name: getattr(known, name) for name in names}}


def _credited(known: Acceptance, credit: Credit) -> dict[str, object]:
    """The hall's people; where it names nobody, those of the file."""
    changes: dict[str, object] = {"keyed_here": True, "slip": credit.slip}
    if credit.operator:
        changes["operator_id"] = credit.operator
    if credit.developer:
        changes |= {
            "developer": credit.developer,
            "developer_name": credit.developer.name,
            "co_developer": credit.co_developer,
            "developer_share": credit.share,
        }
    return changes
