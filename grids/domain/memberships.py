"""Which community belongs to which grid from which day on."""

import datetime as dt

from django.db import transaction
from django.db.backends.postgresql.psycopg_any import DateRange
from django.utils.translation import gettext_lazy as _

from core.refusals import Refusal
from grids.choices import WaiverKind
from grids.models import Community, Grid, GridCommunity, GridWaiver


class CannotMove(Refusal):
    """The community can't go to that grid on that day; the message says why."""


class SplitReasonMissing(Refusal):
    """A grid that takes in another sub-bureau's community wants a reason."""


def crosses_bureaus(community: Community, grid: Grid) -> bool:
    """Whether the grid would reach beyond its own sub-bureau."""
    return community.sub_bureau_id != grid.sub_bureau_id


@transaction.atomic
def assign(*, community: Community, grid: Grid, on: dt.date, reason: str = "") -> GridCommunity:
    """Put a community into a grid from a day on; it leaves the grid it was in on that day.

    Days before stay as they were, so that no published score moves. Raises CannotMove and SplitReasonMissing.
    """
    # One at a time: two planners moving the same community must see each other's work.
    community = Community.objects.select_for_update().select_related("sub_bureau").get(pk=community.pk)
    _refuse_misplaced(community, grid, on)
    current = GridCommunity.objects.active_on(on).filter(community=community).select_related("grid").first()
    _refuse_collision(community, grid, on, current)
    if crosses_bureaus(community, grid):
        _waive_split(grid, on, reason)
    if current:
        close(membership=current, on=on)
    return GridCommunity.objects.create(grid=grid, community=community, period=DateRange(on, None, "[)"))


def close(*, membership: GridCommunity, on: dt.date) -> None:
    """End a membership: `on` is the first day it no longer holds. Raises CannotMove when it would hold on no day."""
    if on <= membership.period.lower:
        raise CannotMove(
            _("这个社区 %(start)s 才进入现在的网格，生效日期要晚于这一天。") % {"start": membership.period.lower},
            field="on",
        )
    GridCommunity.objects.filter(pk=membership.pk).update(period=DateRange(membership.period.lower, on, "[)"))


def _refuse_misplaced(community: Community, grid: Grid, on: dt.date) -> None:
    if community.sub_bureau.branch_id != grid.branch_id:
        raise CannotMove(_("%(community)s属于另一家分公司，不能划入%(grid)s。") % _names(community, grid), field="grid")
    if not Grid.objects.active_on(on).filter(pk=grid.pk).exists():
        raise CannotMove(_("%(grid)s在 %(on)s 不是有效网格。") % {"grid": grid, "on": on}, field="on")


def _refuse_collision(community: Community, grid: Grid, on: dt.date, current: GridCommunity | None) -> None:
    if current and current.grid_id == grid.pk:
        raise CannotMove(_("%(community)s在 %(on)s 已经属于%(grid)s。") % _names(community, grid, on), field="grid")
    later = (
        GridCommunity.objects.filter(community=community, period__startswith__gt=on)
        .select_related("grid")
        .order_by("period")
        .first()
    )
    if later:
        raise CannotMove(
            _("%(community)s已排定 %(day)s 划入%(other)s，一个社区同一天只能在一个网格。请先撤掉那次调整。")
            % {"community": community, "day": later.period.lower, "other": later.grid},
            field="on",
        )


def _waive_split(grid: Grid, on: dt.date, reason: str) -> None:
    waived = GridWaiver.objects.filter(grid=grid, kind=WaiverKind.SPLIT_BUREAU)
    if waived.filter(period__contains=on).exists():
        return
    if not reason.strip():
        raise SplitReasonMissing(_("这个社区属于另一个分局，跨分局请写理由。"), field="reason")
    later = waived.filter(period__startswith__gt=on).order_by("period").first()
    until = later.period.lower if later else None
    GridWaiver.objects.create(
        grid=grid, kind=WaiverKind.SPLIT_BUREAU, period=DateRange(on, until, "[)"), reason=reason.strip()[:200]
    )


def _names(community: Community, grid: Grid, on: dt.date | None = None) -> dict[str, object]:
    return {"community": community, "grid": grid, "on": on}
