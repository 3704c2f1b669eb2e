"""Which channel sells what: the guideline's table, and the same by the two catalogues and the classes of business."""

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from django.db.models import Count, QuerySet

from acceptance.choices import BusinessClass, Catalogue
from acceptance.models import Acceptance, Channel, ChannelMapping, ChannelPlace, CommunityChannel, Product
from accounts.scope import Scope
from core.periods import Month
from grids.models import Hall, PublishedFigure


@dataclass(frozen=True, slots=True)
class Group:
    """One column of the table: the products that count as new lines of a kind, and the guideline's shares in
    per cent for own halls, community managers and all others."""

    code: str
    products: frozenset[str]
    source: tuple[str, ...] = ()


GROUPS = [
    Group("broadband", frozenset({"FTTH", "BROADBAND"}), ("64.2", "27.8", "8.1")),
    Group("bundle", frozenset({"3G_BUNDLE", "2G_BUNDLE", "BB_BUNDLE"}), ("65.5", "9.5", "25.0")),
    Group("fixed", frozenset({"FIXED_LINE"}), ("66.4", "26.9", "6.7")),
]
OF_CLASS = "class-"  # in front of the code of a column that is a whole class of business
SOURCE_ROWS = ("own_hall", "community_manager", "other")

Mix = Counter[tuple[Month, str, str]]


def classes() -> list[Group]:
    """A column for each class of business. One query."""
    of_class: dict[str, set[str]] = {value: set() for value in BusinessClass.values}
    for code, name in Product.objects.values_list("code", "business_class"):
        of_class[name].add(code)
    return [Group(f"{OF_CLASS}{name}", frozenset(products)) for name, products in of_class.items()]


def mix(scope: Scope, months: Sequence[Month], groups: Sequence[Group] = GROUPS) -> Mix:
    """New lines by month, channel and group; withdrawn ones don't count. One query."""
    group_of = {product: group.code for group in groups for product in group.products}
    month_of = cache(Month.of)  # the database adds up by day, in the order of an index
    rows = (
        Acceptance.objects.within(scope)
        .accepted_between(months[0].first, months[-1].next_first)
        .filter(cancelled_on=None, product__in=group_of)
        .values_list("accepted_on", "channel_id", "product_id")
        .annotate(lines=Count("*"))
        .order_by()
    )
    found: Mix = Counter()
    for day, channel, product, lines in rows:
        found[month_of(day), channel, group_of[product]] += lines
    return found


@dataclass(frozen=True, slots=True)
class Place:
    """A row of the table: the channels it takes in, its tier in the catalogue and its figures in the guideline."""

    code: str
    name: str
    tier: str
    channels: frozenset[str]
    source: tuple[str, ...] = ()
    # Names of today's channels that the plan gives to this one.
    takes_over: tuple[str, ...] = ()


def places(catalogue: str, on: dt.date) -> list[Place]:
    """The rows of a catalogue on a day, channels it doesn't name last. At most three queries.

    In the plan a row takes in what today's channels that are mapped to it sell.
    """
    names = dict(Channel.objects.values_list("code", "name"))
    if catalogue not in Catalogue.values:
        first, second, _rest = SOURCE_ROWS
        sources = list(zip(*(group.source for group in GROUPS), strict=True))
        return [
            Place(first, names[first], "", frozenset({first}), sources[0]),
            Place(second, names[second], "", frozenset({second}), sources[1]),
            Place("other", "", "", frozenset(names) - {first, second}, sources[2]),
        ]
    known = {
        place.channel_id: place
        for place in ChannelPlace.objects.active_on(on).filter(catalogue=catalogue).order_by("channel__position")
    }
    mapped = _mapped(known, on) if catalogue == Catalogue.TARGET else {}
    rows = [
        Place(
            code,
            place.name,
            str(place.get_tier_display()),
            frozenset({code, *(source for source, target in mapped.items() if target == code)}),
            takes_over=tuple(names[source] for source, target in mapped.items() if target == code),
        )
        for code, place in known.items()
    ]
    outside = [code for code in names if code not in known and code not in mapped]
    return rows + [Place(code, names[code], "", frozenset({code})) for code in outside]


def _mapped(known: Mapping[str, ChannelPlace], on: dt.date) -> dict[str, str]:
    """Today's channel → the one of the plan that takes over, for those that are no channel of the plan themselves."""
    ways = ChannelMapping.objects.active_on(on).values_list("source_id", "target_id").order_by("source__position")
    return {source: target for source, target in ways if source not in known and target in known}


@dataclass(frozen=True, slots=True)
class Cell:
    """One figure of the table: lines, their share of the group in per cent, the guideline's share, the way there."""

    group: str
    lines: int
    share: float | None
    source: str
    trend: list[float]

    @property
    def source_value(self) -> float | None:
        return float(self.source) if self.source else None


@dataclass(frozen=True, slots=True)
class MixRow:
    place: Place
    cells: list[Cell]


def mix_rows(
    rows: Sequence[Place], counted: Mix, months: Sequence[Month], groups: Sequence[Group] = GROUPS
) -> list[MixRow]:
    """The table of the last of the months; the months before it make the trends."""
    whole: Counter[tuple[Month, str]] = Counter()
    for (month, _channel, group), lines in counted.items():
        whole[month, group] += lines

    def cell(place: Place, at: int) -> Cell:
        code = groups[at].code
        lines = [sum(counted[month, channel, code] for channel in place.channels) for month in months]
        shares = [
            100 * part / whole[month, code] for part, month in zip(lines, months, strict=True) if whole[month, code]
        ]
        now = shares[-1] if whole[months[-1], code] else None
        source = place.source[at] if place.source and groups[at].source else ""
        return Cell(code, lines[-1], now, source, shares)

    return [MixRow(place, [cell(place, at) for at in range(len(groups))]) for place in rows]


def of_cell(
    found: QuerySet[Acceptance], channels: Iterable[str], group: str, groups: Sequence[Group] = GROUPS
) -> QuerySet[Acceptance]:
    """Those one cell of the mix counts."""
    products = next((known.products for known in groups if known.code == group), frozenset())
    return found.filter(cancelled_on=None, channel__in=list(channels), product__in=products)


@dataclass(frozen=True, slots=True)
class Sites:
    """How many places of a row there are, and the guideline's number; None where nobody says."""

    now: int | None
    source: int | None


def sites(scope: Scope, on: dt.date) -> dict[str, Sites]:
    """The guideline's column 渠道数量: halls and community channels as they are, community managers as published."""
    figures = {
        figure.code: int(figure.value)
        for figure in PublishedFigure.objects.filter(as_of__lte=on, code__in=["own_halls", "community_managers"])
        .order_by("code", "-as_of")
        .distinct("code")
    }
    working = CommunityChannel.objects.within(scope).filter(ended_on=None).count()
    return {
        "own_hall": Sites(Hall.objects.within(scope).count(), figures.get("own_halls")),
        "community_manager": Sites(None, figures.get("community_managers")),
        "other": Sites(working, None),
    }
