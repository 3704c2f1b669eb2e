"""Roundabout ways past a closed month, and people whom another branch scores."""

from decimal import Decimal

import pytest
from django.db import IntegrityError, connection, transaction

from core.periods import local_day
from kpi.choices import RatingItem
from kpi.domain import months, ratings
from kpi.domain.sheets import SheetRefused
from kpi.models import Rating
from tests.factories.accounts import UserFactory
from tests.factories.grids import BranchFactory, GridFactory
from tests.factories.kpi import NOW, OCTOBER, RatingFactory, TargetFactory, recomputed
from tests.factories.managers import ManagerFactory, PostingFactory

pytestmark = pytest.mark.django_db


def ready_grid(**fields):
    """A grid with targets and one rated member."""
    grid = GridFactory(**fields)
    RatingFactory(manager=PostingFactory(grid=grid).manager)
    for code in "ABC":
        TargetFactory(grid=grid, code=code, value=10)
    return grid


def closed(branch) -> None:
    months.publish(branch=branch, month=OCTOBER, by=None, now=NOW)
    months.close(branch=branch, month=OCTOBER, by=None, now=NOW, today=local_day(NOW))


@pytest.mark.parametrize(
    "statement",
    [
        "TRUNCATE kpi_score",
        "TRUNCATE kpi_target",
        "TRUNCATE kpi_rating",
        "TRUNCATE kpi_branchmonth",
        "UPDATE kpi_run SET scheme_id = NULL",
        "DELETE FROM kpi_run",
        "UPDATE kpi_score SET month = month",
    ],
)
def test_closed_month_withstands_statements_that_name_no_row(statement):
    closed_and_refused(statement, "kpi_month_closed")


def test_closed_month_withstands_scores_moved_to_another_month():
    """Their run, which is of the closed month, says no before the month does."""
    closed_and_refused("UPDATE kpi_score SET month = '2026-09-01'", "kpi_score_unknown_run")


def closed_and_refused(statement, refusal):
    grid = ready_grid()
    recomputed()
    closed(grid.branch)

    with pytest.raises(IntegrityError, match=refusal), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(statement)


def lent_person():
    """A person of one branch who served the grid of another all month, and both branches' grids."""
    home, away = ready_grid(), ready_grid(branch=BranchFactory())
    person = ManagerFactory(branch=home.branch)
    PostingFactory(manager=person, grid=away)
    return home, away, person


def rate(person) -> int:
    cell = ratings.Rated(manager=person, item=RatingItem.PUBLICITY, score=Decimal(70))
    return ratings.rate(month=OCTOBER, rated=[cell], by=UserFactory())


def test_person_scored_by_another_branch_is_rated_while_that_branch_is_open():
    home, away, person = lent_person()
    recomputed()
    closed(home.branch)

    assert rate(person) == 1
    recomputed()
    closed(away.branch)


def test_person_scored_by_another_branch_keeps_the_rating_of_its_closed_month():
    _home, away, person = lent_person()
    RatingFactory(manager=person, item=RatingItem.PUBLICITY, score=60)
    recomputed()
    closed(away.branch)

    with pytest.raises(SheetRefused, match="已审定"):
        rate(person)
    with pytest.raises(IntegrityError, match="kpi_month_closed"), transaction.atomic():
        Rating.objects.filter(manager=person).update(score=100)
    assert Rating.objects.get(manager=person).score == Decimal(60)
