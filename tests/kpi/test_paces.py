"""Progress against time: where a grid should be today, and what a day has to bring."""

import datetime as dt
from decimal import Decimal

import pytest
from django.urls import reverse

from kpi.domain import schemes
from kpi.models import Balance
from kpi.queries.paces import Pace, paces, together
from kpi.queries.weights import weights_of
from tests.factories.acceptance import AcceptanceFactory
from tests.factories.accounts import user_of_branch, user_of_manager
from tests.factories.customers import HouseholdFactory, SubscriptionFactory
from tests.factories.grids import GridCommunityFactory, GridFactory
from tests.factories.kpi import OCTOBER, TargetFactory
from tests.factories.managers import PostingFactory

pytestmark = pytest.mark.django_db


def rule():
    return schemes.in_force(OCTOBER).indicators.get(code="A")


def won(grid, day: int, month: int = 10, **fields):
    return AcceptanceFactory(grid=grid, accepted_on=dt.date(2026, month, day), product_id="FTTH", **fields)


def pace(net: int, target: int | None, day: int = 10, days: int = 30) -> Pace:
    return Pace("网格", "G1", net, None if target is None else Decimal(target), day, days)


@pytest.mark.parametrize(
    ("found", "expected", "ahead", "daily", "late"),
    [
        (pace(20, 90), Decimal("30.0"), Decimal("-10.0"), Decimal("3.5"), True),
        (pace(40, 90), Decimal("30.0"), Decimal("10.0"), Decimal("2.5"), False),
        (pace(90, 90), Decimal("30.0"), Decimal("60.0"), Decimal("0.0"), False),
        (pace(-5, 90), Decimal("30.0"), Decimal("-35.0"), Decimal("4.8"), True),
        (pace(80, 90, day=30), Decimal("90.0"), Decimal("-10.0"), None, True),
        (pace(5, None), None, None, None, False),
    ],
)
def test_pace_is_linear_over_calendar_days(found, expected, ahead, daily, late) -> None:
    assert (found.expected, found.ahead, found.daily, found.is_late) == (expected, ahead, daily, late)


def test_today_counts_and_the_furthest_behind_comes_first() -> None:
    slow, fast, unset = (GridFactory(code=code) for code in ("G1", "G2", "G3"))
    for grid in (slow, fast):
        TargetFactory(grid=grid, value=31)
    for day in (1, 10, 11):
        won(fast, day)
    won(slow, 10)
    won(slow, 2, month=9, cancelled_on=dt.date(2026, 10, 5))
    rows = paces(OCTOBER, dt.date(2026, 10, 10), [unset, fast, slow], rule())
    assert [(row.code, row.net, row.target) for row in rows] == [("G1", 0, 31), ("G2", 2, 31), ("G3", 0, None)]
    whole = together(rows, "全公司")
    assert whole is not None
    assert (whole.net, whole.target, whole.day, whole.days) == (2, 62, 10, 31)


def test_exempt_grid_stands_apart_from_the_sum() -> None:
    grid = GridFactory()
    TargetFactory(grid=grid, value=50, is_exempt=True, reason="搬迁")
    rows = paces(OCTOBER, dt.date(2026, 10, 10), [grid], rule())
    assert (rows[0].target, rows[0].is_exempt) == (None, True)
    assert together(rows, "全公司") is None


def test_manager_sees_the_pace_of_the_own_grid_only(client) -> None:
    own, other = PostingFactory(), GridFactory()
    client.force_login(user_of_manager(own.manager))
    page = client.get(f"{reverse('kpi:progress')}?month=2026-10").content.decode()
    assert own.grid.name in page
    assert other.name not in page


def test_page_says_the_day_of_the_month(client) -> None:
    grid = GridFactory()
    TargetFactory(grid=grid, value=31)
    client.force_login(user_of_branch(grid.branch))
    assert "第 31 天，共 31 天" in client.get(f"{reverse('kpi:progress')}?month=2026-10").content.decode()


def test_weights_count_homes_gaps_and_three_months() -> None:
    grid = GridFactory(code="G1")
    community = GridCommunityFactory(grid=grid).community
    homes = [HouseholdFactory(community=community) for _n in range(3)]
    SubscriptionFactory(household=homes[0], product_code="FTTH", opened_on=dt.date(2026, 9, 1), closed_on=None)
    SubscriptionFactory(
        household=homes[1], product_code="FTTH", opened_on=dt.date(2026, 9, 1), closed_on=dt.date(2026, 10, 1)
    )
    won(grid, 1, month=7)
    won(grid, 30, month=9)
    won(grid, 30, month=6)
    won(grid, 1, month=10)
    found = {
        by: weights_of(by, month=OCTOBER, today=dt.date(2026, 10, 20), grids=[grid], rules=[rule()])["A"]
        for by in ("households", "recent", "gap")
    }
    assert found == {"households": {"G1": 3}, "recent": {"G1": 2}, "gap": {"G1": 2}}


def test_gap_is_read_from_the_balance_where_there_is_one() -> None:
    grid = GridFactory(code="G1")
    community = GridCommunityFactory(grid=grid).community
    for _n in range(5):
        HouseholdFactory(community=community)
    for month, lines in ((dt.date(2026, 9, 1), 1), (OCTOBER.first, 2), (dt.date(2026, 11, 1), 4)):
        Balance.objects.create(month=month, community=community, product_code="FTTH", lines=lines)
    found = weights_of("gap", month=OCTOBER, today=dt.date(2026, 11, 20), grids=[grid], rules=[rule()])
    assert found == {"A": {"G1": 3}}
