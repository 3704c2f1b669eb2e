"""Reads of the coverage page."""

import datetime as dt
from collections import Counter
from dataclasses import dataclass

from django.db.models import Q

from accounts.scope import Scope
from grids.choices import AreaType
from grids.models import Community, Hall, PublishedFigure, Street


@dataclass(frozen=True, slots=True)
class StreetRow:
    """A street or town with its own halls and its communities."""

    street: Street
    halls: int
    communities: int


@dataclass(frozen=True, slots=True)
class Coverage:
    """How many streets and towns there are, and how many have no own hall."""

    streets: int
    urban_without: int
    rural_without: int

    @property
    def without(self) -> int:
        return self.urban_without + self.rural_without

    @property
    def covered(self) -> int:
        return self.streets - self.without


@dataclass(frozen=True, slots=True)
class DistrictRow:
    """A district's streets, and those of them without an own hall."""

    name: str
    streets: int
    without: int


def streets(scope: Scope) -> list[StreetRow]:
    """Streets where the scope has a community or a hall; a few hundred in the largest company."""
    known = Street.objects.all()
    if not scope.everything:
        known = known.filter(
            Q(pk__in=Community.objects.within(scope).values("street_id"))
            | Q(pk__in=Hall.objects.within(scope).values("street_id"))
        )
    # A hall of a neighbouring branch covers the street as well: people don't ask whose it is.
    halls = Counter(Hall.objects.values_list("street_id", flat=True))
    communities = Counter(Community.objects.within(scope).values_list("street_id", flat=True))
    return [StreetRow(street, halls[street.pk], communities[street.pk]) for street in known.order_by("code")]


def coverage(rows: list[StreetRow]) -> Coverage:
    """The counts of a list of streets."""
    bare = Counter(row.street.area_type for row in rows if not row.halls)
    return Coverage(streets=len(rows), urban_without=bare[AreaType.URBAN], rural_without=bare[AreaType.RURAL])


def narrowed(rows: list[StreetRow], *, text: str, area: str, hall: str) -> list[StreetRow]:
    """The list of the page; `hall` is `with`, `without` or anything else for all."""
    keep = {"with": (True,), "without": (False,)}.get(hall, (True, False))
    return [
        row
        for row in rows
        if bool(row.halls) in keep
        and (not area or row.street.area_type == area)
        and (not text or text in row.street.name or text in row.street.district or text == row.street.code)
    ]


def by_district(rows: list[StreetRow]) -> list[DistrictRow]:
    """Districts with their streets without an own hall, most first."""
    total = Counter(row.street.district for row in rows)
    bare = Counter(row.street.district for row in rows if not row.halls)
    found = [DistrictRow(name, count, bare[name]) for name, count in total.items()]
    return sorted(found, key=lambda row: (-row.without, row.name))


def figures(on: dt.date) -> list[PublishedFigure]:
    """Each published figure as it last stood on a day."""
    return list(PublishedFigure.objects.filter(as_of__lte=on).order_by("code", "-as_of").distinct("code"))
