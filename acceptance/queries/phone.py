"""What the phone of a field manager keeps, so that a slip can be written without a line: the catalogue, and the
households of the own grid, a community at a time. Telephone numbers are masked before they leave."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from django.db.models import QuerySet

from acceptance.choices import OPEN_STATES, SlipState
from acceptance.domain.offers import offers
from acceptance.models import Product, Slip
from accounts.scope import Scope
from campaigns.models import Campaign, FollowUp
from core.formats import mask_phone, named
from core.periods import SHANGHAI
from customers import queries as customers
from customers.models import Case, Household, Subscription
from grids.models import Community

SHAPE = 1  # another number makes phones fetch everything anew
AT_ONCE = 10
Row = list[Any]
Homes = Iterable[Any]  # a query for their keys


def own_grid(scope: Scope) -> Scope:
    """The part of a scope that goes on a phone: on hall duty one serves several grids, at a desk."""
    return Scope(grids=scope.grids, manager=scope.manager, on=scope.on)


def index(scope: Scope, on: dt.date) -> dict[str, Any]:
    """The catalogue, the campaigns of the day and the communities of the scope, in the reader's language."""
    communities = Community.objects.within(scope).select_related("street").order_by("code")
    return {
        "shape": SHAPE,
        "products": {product.code: named(product.name) for product in Product.objects.all()},
        "sold": list(Product.objects.filter(is_sold=True).values_list("code", flat=True)),
        "campaigns": {campaign.code: campaign.name for campaign in running(on)},
        "states": {state.value: str(state.label) for state in SlipState},
        "communities": {place.code: f"{place.street.name} · {place.name}" for place in communities},
    }


def running(on: dt.date) -> QuerySet[Campaign]:
    """Campaigns that a slip of this day may name."""
    return Campaign.objects.filter(starts_on__lte=on).exclude(ends_on__lte=on)


def homes_of(scope: Scope, community: str) -> list[Row]:
    """All households of one community of the scope, as rows; four queries."""
    return rows(scope, Household.objects.within(scope).filter(community__code=community))


def homes_found(scope: Scope, text: str) -> list[Row]:
    """Up to ten households that match a text, for a phone that has no copy yet."""
    found = customers.found(scope, text)[:AT_ONCE].values_list("pk", flat=True)
    return rows(scope, Household.objects.within(scope).filter(pk__in=list(found)))


def rows(scope: Scope, homes: QuerySet[Household]) -> list[Row]:
    """[code, address, community, contact, masked phone, initials, [[product, year]], [offer], [[kind, text, …]]]"""
    columns = ("pk", "code", "address", "community__code", "contact_name", "contact_phone", "search_key")
    listed = list(homes.order_by("address", "pk").values_list(*columns))
    keys = homes.order_by().values("pk")
    held = _lines(keys)
    open_with = _open(scope, keys)
    return [
        [code, address, place, name, mask_phone(phone), key, held[pk], offers([p for p, _ in held[pk]]), open_with[pk]]
        for pk, code, address, place, name, phone, key in listed
    ]


def _lines(homes: Homes) -> dict[int, list[Row]]:
    found: dict[int, list[Row]] = defaultdict(list)
    lines = Subscription.objects.filter(household__in=homes, closed_on=None).order_by("opened_on", "pk")
    for home, product, opened_on in lines.values_list("household_id", "product_code", "opened_on"):
        found[home].append([product, opened_on.year])
    return found


def _open(scope: Scope, homes: Homes) -> dict[int, list[Row]]:
    """Faults and complaints, then slips that somebody still has to act on, then promises that are still to be kept."""
    found: dict[int, list[Row]] = defaultdict(list)
    cases = Case.objects.within(scope).filter(household__in=homes).still_open()
    for home, kind, subject, opened_on in cases.values_list("household_id", "kind", "subject", "opened_on"):
        found[home].append([kind, subject, opened_on.isoformat()])
    slips = Slip.objects.within(scope).filter(household__in=homes, state__in=OPEN_STATES).prefetch_related("lines")
    for slip in slips.order_by("submitted_at", "pk"):
        products = [line.product_id for line in slip.lines.all()]
        found[slip.household_id or 0].append(["slip", slip.number, slip.state, products])
    promises = FollowUp.objects.within(scope).filter(household__in=homes, done_at=None).order_by("due_at")
    for home, subject, due_at in promises.values_list("household_id", "subject", "due_at"):
        found[home].append(["promise", subject, due_at.astimezone(SHANGHAI).date().isoformat()])
    return found
