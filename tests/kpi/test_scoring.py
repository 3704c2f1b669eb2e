"""Single rules of the sums, each with a company small enough to do in one's head."""

import datetime as dt
from decimal import Decimal

import pytest

from kpi.choices import MonthState
from kpi.domain import schemes, scoring
from kpi.models import BranchMonth, ItemScore, Score
from tests.factories.acceptance import AcceptanceFactory
from tests.factories.customers import HouseholdFactory, SubscriptionFactory
from tests.factories.grids import GridCommunityFactory, GridFactory
from tests.factories.kpi import OCTOBER, BranchMonthFactory, RatingFactory, TargetFactory, recomputed
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


def test_sheet_with_nothing_assessed_makes_nothing():
    """Not even a weight is left to spread, and nothing is divided by none of it."""
    grid = GridFactory()
    person = PostingFactory(grid=grid).manager
    rating = schemes.in_force(OCTOBER).indicators.filter(code="G")
    rating.update(measure="completion", level="grid", products=["CARD"])
    for code in "ABCDEFG":
        TargetFactory(grid=grid, code=code, is_exempt=True, reason="停电改造")

    recomputed()

    for subject in ({"grid": grid}, {"manager": person}):
        assert {(item.status, item.weight, item.weighted) for item in items(**subject).values()} == {("exempt", 0, 0)}
        score = Score.objects.get(**subject)
        assert (score.total, score.is_provisional, score.rank_in_branch) == (Decimal("0.00"), False, 1)


def test_run_counts_its_grids_and_people():
    grid = GridFactory()
    PostingFactory.create_batch(3, grid=grid)
    PostingFactory(grid=GridFactory(branch=grid.branch))

    run = recomputed()

    assert (run.grid_count, run.person_count) == (2, 4)


def test_steps_are_told_as_they_begin():
    run = recomputed()
    told: list[str] = []
    assert run.scheme_id
    scoring.score(run_id=run.pk, month=OCTOBER, scheme_id=run.scheme_id, branches=[], progress=told.append)
    assert told == ["balances", "items", "scores"]
    assert len(told) == scoring.STEPS


def test_recompute_of_one_branch_shows_that_branch_alone():
    """And keeps the state of what is no longer open, even when it is asked for all."""
    here, there, published = (GridFactory().branch for _ in range(3))
    full = recomputed()
    BranchMonth.objects.filter(branch=published).update(state=MonthState.PUBLISHED)
    BranchMonthFactory(branch=here, month=day("2026-09-01"))
    alone = recomputed(branch=here)

    def shown() -> dict[int, tuple[int, str]]:
        months = BranchMonth.objects.filter(month=OCTOBER.first)
        return {month.branch_id: (month.current_run_id, month.state) for month in months}

    assert shown() == {
        here.pk: (alone.pk, "trial"),
        there.pk: (full.pk, "trial"),
        published.pk: (full.pk, "published"),
    }
    again = recomputed()
    assert shown() == {
        here.pk: (again.pk, "trial"),
        there.pk: (again.pk, "trial"),
        published.pk: (full.pk, "published"),
    }
    assert BranchMonth.objects.get(month=day("2026-09-01")).current_run is None


@pytest.mark.parametrize(("kept", "total"), [("G", 85), ("A", 90)])
def test_scheme_of_one_item_gives_that_item(kept, total):
    grid = GridFactory()
    person = PostingFactory(grid=grid).manager
    TargetFactory(grid=grid, code="A", value=10)
    sell(grid, "FTTH", 9)
    RatingFactory(manager=person, score=85)
    indicators = schemes.in_force(OCTOBER).indicators
    indicators.exclude(code=kept).delete()
    indicators.update(weight=100)

    recomputed()

    for subject in ({"grid": grid}, {"manager": person}):
        assert Score.objects.get(**subject).total == total
        assert {code: item.weight for code, item in items(**subject).items()} == {kept: 100}


@pytest.mark.parametrize(
    ("weights", "total"),
    [
        ({"A": 99, "G": 1}, "89.95"),
        ({"A": 1, "G": 99}, "85.05"),
        ({"A": 99, "E": 1}, "90.09"),
        ({"A": "0.5", "E": "0.5", "G": 99}, "85.10"),
    ],
)
def test_class_of_little_weight_counts_by_it(weights, total):
    grid = GridFactory()
    person = PostingFactory(grid=grid).manager
    TargetFactory(grid=grid, code="A", value=10)
    sell(grid, "FTTH", 9)
    lines(grid, "FIXED_LINE", base=100, lost=1)
    RatingFactory(manager=person, score=85)
    indicators = schemes.in_force(OCTOBER).indicators
    indicators.exclude(code__in=weights).delete()
    for code, weight in weights.items():
        indicators.filter(code=code).update(weight=Decimal(weight))

    recomputed()

    assert {score.total for score in Score.objects.all()} == {Decimal(total)}


def test_class_with_nothing_assessed_leaves_its_weight_to_the_others():
    """E, F and G weigh 10 each of the 30 that are left: (99 + 98.5 + 85) / 3."""
    grid = GridFactory()
    person = PostingFactory(grid=grid).manager
    for code in "ABCD":
        TargetFactory(grid=grid, code=code, is_exempt=True, reason="停电改造")
    lines(grid, "FIXED_LINE", base=100, lost=1)
    lines(grid, "BROADBAND", base=200, lost=3)
    RatingFactory(manager=person, score=85)

    recomputed()

    for subject in ({"grid": grid}, {"manager": person}):
        assert Score.objects.get(**subject).total == Decimal("94.17")
        weights = {code: item.weight for code, item in items(**subject).items() if item.weight}
        assert weights == dict.fromkeys("EFG", Decimal("33.333333"))
