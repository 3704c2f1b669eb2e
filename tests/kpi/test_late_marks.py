"""What late records leave as it is: other months, runs and branches, and sums that nobody kept."""

import datetime as dt

import pytest

from core import sql
from kpi.choices import MonthState, RunCause, RunStatus
from kpi.domain import recompute
from kpi.models import Balance, BranchMonth, ItemScore, Loss, Run, Score, Tally, TouchedGrid
from tests.factories.acceptance import AcceptanceFactory
from tests.factories.customers import HouseholdFactory, SubscriptionFactory
from tests.factories.grids import GridFactory
from tests.factories.kpi import NOW, OCTOBER, BranchMonthFactory, RunFactory, TargetFactory, recomputed
from tests.kpi.test_late_records import LATER, company, rescored

pytestmark = pytest.mark.django_db
SEPTEMBER, NOVEMBER = OCTOBER.shift(-1), OCTOBER.shift(1)


def late(grid, day: dt.date = OCTOBER.first) -> None:
    AcceptanceFactory(grid=grid, accepted_on=day)


def notes() -> list[tuple]:
    """The rows of late records in the list of runs."""
    rows = Run.objects.filter(cause=RunCause.LATE_RECORD).order_by("pk")
    return list(rows.values_list("month", "branch", "grid_count", "person_count", "attempts"))


def revisions(**of) -> list[int]:
    return list(BranchMonth.objects.filter(**of).order_by("branch", "month").values_list("revision", flat=True))


def test_branch_that_is_only_read_keeps_its_revision():
    """Who is scored in the second branch served in the first, too: its grid is worked out for them, and stays."""
    grids = company(branches=2, grids=1)
    recomputed()
    late(grids[1])
    rescored()

    assert revisions() == [0, 1]
    assert notes() == [(OCTOBER.first, None, 1, 2, 1)]


def test_late_records_are_noted_by_generation():
    first, second, third = company(branches=3, grids=1)
    recomputed()
    recomputed(branch=third.branch)
    late(second)
    rescored()
    assert notes() == [(OCTOBER.first, None, 1, 1, 1)]

    late(third)
    rescored()
    late(second)
    rescored()
    assert notes() == [(OCTOBER.first, None, 2, 2, 2), (OCTOBER.first, third.branch_id, 1, 2, 1)]
    assert revisions() == [0, 2, 1]


def test_late_records_are_noted_by_month():
    grid, *_others = company(branches=2, grids=1)
    for month in (OCTOBER, NOVEMBER):
        recomputed(month)
    waiting = recompute.request(month=OCTOBER, cause=RunCause.MANUAL, now=NOW)
    for month in (OCTOBER, NOVEMBER):
        late(grid, month.first)
    assert rescored() == 2
    recomputed(NOVEMBER)
    late(grid, NOVEMBER.first)
    rescored()

    assert [(month, grids, times) for month, _branch, grids, _people, times in notes()] == [
        (OCTOBER.first, 1, 1),
        (NOVEMBER.first, 1, 1),
        (NOVEMBER.first, 1, 1),
    ]
    assert revisions(branch=grid.branch) == [1, 2]
    waiting.refresh_from_db()
    assert (waiting.status, waiting.attempts, waiting.grid_count) == (RunStatus.REQUESTED, 0, 0)


def test_note_of_late_records_tells_of_no_step():
    grid, *_others = company()
    recomputed()
    late(grid)
    rescored()
    note = Run.objects.get(cause=RunCause.LATE_RECORD)
    assert (note.step, note.steps_done, note.steps_total, note.error) == ("", 0, 0, "")


def test_months_held_for_late_records_are_open_and_show_scores():
    shown, published, unscored = (
        BranchMonthFactory(state=state, current_run=run)
        for state, run in [
            (MonthState.TRIAL, RunFactory(status=RunStatus.DONE)),
            (MonthState.PUBLISHED, RunFactory(status=RunStatus.DONE)),
            (MonthState.TRIAL, None),
        ]
    )
    BranchMonthFactory(
        month=NOVEMBER.first,
        state=MonthState.TRIAL,
        current_run=RunFactory(month=NOVEMBER.first, status=RunStatus.DONE),
    )
    for held in (shown, published, unscored):
        TouchedGrid.objects.create(month=OCTOBER.first, grid=GridFactory(branch=held.branch))
    assert sql.rows("kpi/hold_touched") == [{"branch_id": shown.branch_id}]


@pytest.mark.parametrize("score", [recomputed, rescored])
def test_marks_of_what_was_scored_alone_are_forgotten(score):
    here, there = company(branches=2, grids=1)
    recomputed()
    BranchMonth.objects.filter(branch=there.branch).update(state=MonthState.PUBLISHED)
    marks = {(month.first, grid.pk) for month in (OCTOBER, NOVEMBER) for grid in (here, there)}
    for month, grid in marks:
        TouchedGrid.objects.create(month=month, grid_id=grid)

    score()
    assert set(TouchedGrid.objects.values_list("month", "grid")) == marks - {(OCTOBER.first, here.pk)}


def test_run_done_again_leaves_what_was_published_meanwhile():
    """Its worker died after the scores were in, and before it said so."""
    company()
    earlier, run = recomputed(), recomputed()
    before = {
        each: set(Score.objects.filter(run=each).values_list("branch", "grid", "manager")) for each in (earlier, run)
    }
    closing = BranchMonth.objects.order_by("branch").last()
    BranchMonth.objects.filter(pk=closing.pk).update(state=MonthState.PUBLISHED)
    Run.objects.filter(pk=run.pk).update(status=RunStatus.REQUESTED)

    assert recompute.run(run.pk, now=LATER)
    run.refresh_from_db()
    assert (run.status, run.error) == (RunStatus.DONE, "")
    for each, scores in before.items():
        assert set(Score.objects.filter(run=each).values_list("branch", "grid", "manager")) == scores


def test_ranks_are_shared_after_late_records():
    grids = [GridFactory()]
    grids += [GridFactory(branch=grids[0].branch) for _ in range(2)]
    for grid, sold in zip(grids, (1, 2, 0), strict=True):
        TargetFactory(grid=grid, value=10)
        AcceptanceFactory.create_batch(sold, grid=grid)

    def ranks() -> list[int]:
        return [Score.objects.current().get(grid=grid).rank_in_branch for grid in grids]

    recomputed()
    assert ranks() == [2, 1, 3]
    for expected in ([1, 1, 3], [1, 2, 3]):
        late(grids[0])
        rescored()
        assert ranks() == expected


@pytest.mark.parametrize("missing", [Balance, Loss, Tally])
def test_sums_that_are_gone_are_counted_before_late_records_are_scored(missing):
    grid, *_others = company()
    home = HouseholdFactory(community=grid.memberships.get().community)
    SubscriptionFactory(household=home, closed_on=dt.date(2026, 9, 9))
    late(grid, SEPTEMBER.first)
    for month in (SEPTEMBER, OCTOBER):
        recomputed(month)
    missing.objects.filter(month=OCTOBER.first).delete()
    assert missing.objects.exists()

    late(grid)
    rescored()
    items = ItemScore.objects.current().filter(month=OCTOBER.first, grid=grid)
    assert items.get(code="A").gained == 4
    assert (items.get(code="F").base, items.get(code="F").lost) == (4, 1)


def test_lines_that_changed_are_seen_when_late_records_are_scored():
    grid, *_others = company()
    recomputed()
    home = HouseholdFactory(community=grid.memberships.get().community)
    SubscriptionFactory(household=home, closed_on=dt.date(2026, 10, 20))
    late(grid)
    rescored()
    item = ItemScore.objects.current().get(grid=grid, code="F")
    assert (item.base, item.lost) == (5, 2)
