"""Reads of the pages about teams, grids and people."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

from django.core.cache import cache
from django.db.models import Count, Max, Prefetch, Q, QuerySet

from accounts.scope import Scope
from customers.models import Household
from grids.choices import WaiverKind
from grids.models import Community, Grid, GridCommunity, GridWaiver
from imports.models import Batch
from managers.choices import Duty, TeamGap
from managers.domain.bands import Band, band_of
from managers.domain.teams import Finding, check
from managers.models import Manager, Posting, TeamWaiver

COUNTED_LIVE = 200  # communities
COUNT_KEPT = 5 * 60  # seconds


@dataclass(frozen=True, slots=True)
class GridFilter:
    """What narrows a list of grids: codes of a branch and a sub-bureau, words of the grid's name, a state."""

    branch: str = ""
    sub_bureau: str = ""
    text: str = ""
    state: str = ""


def grids(scope: Scope, narrow: GridFilter, on: dt.date) -> QuerySet[Grid]:
    """Grids of the scope that are in force on a day."""
    found = Grid.objects.within(scope).active_on(on).select_related("branch", "sub_bureau", "hall")
    if narrow.branch:
        found = found.filter(branch__code=narrow.branch)
    if narrow.sub_bureau:
        found = found.filter(sub_bureau__code=narrow.sub_bureau)
    if narrow.text:
        found = found.filter(Q(name__icontains=narrow.text) | Q(code__iexact=narrow.text))
    return found.order_by("branch__code", "code")


# Teams -------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class TeamRow:
    """The team of a grid on a day: who is in the field, who in the hall, and what departs from the rule."""

    grid: Grid
    field: list[Posting]
    hall: list[Posting]
    findings: list[Finding]

    @property
    def people(self) -> int:
        return len(self.field) + len(self.hall)

    @property
    def open_findings(self) -> list[Finding]:
        return [finding for finding in self.findings if not finding.is_waived]

    @property
    def state(self) -> str:
        """`short` and `over` are findings nobody has allowed; `waived` are allowed ones."""
        if self.open_findings:
            kinds = {finding.kind for finding in self.open_findings}
            return "short" if TeamGap.SHORT in kinds else "over"
        return "waived" if self.findings else "full"


def teams(found: QuerySet[Grid], on: dt.date) -> list[TeamRow]:
    """The teams of some grids on a day, those that want an action first. Three queries, whatever the number."""
    rows = found.prefetch_related(
        Prefetch("postings", Posting.objects.select_related("manager").order_by("manager__staff_no")),
        Prefetch("team_waivers", TeamWaiver.objects.filter(period__contains=on)),
    )
    order = {"short": 0, "over": 1, "waived": 2, "full": 3}
    return sorted((team_row(grid, on) for grid in rows), key=lambda row: order[row.state])


def team_row(grid: Grid, on: dt.date) -> TeamRow:
    """One grid's team, from its postings and waivers."""
    postings = list(grid.postings.all())
    serving = [posting for posting in postings if on in posting.period]
    return TeamRow(
        grid=grid,
        field=[posting for posting in serving if posting.duty == Duty.FIELD],
        hall=[posting for posting in serving if posting.duty == Duty.HALL],
        findings=check(postings=postings, waivers=grid.team_waivers.all(), on=on),
    )


# Sizes -------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class GridSize:
    """A grid's households on a day, set against the band, with the day its communities last changed."""

    grid: Grid
    communities: int
    households: int
    band: Band
    since: dt.date | None
    waiver: GridWaiver | None
    tint: int = 1

    @property
    def dot(self) -> float:
        """Pixels on the 112-pixel scale of the list, where the band lies from 34 to 68."""
        return min(max((self.households / 1000 - 6) * 17, 5), 107)

    @property
    def is_flagged(self) -> bool:
        """Out of the band and nobody has said why."""
        return self.band.is_out and self.waiver is None


def grid_sizes(found: QuerySet[Grid], on: dt.date) -> list[GridSize]:
    """Sizes of some grids, farthest from the middle of the band first. Four queries, whatever the number."""
    rows = list(found)
    members = members_of(rows, on)
    counts = household_counts({member.community_id for group in members.values() for member in group})
    waivers = {
        waiver.grid_id: waiver
        for waiver in GridWaiver.objects.filter(grid__in=rows, kind=WaiverKind.BAND, period__contains=on)
    }
    sizes = [_size(grid, members[grid.pk], counts, waivers.get(grid.pk), index) for index, grid in enumerate(rows)]
    return sorted(sizes, key=lambda size: -size.band.distance)


def _size(
    grid: Grid, members: list[GridCommunity], counts: dict[int, int], waiver: GridWaiver | None, index: int
) -> GridSize:
    households = sum(counts.get(member.community_id, 0) for member in members)
    return GridSize(
        grid=grid,
        communities=len(members),
        households=households,
        band=band_of(households),
        since=max((member.period.lower for member in members), default=None),
        waiver=waiver,
        tint=index % 6 + 1,
    )


def members_of(found: Iterable[Grid], on: dt.date) -> defaultdict[int, list[GridCommunity]]:
    """Grid id → its memberships on a day."""
    members: defaultdict[int, list[GridCommunity]] = defaultdict(list)
    for member in GridCommunity.objects.active_on(on).filter(grid__in=list(found)):
        members[member.grid_id].append(member)
    return members


def household_counts(communities: Iterable[int]) -> dict[int, int]:
    """Community id → its households, counted in the index alone; communities without any are left out.

    Many at once come from a count of the whole company, which reads two million entries: it is kept for five
    minutes, or until the next file of households.
    """
    wanted = list(communities)
    if len(wanted) <= COUNTED_LIVE:
        return _counted(Household.objects.filter(community_id__in=wanted))
    imported = Batch.objects.filter(kind="households", dry_run=False).aggregate(at=Max("finished_at"))["at"]
    key = f"household-counts-{imported.timestamp() if imported else 0}"
    return cache.get_or_set(key, lambda: _counted(Household.objects.all()), COUNT_KEPT) or {}


def _counted(found: QuerySet[Household]) -> dict[int, int]:
    return dict(found.order_by().values_list("community_id").annotate(households=Count("*")))


# One grid ----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Member:
    """A community of a grid with its households and whether it lies in another sub-bureau."""

    membership: GridCommunity
    households: int
    is_foreign: bool

    @property
    def community(self) -> Community:
        return self.membership.community


@dataclass(frozen=True, slots=True)
class Triangle:
    """A grid's three corners on a day: its people, its hall, its communities; and how it came to be so."""

    grid: Grid
    team: TeamRow
    members: list[Member]
    band: Band
    waivers: list[GridWaiver]
    history: list[GridCommunity] = field(default_factory=list)
    former: list[Posting] = field(default_factory=list)

    @property
    def households(self) -> int:
        return sum(member.households for member in self.members)

    @property
    def band_waiver(self) -> GridWaiver | None:
        return next((waiver for waiver in self.waivers if waiver.kind == WaiverKind.BAND), None)

    @property
    def foreign(self) -> list[Member]:
        return [member for member in self.members if member.is_foreign]


def triangle(grid: Grid, on: dt.date) -> Triangle:
    """Everything of a grid's page."""
    memberships = list(
        GridCommunity.objects.filter(grid=grid).select_related("community__street").order_by("community__code")
    )
    active = [membership for membership in memberships if on in membership.period]
    counts = household_counts(membership.community_id for membership in active)
    members = [
        Member(
            membership=membership,
            households=counts.get(membership.community_id, 0),
            is_foreign=membership.community.sub_bureau_id != grid.sub_bureau_id,
        )
        for membership in active
    ]
    return Triangle(
        grid=grid,
        team=team_row(grid, on),
        members=sorted(members, key=lambda member: -member.households),
        band=band_of(sum(member.households for member in members)),
        waivers=list(GridWaiver.objects.filter(grid=grid, period__contains=on)),
        history=sorted(
            (membership for membership in memberships if on not in membership.period),
            key=lambda membership: membership.period.lower,
            reverse=True,
        ),
        former=sorted(
            (posting for posting in grid.postings.all() if on not in posting.period),
            key=lambda posting: posting.period.lower,
            reverse=True,
        ),
    )


def grid_with_people(scope: Scope) -> QuerySet[Grid]:
    """Grids of the scope with all that a grid's page reads of people and places."""
    return (
        Grid.objects.within(scope)
        .select_related("branch", "sub_bureau", "hall__street", "fallback_hall")
        .prefetch_related(Prefetch("postings", Posting.objects.select_related("manager")), "team_waivers")
    )


def neighbours(grid: Grid, on: dt.date) -> QuerySet[GridCommunity]:
    """Communities of the other grids of the same branch on a day, those with a position."""
    return (
        GridCommunity.objects.active_on(on)
        .filter(grid__branch=grid.branch_id, community__lon__isnull=False, community__lat__isnull=False)
        .select_related("community", "grid")
    )


# One person --------------------------------------------------------------------------------------


def postings_of(manager: Manager) -> list[Posting]:
    """All postings of a person, newest first."""
    return sorted(
        manager.postings.select_related("grid__branch"), key=lambda posting: posting.period.lower, reverse=True
    )


def movable(grid: Grid) -> QuerySet[Community]:
    """Communities of the grid's branch, for the list of suggestions."""
    return Community.objects.filter(sub_bureau__branch=grid.branch_id)
