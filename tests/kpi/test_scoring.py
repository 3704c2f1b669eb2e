"""Single rules of the sums, each with a company small enough to do in one's head."""

import datetime as dt
from decimal import Decimal

import pytest

from kpi.models import ItemScore, Score
from tests.factories.acceptance import AcceptanceFactory
from tests.factories.customers import HouseholdFactory, SubscriptionFactory
from tests.factories.grids import GridCommunityFactory, GridFactory
from tests.factories.kpi import RatingFactory, TargetFactory, recomputed
from tests.factories.managers import PostingFactory

pytestmark = pytest.mark.django_db


def day(text: str) -> dt.date:
    return dt.date.fromisoformat(text)


def sell(grid, product: str, count: int) -> None:
    household = HouseholdFactory()
    AcceptanceFactory.create_batch(count, grid=grid, household=household, product_id=product)


def lines(grid, product: str, *, base: int, lost: int) -> None:
    home = HouseholdFactory(community=GridCommunityFactory(grid=grid).community)
    SubscriptionFactory.create_batch(base - lost, household=home, product_code=product)
    SubscriptionFactory.create_batch(lost, household=home, product_code=product, closed_on=day("2026-10-15"))


def items(**subject) -> dict[str, ItemScore]:
    return {item.code: item for item in ItemScore.objects.current().filter(**subject)}


def test_reference_case_gives_93_75():
    grid = GridFactory()
    person = PostingFactory(grid=grid).manager
    for code, product, sold in [("A", "FTTH", 9), ("B", "3G", 8), ("C", "3G_BUNDLE", 10)]:
        TargetFactory(grid=grid, code=code, value=10)
        sell(grid, product, sold)
    sell(grid, "2G_BUNDLE", 15)
    lines(grid, "FIXED_LINE", base=100, lost=1)
    lines(grid, "BROADBAND", base=200, lost=3)
    RatingFactory(manager=person, score=85)

    recomputed()

    expected = {"A": "90", "B": "80", "C": "100", "D": "3", "E": "99", "F": "98.5", "G": "85"}
    assert {code: item.score for code, item in items(grid=grid).items()} == {c: Decimal(s) for c, s in expected.items()}
    assert Score.objects.get(grid=grid).total == Decimal("93.75")
    assert Score.objects.get(manager=person).total == Decimal("93.75")
    assert sum(item.weighted for item in items(manager=person).values()) == Decimal("93.75")
