"""Where two channels sell nearly all, and where two of them dealt with one household."""

import datetime as dt

import pytest
from django.test import Client
from django.urls import reverse

from acceptance.queries.rivalries import by_pair, concentrations, conflicts, overtaken
from accounts.scope import EVERYTHING, Scope
from core.periods import SHANGHAI, Month
from tests.factories.acceptance import AcceptanceFactory, SlipFactory, SlipLineFactory
from tests.factories.accounts import user_of_branch
from tests.factories.customers import HouseholdFactory
from tests.factories.grids import GridFactory

pytestmark = pytest.mark.django_db

OCTOBER = Month(2026, 10)


def sold(grid, **channels: int) -> None:
    for code, count in channels.items():
        for _one in range(count):
            AcceptanceFactory(grid=grid, channel_id=code)


def test_concentration_is_the_share_of_the_two_largest_and_the_sum_of_squares() -> None:
    few, spread, dense = (GridFactory() for _one in range(3))
    sold(few, own_hall=3)
    sold(spread, own_hall=10, community_manager=5, e_channel=5)
    sold(dense, own_hall=12, community_manager=6, e_channel=2)
    rows = concentrations(EVERYTHING, OCTOBER, None)
    assert [(row.grid, row.lines, row.top, row.index, row.is_concentrated) for row in rows] == [
        (dense, 20, 90.0, 4600, True),
        (spread, 20, 75.0, 3750, False),
        (few, 3, 100.0, 10000, False),
    ]
    assert [(share.code, share.per_cent) for share in rows[0].shares] == [
        ("own_hall", 60.0),
        ("community_manager", 30.0),
        ("e_channel", 10.0),
    ]


def test_concentration_counts_what_stands_of_the_business_and_month_asked_for() -> None:
    grid = GridFactory()
    AcceptanceFactory(grid=grid)
    AcceptanceFactory(grid=grid, product_id="FIXED_LINE")
    AcceptanceFactory(grid=grid, cancelled_on=dt.date(2026, 10, 9))
    AcceptanceFactory(grid=grid, accepted_on=dt.date(2026, 11, 1))
    (row,) = concentrations(EVERYTHING, OCTOBER, frozenset({"FTTH"}))
    assert row.lines == 1
    assert concentrations(Scope(), OCTOBER, None) == []


def test_conflict_is_two_channels_of_one_household_inside_thirty_days() -> None:
    home = HouseholdFactory()
    first = AcceptanceFactory(household=home, accepted_on=dt.date(2026, 9, 8), channel_id="e_channel")
    later = AcceptanceFactory(household=home, accepted_on=dt.date(2026, 10, 8), product_id="3G")
    (found,) = conflicts(EVERYTHING, OCTOBER)
    assert (found.earlier, found.later, found.days) == (first, later, 30)
    assert (found.is_same_product, found.pair) == (False, ("自有营业厅", "电子渠道"))
    assert by_pair([found]) == [(("自有营业厅", "电子渠道"), 1)]
    assert conflicts(EVERYTHING, Month(2026, 11)) == []


@pytest.mark.parametrize(
    "earlier",
    [
        {"accepted_on": dt.date(2026, 9, 7)},
        {"channel_id": "own_hall"},
        {"cancelled_on": dt.date(2026, 10, 7)},
        {"household": None},
    ],
)
def test_no_conflict_when_too_far_apart_alike_withdrawn_or_of_another_home(earlier: dict[str, object]) -> None:
    home = HouseholdFactory()
    given = {"household": home, "accepted_on": dt.date(2026, 10, 1), "channel_id": "e_channel"} | earlier
    AcceptanceFactory(**(given | {"household": given["household"] or HouseholdFactory()}))
    AcceptanceFactory(household=home, accepted_on=dt.date(2026, 10, 8))
    assert conflicts(EVERYTHING, OCTOBER) == []


def test_conflict_of_one_day_is_told_once_and_the_nearest_of_several() -> None:
    home = HouseholdFactory()
    AcceptanceFactory(household=home, accepted_on=dt.date(2026, 9, 20), channel_id="agent")
    near = AcceptanceFactory(household=home, channel_id="e_channel")
    later = AcceptanceFactory(household=home)
    found = conflicts(EVERYTHING, OCTOBER)
    assert [(one.earlier, one.later) for one in found if one.later == later] == [(near, later)]
    assert len(found) == 2


def test_slip_on_its_way_is_overtaken_by_another_channel_with_the_same_product() -> None:
    home = HouseholdFactory()
    slip = SlipFactory(household=home, submitted_at=dt.datetime(2026, 10, 8, 9, 30, tzinfo=SHANGHAI))
    SlipLineFactory(slip=slip, product_id="FTTH")
    AcceptanceFactory(household=home, product_id="3G", channel_id="e_channel")
    assert overtaken(EVERYTHING) == []
    order = AcceptanceFactory(household=home, product_id="FTTH", channel_id="e_channel")
    AcceptanceFactory(household=home, product_id="FTTH", channel_id="own_hall")
    assert [(one.slip, one.order) for one in overtaken(EVERYTHING)] == [(slip, order)]
    assert overtaken(Scope()) == []


def test_pages_list_the_grids_and_households_with_their_ways(client: Client) -> None:
    order = AcceptanceFactory()
    other = AcceptanceFactory(household=order.household, grid=order.grid, branch=order.branch, channel_id="e_channel")
    client.force_login(user_of_branch(order.branch))
    asked = {"month": "2026-10", "grid": order.grid.code}
    page = client.get(reverse("acceptance:channel_concentration"), asked)
    assert [row.grid for row in page.context["rows"]] == [order.grid]
    assert set(page.context["listed"]) == {order, other}
    page = client.get(reverse("acceptance:channel_conflicts"), {"month": "2026-10", "same": "product"})
    assert reverse("acceptance:household_card", args=[order.household.code]) in page.content.decode()
    assert [one.later for one in page.context["rows"]] == [other]
