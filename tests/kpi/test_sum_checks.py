"""Every night kept sums are compared with the records; a difference is told, counted again and recomputed."""

import datetime as dt

import pytest

from kpi.choices import MonthState, RunCause
from kpi.domain import sum_checks
from kpi.models import Balance, BranchMonth, ItemScore, Loss, Run, SumCheck, Tally
from tests.factories.acceptance import AcceptanceFactory
from tests.factories.customers import HouseholdFactory, SubscriptionFactory
from tests.factories.grids import GridCommunityFactory, GridFactory
from tests.factories.kpi import NOW, OCTOBER, BranchMonthFactory, TargetFactory, recomputed

pytestmark = pytest.mark.django_db


@pytest.fixture
def grid():
    grid = GridFactory()
    TargetFactory(grid=grid, code="A", value=4)
    home = HouseholdFactory(community=GridCommunityFactory(grid=grid).community)
    AcceptanceFactory.create_batch(3, grid=grid, household=home)
    SubscriptionFactory.create_batch(3, household=home)
    SubscriptionFactory(household=home, closed_on=dt.date(2026, 10, 9))
    recomputed()
    return grid


def checked() -> SumCheck:
    return sum_checks.check(month=OCTOBER, now=NOW)


def test_sums_that_agree_are_noted(grid):
    found = checked()

    # a balance, a loss and a tally
    assert (found.compared, found.differing, found.example) == (3, 0, "")
    assert Run.objects.count() == 1


@pytest.mark.parametrize(
    ("model", "change", "example"),
    [
        (Balance, {"lines": 9}, "9 ≠ 4"),
        (Loss, {"lines": 2}, "2 ≠ 1"),
        (Tally, {"gained": 7}, "7 ≠ 3"),
    ],
)
def test_difference_is_told_counted_again_and_recomputed(grid, model, change, example):
    model.objects.update(**change)
    found = checked()

    assert found.differing == 1
    assert found.example.endswith(example)
    assert checked().differing == 0
    assert Run.objects.order_by("pk").last().cause == RunCause.NIGHTLY


def test_difference_in_a_closed_month_is_counted_again_but_not_recomputed(grid):
    BranchMonth.objects.update(state=MonthState.CLOSED)
    BranchMonthFactory(branch=grid.branch, month=dt.date(2026, 11, 1))  # (another month that is open)
    Tally.objects.update(gained=7)

    assert checked().differing == 1
    assert checked().differing == 0
    assert Run.objects.count() == 1


def test_first_three_differences_are_told(grid):
    home = HouseholdFactory(community=GridCommunityFactory(grid=grid).community)
    for product in ("3G", "CARD", "2G_BUNDLE"):
        AcceptanceFactory(grid=grid, household=home, product_id=product)
    recomputed()
    Tally.objects.update(gained=9)
    found = checked()

    assert (found.compared, found.differing, found.at) == (6, 4, NOW)
    assert found.example == "；".join(f"{grid.code} {p} 9 ≠ 1" for p in ("2G_BUNDLE", "3G", "CARD"))


def test_sums_counted_again_give_the_scores_of_the_records(grid):
    before = list(ItemScore.objects.current().filter(grid=grid).order_by("code").values_list("code", "score"))
    Tally.objects.update(gained=7)
    Balance.objects.update(lines=9)
    checked()
    recomputed()

    assert list(ItemScore.objects.current().filter(grid=grid).order_by("code").values_list("code", "score")) == before


def test_night_checks_the_month_and_the_one_before(grid):
    found = sum_checks.check_moving(today=dt.date(2026, 11, 2), now=NOW)

    assert [row.month for row in found] == [dt.date(2026, 10, 1), dt.date(2026, 11, 1)]
