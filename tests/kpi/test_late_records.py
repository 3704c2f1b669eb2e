"""A late acceptance is scored inside the generation that is shown, and the result is that of a full recompute."""

import datetime as dt
import random

import pytest
from django.db import connection
from django.db.backends.postgresql.psycopg_any import DateRange

from acceptance.models import Acceptance, AcceptanceChange
from core.periods import Month
from customers.models import Household
from grids.models import Branch, Grid
from kpi.choices import MonthState, RunCause, RunStatus
from kpi.domain import late_records, scoring, tallies
from kpi.models import BranchMonth, ItemScore, Run, Score, Tally, TouchedGrid
from managers.models import Posting
from tests.factories.acceptance import AcceptanceFactory
from tests.factories.customers import HouseholdFactory, SubscriptionFactory
from tests.factories.grids import GridCommunityFactory, GridFactory
from tests.factories.kpi import NOW, OCTOBER, RatingFactory, TargetFactory, recomputed
from tests.factories.managers import PostingFactory

pytestmark = pytest.mark.django_db

LATER = NOW + dt.timedelta(minutes=3)


def company(branches: int = 2, grids: int = 3) -> list[Grid]:
    """Branches of some grids with targets, ratings, lines and a person lent to the next branch for half a month."""
    found: list[Grid] = []
    for _ in range(branches):
        first = GridFactory()
        found += [first, *(GridFactory(branch=first.branch) for _ in range(grids - 1))]
    for number, grid in enumerate(found):
        for code in "ABC":
            TargetFactory(grid=grid, code=code, value=7 + number)
        RatingFactory(manager=PostingFactory(grid=grid).manager, score=80 + number)
        home = HouseholdFactory(community=GridCommunityFactory(grid=grid).community)
        AcceptanceFactory.create_batch(3, grid=grid, household=home)
        SubscriptionFactory.create_batch(3, household=home)
        SubscriptionFactory(household=home, closed_on=dt.date(2026, 10, 9))
    lent = PostingFactory(grid=found[0], period=DateRange(dt.date(2026, 9, 1), dt.date(2026, 10, 16))).manager
    PostingFactory(grid=found[-1], manager=lent, period=DateRange(dt.date(2026, 10, 16), None))
    return found


def shown() -> list[tuple]:
    """All that readers are shown of October, whichever run wrote it."""
    columns = ("branch", "grid", "manager", "code", "status", "gained", "lost", "actual", "base", "target", "rate")
    items = ItemScore.objects.current().filter(month=OCTOBER.first)
    scores = Score.objects.current().filter(month=OCTOBER.first)
    rows = [*items.values_list(*columns, "score", "weight", "weighted")]
    rows += scores.values_list("branch", "grid", "manager", "days", "total", "rank_in_branch", "is_provisional")
    return sorted(rows, key=repr)


def rescored() -> int:
    return late_records.rescore(now=LATER)


def gained(grid: Grid) -> int | None:
    return ItemScore.objects.current().get(grid=grid, code="A").gained


def test_late_acceptance_counts_in_the_generation_that_is_shown():
    grid, *_others = company()
    run = recomputed()
    AcceptanceFactory(grid=grid, household=Household.objects.first())

    assert gained(grid) == 3
    assert rescored() == 1
    assert gained(grid) == 4
    assert BranchMonth.objects.get(branch=grid.branch).current_run == run


def test_first_acceptances_of_a_month_count_although_nothing_was_tallied_before():
    grid = GridFactory()
    home = HouseholdFactory(community=GridCommunityFactory(grid=grid).community)
    recomputed()
    assert gained(grid) == 0

    for expected in (1, 2):
        AcceptanceFactory(grid=grid, household=home)
        assert rescored() == 1
        assert gained(grid) == expected


def test_late_acceptance_counts_with_those_before_when_the_tallies_are_gone():
    grid, *_others = company()
    recomputed()
    Tally.objects.all().delete()  # as after a migration, or once a check has begun to count again
    AcceptanceFactory(grid=grid, household=Household.objects.first())
    rescored()

    assert gained(grid) == 4


def test_late_cancellation_and_correction_count_too():
    grid, other, *_rest = company()
    recomputed()
    first, second, _third = Acceptance.objects.filter(grid=grid).order_by("pk")
    first.cancelled_on = dt.date(2026, 10, 30)
    first.save()
    second.grid = other
    second.save()

    assert rescored() == 2
    item = ItemScore.objects.current().get(grid=grid, code="A")
    assert (item.gained, item.lost, item.actual) == (2, 1, 1)
    assert gained(other) == 4


def test_late_records_that_leave_the_gains_as_they_were_may_change_the_losses():
    grid, *_others = company()
    gone = Acceptance.objects.filter(grid=grid).first()
    gone.cancelled_on = dt.date(2026, 10, 30)
    gone.save()
    recomputed()
    AcceptanceFactory(grid=grid, household=Household.objects.first())
    gone.delete()

    assert rescored() == 1
    item = ItemScore.objects.current().get(grid=grid, code="A")
    assert (item.gained, item.lost) == (3, 0)


def test_late_record_raises_the_revision_of_the_branches_whose_scores_changed():
    grids = company(branches=3, grids=1)
    recomputed()
    AcceptanceFactory(grid=grids[1], household=Household.objects.first())
    rescored()

    # the second branch alone; a person lent by the first serves in the third
    assert list(BranchMonth.objects.order_by("branch").values_list("revision", flat=True)) == [0, 1, 0]


def test_people_scored_in_another_branch_follow_the_grid_they_served():
    grids = company(branches=2, grids=1)
    recomputed()
    AcceptanceFactory.create_batch(2, grid=grids[0], household=Household.objects.first())
    rescored()

    assert list(BranchMonth.objects.order_by("branch").values_list("revision", flat=True)) == [1, 1]


def test_late_records_of_a_generation_are_one_row_in_the_list_of_runs():
    grid, other, *_rest = company()
    full = recomputed()
    for place in (grid, other, grid):
        AcceptanceFactory(grid=place, household=Household.objects.first())
        rescored()

    row = Run.objects.get(cause=RunCause.LATE_RECORD)
    assert (row.status, row.month, row.grid_count, row.attempts) == (RunStatus.DONE, OCTOBER.first, 3, 3)
    assert (row.scheme, row.watermark_at) == (full.scheme, LATER)


@pytest.mark.parametrize("of_branch", [False, True])
def test_row_of_late_records_says_of_what_and_when(of_branch):
    grid, *_others = company()
    full = recomputed()
    if of_branch:
        full = recomputed(branch=grid.branch)
    AcceptanceFactory(grid=grid, household=Household.objects.first())
    rescored()

    row = Run.objects.get(cause=RunCause.LATE_RECORD, branch=full.branch)
    assert (row.month, row.scheme, row.status) == (full.month, full.scheme, RunStatus.DONE)
    assert (row.grid_count, row.attempts) == (1, 1)
    assert {row.requested_at, row.started_at, row.watermark_at} == {LATER}
    assert LATER <= row.finished_at == row.heartbeat_at < LATER + dt.timedelta(minutes=1)


@pytest.mark.parametrize("touched", [scoring.NARROW, scoring.NARROW + 1])
def test_late_records_of_few_and_of_many_grids_are_scored_alike(touched):
    """A few are looked up one by one, many are gone through as a whole company is."""
    grids = company(branches=2, grids=6)
    recomputed()
    for grid in grids[-touched:]:
        AcceptanceFactory(grid=grid, household=Household.objects.first())

    assert rescored() == touched
    assert [gained(grid) for grid in grids] == [3] * (12 - touched) + [4] * touched
    assert list(BranchMonth.objects.order_by("branch").values_list("revision", flat=True)) == [1, 1]
    piecemeal = shown()
    recomputed()
    assert shown() == piecemeal


def test_nothing_changed_writes_nothing():
    grid, *_others = company()
    recomputed()
    Acceptance.objects.filter(grid=grid).update(completed_on=dt.date(2026, 10, 31))

    assert rescored() == 0
    assert Run.objects.count() == 1


@pytest.mark.parametrize("state", [MonthState.PUBLISHED, MonthState.CLOSED])
def test_published_and_closed_months_stay_as_they_are(state):
    grid, *_others = company()
    recomputed()
    BranchMonth.objects.filter(branch=grid.branch).update(state=state)
    before = shown()
    AcceptanceFactory(grid=grid, household=Household.objects.first())

    assert rescored() == 0
    assert shown() == before


def test_published_month_taken_back_gets_what_came_meanwhile():
    grid, *_others = company()
    recomputed()
    BranchMonth.objects.filter(branch=grid.branch).update(state=MonthState.PUBLISHED)
    AcceptanceFactory(grid=grid, household=Household.objects.first())
    rescored()
    BranchMonth.objects.filter(branch=grid.branch).update(state=MonthState.TRIAL)

    assert rescored() == 1
    assert gained(grid) == 4


def test_mark_of_a_published_month_outlives_late_records_of_another():
    grid, *_others = company()
    november = OCTOBER.shift(1)
    for month in (OCTOBER, november):
        recomputed(month)
    BranchMonth.objects.filter(month=OCTOBER.first, branch=grid.branch).update(state=MonthState.PUBLISHED)
    for day in (dt.date(2026, 10, 20), dt.date(2026, 11, 1)):
        AcceptanceFactory(grid=grid, household=Household.objects.first(), accepted_on=day)

    assert rescored() == 1
    assert list(TouchedGrid.objects.values_list("month", "grid")) == [(OCTOBER.first, grid.pk)]
    BranchMonth.objects.filter(month=OCTOBER.first).update(state=MonthState.TRIAL)
    assert rescored() == 1
    items = ItemScore.objects.current().filter(grid=grid, code="A")
    assert [items.get(month=month.first).gained for month in (OCTOBER, november)] == [4, 1]


def test_full_recompute_leaves_nothing_to_do():
    grid, *_others = company()
    recomputed()
    AcceptanceFactory(grid=grid, household=Household.objects.first())
    recomputed()

    assert not AcceptanceChange.objects.exists()
    assert not TouchedGrid.objects.exists()


def test_recompute_of_one_branch_leaves_the_grids_of_others_to_be_scored():
    grid, *_rest, other = company()
    recomputed()
    AcceptanceFactory(grid=other, household=Household.objects.first())
    recomputed(branch=grid.branch)

    assert gained(other) == 3
    assert rescored() == 1
    assert gained(other) == 4


def test_late_record_leaves_what_a_generation_no_longer_shows():
    first, *_rest, other = company()
    full = recomputed()
    recomputed(branch=other.branch)
    hidden = [
        list(model.objects.filter(run=full, branch=other.branch).order_by("pk").values())
        for model in (ItemScore, Score)
    ]
    for grid in (first, other):
        AcceptanceFactory(grid=grid, household=Household.objects.first())

    assert rescored() == 2
    assert (gained(first), gained(other)) == (4, 4)
    assert list(BranchMonth.objects.order_by("branch").values_list("revision", flat=True)) == [1, 1]
    notes = Run.objects.filter(cause=RunCause.LATE_RECORD).order_by("person_count")
    assert list(notes.values_list("branch", "grid_count", "person_count")) == [(None, 1, 1), (other.branch_id, 1, 2)]
    assert hidden == [
        list(model.objects.filter(run=full, branch=other.branch).order_by("pk").values())
        for model in (ItemScore, Score)
    ]


@pytest.mark.parametrize("seed", range(12))
def test_scoring_again_what_changed_equals_a_full_recompute(seed):
    chance = random.Random(seed)
    grids = company(branches=chance.choice([1, 2, 3]), grids=chance.choice([1, 2, 3]))
    recomputed()
    for _ in range(3):
        for _ in range(chance.randrange(1, 6)):
            _change(chance, grids)
        rescored()
    piecemeal = shown()
    recomputed()

    assert shown() == piecemeal
    assert _tallied() == _counted()


def _change(chance: random.Random, grids: list[Grid]) -> None:
    row = Acceptance.objects.order_by("?").first()
    day = dt.date(2026, 9, 20) + dt.timedelta(days=chance.randrange(60))
    kind = chance.choice(["new", "new", "cancel", "undo", "regrid", "reproduct", "redate", "delete"])
    if kind == "new" or row is None:
        AcceptanceFactory(
            grid=chance.choice([*grids, None]),
            product_id=chance.choice(["FTTH", "3G", "3G_BUNDLE", "2G_BUNDLE"]),
            branch=Branch.objects.first(),
            household=Household.objects.first(),
            accepted_on=day,
        )
    elif kind == "delete":
        row.delete()
    else:
        new = {
            "cancel": {"cancelled_on": max(day, row.accepted_on)},
            "undo": {"cancelled_on": None},
            "regrid": {"grid": chance.choice([*grids, None])},
            "reproduct": {"product_id": chance.choice(["FTTH", "3G"])},
            "redate": {"accepted_on": day, "cancelled_on": None},
        }[kind]
        Acceptance.objects.filter(pk=row.pk).update(**new)


def _tallied() -> set[tuple]:
    tallies.ensure(month=OCTOBER)
    rows = Tally.objects.filter(month=OCTOBER.first).exclude(gained=0, lost=0)
    return set(rows.values_list("grid", "product", "gained", "lost"))


def _counted() -> set[tuple]:
    found: dict[tuple, list[int]] = {}
    for grid, product, accepted, cancelled in Acceptance.objects.exclude(grid=None).values_list(
        "grid", "product", "accepted_on", "cancelled_on"
    ):
        for place, day in enumerate((accepted, cancelled)):
            if day and Month.of(day) == OCTOBER:
                found.setdefault((grid, product), [0, 0])[place] += 1
    return {(*key, *sums) for key, sums in found.items()}


def test_person_moved_by_a_back_dated_posting_is_shown_in_the_new_branch_alone():
    first, *_others = company(branches=2, grids=3)
    last = Grid.objects.order_by("pk").last()
    moved = PostingFactory(grid=first, period=DateRange(dt.date(2026, 9, 1), None))
    recomputed()
    held = {each.branch_id: each.revision for each in BranchMonth.objects.all()}
    Posting.objects.filter(pk=moved.pk).update(period=DateRange(dt.date(2026, 9, 1), dt.date(2026, 10, 20)))
    PostingFactory(grid=last, manager=moved.manager, period=DateRange(dt.date(2026, 10, 20), None))
    AcceptanceFactory(grid=last, household=Household.objects.first())
    assert rescored() == 1

    score = Score.objects.current().get(manager=moved.manager)
    assert score.branch == last.branch
    ranks = Score.objects.current().filter(branch=first.branch, grid=None).order_by("rank_in_branch")
    assert ranks[0].rank_in_branch == 1
    assert len(ranks) == 3
    assert {each.branch_id for each in BranchMonth.objects.all() if each.revision > held[each.branch_id]} == set(held)


def test_marks_of_a_month_without_tallies_are_not_counted_twice():
    grid = GridFactory()
    AcceptanceFactory(grid=grid, household=HouseholdFactory())
    rescored()
    AcceptanceFactory(grid=grid, household=HouseholdFactory())
    tallies.ensure(month=OCTOBER)

    assert [row.gained for row in Tally.objects.all()] == [2]


def test_copy_of_many_acceptances_leaves_marks_too():
    grid, *_others = company()
    recomputed()
    with connection.cursor() as cursor:
        cursor.execute(
            """INSERT INTO acceptance_acceptance (order_no, branch_id, household_id, grid_id, product_id, channel_id,
                                                  accepted_on, developer_name, developer_share)
               SELECT 'COPY-' || n, %s, %s, %s, 'FTTH', 'own_hall', '2026-10-05', '', 100
               FROM generate_series(1, 50) n""",
            [Branch.objects.first().pk, Household.objects.first().pk, grid.pk],
        )
    assert AcceptanceChange.objects.get().gained == 50
    assert rescored() == 1
    assert gained(grid) == 53


def test_emptying_the_acceptances_is_noticed_at_once():
    grid, *_others = company()
    recomputed()
    assert gained(grid) == 3
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("TRUNCATE acceptance_acceptance CASCADE")
    assert not Tally.objects.exists()

    rescored()
    assert gained(grid) == 0
    before = shown()
    recomputed()
    assert shown() == before
