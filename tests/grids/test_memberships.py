"""A community is in at most one grid on any date."""

import datetime as dt

import pytest
from django.db import IntegrityError, connection, transaction

from grids.choices import WaiverKind
from grids.domain import memberships, waivers
from grids.models import GridCommunity, GridWaiver
from tests.factories.grids import CommunityFactory, GridCommunityFactory, GridFactory
from tests.factories.periods import period

pytestmark = pytest.mark.django_db

DAY = dt.date(2026, 12, 1)


def test_assign_moves_from_a_day_and_keeps_the_days_before() -> None:
    old = GridCommunityFactory()
    new = GridFactory(sub_bureau=old.grid.sub_bureau)
    memberships.assign(community=old.community, grid=new, on=DAY)
    rows = GridCommunity.objects.order_by("period")
    assert [(row.grid_id, row.period.lower, row.period.upper) for row in rows] == [
        (old.grid_id, dt.date(2020, 1, 1), DAY),
        (new.pk, DAY, None),
    ]


def test_assign_takes_a_community_that_has_no_grid_yet() -> None:
    grid = GridFactory()
    community = CommunityFactory(sub_bureau=grid.sub_bureau)
    assert memberships.assign(community=community, grid=grid, on=DAY).period.lower == DAY


def test_assign_refuses_the_grid_it_is_in() -> None:
    membership = GridCommunityFactory()
    with pytest.raises(memberships.CannotMove) as refused:
        memberships.assign(community=membership.community, grid=membership.grid, on=DAY)
    assert refused.value.field == "grid"


def test_assign_refuses_when_a_later_move_is_planned() -> None:
    old = GridCommunityFactory(period=period("2020-01-01", "2027-01-01"))
    GridCommunityFactory(grid=GridFactory(name="华苑-02"), community=old.community, period=period("2027-01-01"))
    with pytest.raises(memberships.CannotMove) as refused:
        memberships.assign(community=old.community, grid=GridFactory(sub_bureau=old.grid.sub_bureau), on=DAY)
    assert "2027-01-01" in str(refused.value)
    assert "华苑-02" in str(refused.value)


def test_assign_refuses_another_branch_and_the_first_day() -> None:
    membership = GridCommunityFactory()
    with pytest.raises(memberships.CannotMove):
        memberships.assign(community=membership.community, grid=GridFactory(), on=DAY)
    near = GridFactory(sub_bureau=membership.grid.sub_bureau)
    with pytest.raises(memberships.CannotMove) as refused:
        memberships.assign(community=membership.community, grid=near, on=dt.date(2020, 1, 1))
    assert refused.value.field == "on"


def test_assign_across_sub_bureaus_wants_a_reason_and_keeps_it() -> None:
    membership = GridCommunityFactory()
    other = GridFactory(branch=membership.grid.branch)
    with pytest.raises(memberships.SplitReasonMissing) as refused:
        memberships.assign(community=membership.community, grid=other, on=DAY)
    assert refused.value.field == "reason"
    memberships.assign(community=membership.community, grid=other, on=DAY, reason="同一物业")
    waiver = GridWaiver.objects.get()
    assert (waiver.grid, waiver.kind, waiver.reason) == (other, WaiverKind.SPLIT_BUREAU, "同一物业")


def test_waive_refuses_without_reason_and_twice() -> None:
    grid = GridFactory()
    with pytest.raises(waivers.CannotWaive):
        waivers.waive(grid=grid, kind=WaiverKind.BAND, since=DAY, until=None, reason="")
    waivers.waive(grid=grid, kind=WaiverKind.BAND, since=DAY, until=None, reason="新建小区")
    with pytest.raises(waivers.CannotWaive):
        waivers.waive(grid=grid, kind=WaiverKind.BAND, since=DAY, until=None, reason="新建小区")


def test_database_refuses_two_grids_on_one_day() -> None:
    membership = GridCommunityFactory()
    with pytest.raises(IntegrityError), transaction.atomic():
        GridCommunityFactory(community=membership.community)
        connection.check_constraints()
