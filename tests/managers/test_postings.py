"""One grid at a time, dated, with refusals in words."""

import datetime as dt

import pytest
from django.db import IntegrityError, transaction

from managers.choices import Duty
from managers.domain import postings
from managers.models import Posting
from tests.factories.grids import BranchFactory, GridFactory
from tests.factories.managers import ManagerFactory, PostingFactory
from tests.factories.periods import period

pytestmark = pytest.mark.django_db

DAY = dt.date(2026, 10, 16)


def _periods(manager) -> list[tuple[str, dt.date, dt.date | None]]:
    rows = Posting.objects.filter(manager=manager).order_by("period")
    return [(row.grid.code, row.period.lower, row.period.upper) for row in rows]


def test_move_mid_month_ends_the_old_where_the_new_begins() -> None:
    branch = BranchFactory()
    old, new = GridFactory(code="G1", branch=branch), GridFactory(code="G2", branch=branch)
    manager = PostingFactory(grid=old).manager
    postings.move(manager=manager, grid=new, duty=Duty.HALL, on=DAY)
    assert _periods(manager) == [("G1", dt.date(2020, 1, 1), DAY), ("G2", DAY, None)]


def test_move_to_the_same_grid_and_duty_is_refused() -> None:
    posting = PostingFactory()
    with pytest.raises(postings.CannotPost) as refused:
        postings.move(manager=posting.manager, grid=posting.grid, duty=posting.duty, on=DAY)
    assert refused.value.field == "grid"


def test_move_changes_duty_in_the_same_grid() -> None:
    posting = PostingFactory(duty=Duty.FIELD)
    postings.move(manager=posting.manager, grid=posting.grid, duty=Duty.HALL, on=DAY)
    assert [row.duty for row in Posting.objects.order_by("period")] == ["field", "hall"]


def test_post_refuses_a_second_grid_and_names_the_first() -> None:
    first = PostingFactory(grid__name="王顶堤-01")
    second = GridFactory(branch=first.grid.branch)
    with pytest.raises(postings.CannotPost) as refused:
        postings.post(manager=first.manager, grid=second, duty=Duty.FIELD, since=DAY)
    assert "2020-01-01" in str(refused.value)
    assert "王顶堤-01" in str(refused.value)


def test_post_may_begin_the_day_the_other_ends() -> None:
    first = PostingFactory(period=period("2026-01-01", DAY))
    second = GridFactory(branch=first.grid.branch)
    postings.post(manager=first.manager, grid=second, duty=Duty.FIELD, since=DAY)
    assert Posting.objects.active_on(DAY).get().grid == second


def test_post_refuses_another_branch_and_a_grid_not_in_force() -> None:
    manager = ManagerFactory()
    with pytest.raises(postings.CannotPost):
        postings.post(manager=manager, grid=GridFactory(), duty=Duty.FIELD, since=DAY)
    closed = GridFactory(branch=manager.branch, period=period("2020-01-01", "2026-01-01"))
    with pytest.raises(postings.CannotPost) as refused:
        postings.post(manager=manager, grid=closed, duty=Duty.FIELD, since=DAY)
    assert refused.value.field == "since"


@pytest.mark.parametrize("day", [dt.date(2019, 1, 1), dt.date(2020, 1, 1), dt.date(2026, 12, 1), dt.date(2027, 1, 1)])
def test_end_refuses_a_day_that_leaves_nothing_or_changes_nothing(day: dt.date) -> None:
    posting = PostingFactory(period=period("2020-01-01", "2026-12-01"))
    with pytest.raises(postings.CannotPost):
        postings.end(posting=posting, on=day)


def test_end_loses_to_somebody_who_changed_it_first() -> None:
    posting = PostingFactory()
    postings.end(posting=Posting.objects.get(), on=DAY)
    with pytest.raises(postings.CannotPost):
        postings.end(posting=posting, on=dt.date(2026, 11, 1))


def test_database_refuses_two_grids_on_one_day() -> None:
    first = PostingFactory()
    with pytest.raises(IntegrityError), transaction.atomic():
        PostingFactory(manager=first.manager, grid=GridFactory(branch=first.grid.branch))
