"""Reads of the pages of community channels and of the two catalogues."""

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.db.models import Count, OuterRef, Prefetch, Q, QuerySet, Subquery

from acceptance.choices import Catalogue, PermissionStep
from acceptance.models import ChannelMapping, ChannelPermission, ChannelPlace, CommunityChannel
from accounts.scope import Scope
from grids.models import Grid, GridCommunity

STEPS = list(PermissionStep)
NONE, ENDED = "none", "ended"


@dataclass(frozen=True, slots=True)
class ChannelRow:
    """A community channel with what is open of it, in the order of the steps, and its grid of today."""

    channel: CommunityChannel
    held: list[ChannelPermission]
    grid: Grid | None

    @property
    def steps(self) -> list[tuple[PermissionStep, ChannelPermission | None]]:
        by_step = {permission.step: permission for permission in self.held}
        return [(step, by_step.get(step)) for step in STEPS]

    @property
    def last(self) -> ChannelPermission | None:
        return self.held[-1] if self.held else None


@dataclass(frozen=True, slots=True)
class Reach:
    """How far the channels of a scope have come: working together, holding each step, holding none, ended."""

    working: int
    steps: Mapping[str, int]
    none: int
    ended: int


def reach(scope: Scope) -> Reach:
    """Two queries."""
    channels = CommunityChannel.objects.within(scope)
    counts = channels.aggregate(
        working=Count("pk", filter=Q(ended_on=None)), ended=Count("pk", filter=Q(ended_on__isnull=False))
    )
    held = ChannelPermission.objects.filter(channel__in=channels, withdrawn_on=None)
    steps = Counter(held.values_list("step", flat=True))
    return Reach(
        counts["working"],
        {step.value: steps[step] for step in STEPS},
        counts["working"] - steps[STEPS[0]],
        counts["ended"],
    )


def channels(scope: Scope, query: Mapping[str, str], on: dt.date) -> QuerySet[CommunityChannel]:
    """The channels asked for by words, kind, branch, grid and how far they have come, by number."""
    found = CommunityChannel.objects.within(scope).filter(ended_on__isnull=query.get("step") != ENDED)
    for word in query.get("text", "").split():
        found = found.filter(Q(name__icontains=word) | Q(community__name__icontains=word) | Q(address__icontains=word))
    for name, path in (("kind", "kind"), ("branch", "community__sub_bureau__branch__code")):
        if query.get(name):
            found = found.filter(**{path: query[name]})
    if query.get("grid"):
        held = GridCommunity.objects.active_on(on).filter(grid__code=query["grid"])
        found = found.filter(community__in=held.values("community_id"))
    return _at_step(found, query.get("step", "")).order_by("pk")


def _at_step(found: QuerySet[CommunityChannel], step: str) -> QuerySet[CommunityChannel]:
    """Those whose highest open step is this one."""
    is_open = ChannelPermission.objects.filter(withdrawn_on=None)
    if step == NONE:
        return found.exclude(permissions__in=is_open)
    if step in PermissionStep.values:
        higher = STEPS[STEPS.index(PermissionStep(step)) + 1 :]
        found = found.filter(permissions__in=is_open.filter(step=step))
        return found.exclude(permissions__in=is_open.filter(step__in=higher))
    return found


def told(found: QuerySet[CommunityChannel], on: dt.date) -> QuerySet[CommunityChannel]:
    """With all that a row shows: four queries for any number."""
    grid = GridCommunity.objects.active_on(on).filter(community=OuterRef("community"))
    held = ChannelPermission.objects.filter(withdrawn_on=None).order_by("pk")
    return (
        found.select_related("community__sub_bureau__branch", "community__street")
        .annotate(grid_now=Subquery(grid.values("grid_id")[:1]))
        .prefetch_related(Prefetch("permissions", held, to_attr="held"))
    )


def rows(page: Iterable[CommunityChannel]) -> list[ChannelRow]:
    """Rows of channels that `told` has read."""
    known = list(page)
    grids = Grid.objects.in_bulk({channel.grid_now for channel in known if channel.grid_now})  # type: ignore[attr-defined]
    order = {step.value: place for place, step in enumerate(STEPS)}
    return [
        ChannelRow(
            channel,
            sorted(channel.held, key=lambda permission: order[permission.step]),  # type: ignore[attr-defined]
            grids.get(channel.grid_now),  # type: ignore[attr-defined]
        )
        for channel in known
    ]


def history(channel: CommunityChannel) -> list[ChannelPermission]:
    """Every step that was ever opened, the newest first."""
    return list(channel.permissions.select_related("opened_by", "withdrawn_by").order_by("-opened_on", "-pk"))


# The two catalogues -------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Way:
    """One channel of today with its place in the plan on a day; a side without a channel is None."""

    now: ChannelPlace | None
    mapping: ChannelMapping | None
    planned: ChannelPlace | None


def ways(on: dt.date) -> list[Way]:
    """How each channel goes from today's catalogue to the plan on a day, those new in the plan last. Two queries."""
    places = list(ChannelPlace.objects.active_on(on).select_related("channel").order_by("channel__position"))
    now = [place for place in places if place.catalogue == Catalogue.CURRENT]
    planned = {place.channel_id: place for place in places if place.catalogue == Catalogue.TARGET}
    mapped = {mapping.source_id: mapping for mapping in ChannelMapping.objects.active_on(on)}
    found = []
    for place in now:
        mapping = mapped.get(place.channel_id)
        found.append(Way(place, mapping, planned.get(mapping.target_id) if mapping else None))
    reached = {way.planned.channel_id for way in found if way.planned}
    return found + [Way(None, None, place) for code, place in planned.items() if code not in reached]


@dataclass(frozen=True, slots=True)
class Change:
    """A row of a catalogue, or a way between them, with its days."""

    what: str
    place: ChannelPlace | None
    mapping: ChannelMapping | None

    @property
    def row(self) -> ChannelPlace | ChannelMapping:
        found = self.place or self.mapping
        assert found
        return found


def changes() -> list[Change]:
    """Everything both catalogues ever said, the newest first."""
    places = ChannelPlace.objects.select_related("channel")
    mappings = ChannelMapping.objects.select_related("source", "target")
    found = [Change(place.catalogue, place, None) for place in places]
    found += [Change("mapping", None, mapping) for mapping in mappings]
    return sorted(found, key=lambda change: (change.row.valid_from, change.row.pk), reverse=True)
