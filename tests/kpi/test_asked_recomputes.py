"""What asks for a recompute: a file that came in, and a person taken to another branch."""

import datetime as dt

import pytest
from django.db.backends.postgresql.psycopg_any import DateRange

from imports.models import Batch
from kpi.choices import MonthState, RunCause, RunStatus
from kpi.domain import recompute
from kpi.models import BranchMonth, Run, Score
from managers.models import Posting
from tests.factories.grids import GridFactory
from tests.factories.kpi import NOW, OCTOBER, BranchMonthFactory, recomputed
from tests.factories.managers import PostingFactory

SECOND = dt.timedelta(seconds=1)
LATER = NOW + 61 * SECOND
pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("of", "asked"),
    [({}, 2), ({"kind": "ratings"}, 2), ({"kind": "operators"}, 0)]
    + [({"changed_count": 0}, 0), ({"status": "failed"}, 0), ({"dry_run": True}, 0)],
)
def test_file_that_came_in_asks_for_the_months_that_still_move(of, asked):
    GridFactory()
    recomputed()
    file = {"kind": "acceptances", "status": "done", "changed_count": 3, "finished_at": NOW + SECOND}
    Batch.objects.create(**file | of)

    today = dt.date(2026, 11, 2)
    found = recompute.request_after_files(today=today, now=LATER)
    assert [run.cause for run in found] == [RunCause.LATE_FILE] * asked
    assert recompute.request_after_files(today=today, now=LATER + SECOND) == []


@pytest.mark.parametrize(("came", "asked"), [(NOW - SECOND, 0), (NOW, 2), (NOW + SECOND, 2)])
def test_file_that_came_in_with_the_last_request_may_have_been_missed_by_it(came, asked):
    GridFactory()
    recomputed()
    Batch.objects.create(kind="ratings", status="done", new_count=1, finished_at=came)
    assert len(recompute.request_after_files(today=dt.date(2026, 11, 2), now=LATER)) == asked


@pytest.mark.parametrize("place", [0, 1], ids=["the branch left", "the branch come to"])
def test_person_taken_to_another_branch_afterwards_is_shown_in_one(place):
    grids = [GridFactory(), GridFactory()]
    person = PostingFactory(grid=grids[0]).manager
    recomputed()
    assert [row.branch for row in Score.objects.current().filter(manager=person)] == [grids[0].branch]
    Posting.objects.filter(manager=person).update(grid=grids[1])

    recomputed(branch=grids[place].branch)
    asked = Run.objects.get(status=RunStatus.REQUESTED)
    assert asked.branch == grids[1 - place].branch
    recompute.run(asked.pk, now=NOW)
    assert [row.branch for row in Score.objects.current().filter(manager=person)] == [grids[1].branch]
    assert not Run.objects.filter(status=RunStatus.REQUESTED).exists()


def test_only_open_branches_that_share_a_person_who_moved_are_asked_for():
    come, left, told, lending, aside = (GridFactory() for _ in range(5))
    mover, shown, lent, later = (PostingFactory(grid=grid).manager for grid in (left, told, lending, aside))
    Posting.objects.filter(manager=lent).update(period=DateRange(dt.date(2026, 10, 9), None))
    PostingFactory(grid=come, manager=lent, period=DateRange(dt.date(2026, 10, 3), dt.date(2026, 10, 9)))
    Posting.objects.filter(manager=later).update(period=DateRange(dt.date(2026, 11, 1), None))
    PostingFactory(grid=come, manager=later, period=DateRange(dt.date(2026, 10, 1), dt.date(2026, 11, 1)))
    for month in (OCTOBER, OCTOBER.shift(1)):
        recomputed(month)
    BranchMonth.objects.filter(month=OCTOBER.first, branch=told.branch).update(state=MonthState.PUBLISHED)
    assert not Run.objects.filter(status=RunStatus.REQUESTED).exists()

    Posting.objects.filter(manager__in=[mover, shown]).update(grid=come)
    recomputed(branch=come.branch)
    assert [(run.branch, run.month) for run in Run.objects.filter(status=RunStatus.REQUESTED)] == [
        (left.branch, OCTOBER.first)
    ]


def test_branch_come_to_that_shows_nothing_yet_is_asked_for():
    left, come = GridFactory(), GridFactory()
    person = PostingFactory(grid=left).manager
    recomputed(branch=left.branch)
    BranchMonthFactory(branch=come.branch)
    Posting.objects.filter(manager=person).update(grid=come)
    recomputed(branch=left.branch)
    assert Run.objects.get(status=RunStatus.REQUESTED).branch == come.branch
