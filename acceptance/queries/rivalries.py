"""Where few channels sell nearly all, and where two of them dealt with one household."""

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby, starmap
from operator import attrgetter
from typing import NamedTuple

from django.conf import settings
from django.db.models import Count, F, Max, Min, prefetch_related_objects

from acceptance.choices import OPEN_STATES
from acceptance.models import Acceptance, Channel, Product, Slip
from accounts.scope import Scope
from core.periods import Month, local_day
from grids.models import Grid

# Channels whose orders come from slips: the field wins the customer, the hall keys it in.
OF_SLIPS = ("own_hall", "direct")


@dataclass(frozen=True, slots=True)
class Share:
    """What a channel sold of a grid's month, in per cent."""

    code: str
    name: str
    lines: int
    per_cent: float


@dataclass(frozen=True, slots=True)
class Concentration:
    """How a grid's new lines of a month are spread over channels, the largest first."""

    grid: Grid
    lines: int
    shares: list[Share]

    @property
    def top(self) -> float:
        """What the two largest channels (`CHANNEL_RULES["largest"]`) sell together, in per cent."""
        return sum(share.per_cent for share in self.shares[: settings.CHANNEL_RULES["largest"]])

    @property
    def index(self) -> int:
        """The Herfindahl–Hirschman index: the sum of the squared shares, 10,000 for one channel alone."""
        return round(sum(share.per_cent**2 for share in self.shares))

    @property
    def is_few(self) -> bool:
        """Too few lines to say anything."""
        return self.lines < settings.CHANNEL_RULES["least_lines"]

    @property
    def is_concentrated(self) -> bool:
        """By the rule of the settings, on the figure as it is shown: to one place."""
        return not self.is_few and round(self.top, 1) >= settings.CHANNEL_RULES["concentrated"]


def concentrations(scope: Scope, month: Month, products: frozenset[str] | None) -> list[Concentration]:
    """Grids with new lines in a month, the most concentrated first, those with few lines last. Three queries."""
    found = Acceptance.objects.within(scope).accepted_between(month.first, month.next_first)
    found = found.filter(cancelled_on=None, grid__isnull=False)
    if products is not None:
        found = found.filter(product__in=products)
    lines: dict[int, list[tuple[str, int]]] = defaultdict(list)
    for grid, channel, count in found.values_list("grid_id", "channel_id").annotate(n=Count("pk")).order_by("-n"):
        lines[grid].append((channel, count))
    names = dict(Channel.objects.values_list("code", "name"))
    grids = Grid.objects.in_bulk(list(lines))
    rows = [_concentration(grids[pk], counts, names) for pk, counts in lines.items()]
    return sorted(rows, key=lambda row: (row.is_few, -row.top, -row.lines))


def _concentration(grid: Grid, counts: Sequence[tuple[str, int]], names: Mapping[str, str]) -> Concentration:
    whole = sum(count for _channel, count in counts)
    return Concentration(grid, whole, [Share(code, names[code], count, 100 * count / whole) for code, count in counts])


# Two channels, one household ----------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Conflict:
    """Two acceptances of one household by different channels, the later one in the month asked for."""

    earlier: Acceptance
    later: Acceptance

    @property
    def days(self) -> int:
        return (self.later.accepted_on - self.earlier.accepted_on).days

    @property
    def is_same_product(self) -> bool:
        return self.earlier.product_id == self.later.product_id

    @property
    def is_same_class(self) -> bool:
        return self.earlier.product.business_class == self.later.product.business_class

    @property
    def pair(self) -> tuple[str, str]:
        """Names of the two channels, in the order of the catalogue."""
        first, second = sorted((self.earlier.channel, self.later.channel), key=lambda channel: channel.position)
        return first.name, second.name


class _Deal(NamedTuple):
    household: int
    channel: str
    day: dt.date
    pk: int


_SHOWN = ("household", "product", "channel", "grid", "developer", "operator")


def conflicts(scope: Scope, month: Month) -> list[Conflict]:
    """Households that two channels dealt with inside the window, the newest first. Five queries.

    Withdrawn orders don't count; of several earlier ones the nearest is told.
    """
    standing = Acceptance.objects.within(scope).filter(cancelled_on=None)
    window = dt.timedelta(days=settings.CHANNEL_RULES["conflict_days"])
    seen = standing.accepted_between(month.first - window, month.next_first).order_by()
    # Few households met two channels at all: only their orders are read, by the index.
    by_home = seen.values("household").annotate(one=Min("channel"), other=Max("channel"))
    met_two = list(by_home.exclude(one=F("other")).values_list("household", flat=True))
    orders = seen.filter(household__in=met_two).order_by("household", "accepted_on", "pk")
    deals = starmap(_Deal, orders.values_list("household", "channel", "accepted_on", "pk"))
    pairs = sorted(_pairs(deals, month.first, window), key=lambda pair: (pair[1].day, pair[1].pk), reverse=True)
    known = standing.in_bulk([deal.pk for pair in pairs for deal in pair])
    products, channels = Product.objects.in_bulk(), Channel.objects.in_bulk()
    for order in known.values():
        order.product, order.channel = products[order.product_id], channels[order.channel_id]
    return [Conflict(known[met.pk], known[deal.pk]) for met, deal in pairs]


def told(found: Sequence[Conflict]) -> Sequence[Conflict]:
    """The same with all that a list shows of them. Four queries."""
    orders = [order for one in found for order in (one.earlier, one.later)]
    prefetch_related_objects(orders, "household", "grid", "developer", "operator")
    return found


def _pairs(deals: Iterable[_Deal], since: dt.date, window: dt.timedelta) -> Iterator[tuple[_Deal, _Deal]]:
    """Each order from a day on with the nearest one before it by another channel; `deals` in the order of time."""
    for _household, own in groupby(deals, key=attrgetter("household")):
        before: list[_Deal] = []
        for deal in own:
            met = next((one for one in reversed(before) if one.channel != deal.channel), None)
            if met and deal.day >= since and met.day >= deal.day - window:
                yield met, deal
            before.append(deal)


def by_pair(found: Sequence[Conflict]) -> list[tuple[tuple[str, str], int]]:
    """The pairs of channels that met most often."""
    return Counter(conflict.pair for conflict in found).most_common()


@dataclass(frozen=True, slots=True)
class Overtaken:
    """A slip on its way whose household another channel sold the same product to."""

    slip: Slip
    order: Acceptance


def overtaken(scope: Scope) -> list[Overtaken]:
    """Slips in transit that another channel was quicker than, the oldest first. Three queries."""
    window = dt.timedelta(days=settings.CHANNEL_RULES["conflict_days"])
    slips = list(
        Slip.objects.within(scope)
        .filter(state__in=OPEN_STATES, household__isnull=False, submitted_at__isnull=False)
        .select_related("household", "hall", "manager")
        .prefetch_related("lines")
        .order_by("submitted_at", "pk")
    )
    if not slips:
        return []
    orders = (
        Acceptance.objects.within(scope)
        .filter(household__in={slip.household_id for slip in slips}, cancelled_on=None, slip=None)
        .filter(accepted_on__gte=_sent_on(slips[0]) - window)
        .exclude(channel__in=OF_SLIPS)
        .select_related(*_SHOWN)
        .order_by("accepted_on", "pk")
    )
    sold = {(order.household_id, order.product_id): order for order in orders}
    found = []
    for slip in slips:
        met = (sold.get((slip.household_id or 0, line.product_id)) for line in slip.lines.all())
        order = next((one for one in met if one and one.accepted_on >= _sent_on(slip) - window), None)
        if order:
            found.append(Overtaken(slip, order))
    return found


def _sent_on(slip: Slip) -> dt.date:
    assert slip.submitted_at
    return local_day(slip.submitted_at)
