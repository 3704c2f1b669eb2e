"""What two runs of a branch say differently: who is in one alone, in which order, and by how many points an item."""

from decimal import Decimal

import pytest

from kpi.domain.differences import differences
from kpi.models import Score
from managers.models import Posting
from tests.factories.acceptance import AcceptanceFactory
from tests.factories.grids import GridFactory
from tests.factories.kpi import OCTOBER, RunFactory, TargetFactory, recomputed
from tests.factories.managers import PostingFactory
from tests.factories.months import ready_grid

pytestmark = pytest.mark.django_db


def between(before, after, branch):
    return differences(before=before.pk, after=after.pk, branch=branch.pk)


def test_other_branches_of_a_run_are_no_difference():
    """A closed month may show a run of the whole company, its correction is one of a branch."""
    grid, other = ready_grid(), ready_grid()
    whole = recomputed()
    alone = recomputed(branch=grid.branch)

    assert between(whole, alone, grid.branch) == []
    assert {one.grid_id for one in between(whole, alone, other.branch) if one.grid_id} == {other.pk}


def test_item_tells_both_sides_and_its_points():
    grid = ready_grid()
    before = recomputed()
    AcceptanceFactory(grid=grid)  # one of ten for A, which weighs 25 of 80
    of_grid, of_member = between(before, recomputed(), grid.branch)

    assert (of_grid.grid_id, of_member.grid_id) == (grid.pk, None)
    for one in (of_grid, of_member):
        assert (one.points, [item.code for item in one.items]) == (Decimal("3.12"), ["A"])
        [item] = one.items
        assert (item.before.gained, item.after.gained) == (0, 1)
        assert (item.points, item.before.weighted) == (Decimal("3.125"), 0)


def test_who_is_in_one_run_alone_is_told_with_all_that_goes():
    grid = ready_grid()
    TargetFactory(grid=grid, code="Z")
    AcceptanceFactory(grid=grid)
    leaver = PostingFactory(grid=grid).manager
    with_both = recomputed()
    Posting.objects.filter(manager=leaver).delete()
    with_one = recomputed()
    total = Score.objects.get(run=with_both, manager=leaver).total
    assert total > 0

    [gone] = [one for one in between(with_both, with_one, grid.branch) if one.manager_id == leaver.pk]
    assert (gone.after, gone.before.total, gone.points) == (None, total, -total)
    assert {item.after for item in gone.items} == {None}
    assert sum(item.points for item in gone.items) == -sum(item.before.weighted for item in gone.items)
    [come] = [one for one in between(with_one, with_both, grid.branch) if one.manager_id == leaver.pk]
    assert (come.before, come.after.total, come.points) == (None, total, total)
    assert sum(item.points for item in come.items) == sum(item.after.weighted for item in come.items) > 0


def test_days_served_or_a_score_without_items_are_a_difference_too():
    grid = GridFactory()
    before, after = (RunFactory(branch=grid.branch, status="done") for _ in range(2))
    fields = {"month": OCTOBER.first, "branch": grid.branch, "grid": grid, "total": 90, "rank_in_branch": 1}
    row = Score.objects.create(run=before, days=31, **fields)
    assert [(one.before, one.after) for one in between(before, after, grid.branch)] == [(row, None)]
    Score.objects.create(run=after, days=31, **fields)
    assert between(before, after, grid.branch) == []
    Score.objects.filter(run=after).update(days=30)
    assert [(one.grid_id, one.points) for one in between(before, after, grid.branch)] == [(grid.pk, 0)]


def test_grids_come_first_then_people_each_in_their_order():
    branch = ready_grid().branch
    grids = [ready_grid(branch=branch) for _ in range(3)]
    for grid in grids:
        AcceptanceFactory(grid=grid)
    run, empty = recomputed(), RunFactory(branch=branch)
    subjects = [(one.grid_id, one.manager_id) for one in between(empty, run, branch)]

    of_grids, of_people = subjects[:4], subjects[4:]
    assert of_grids == sorted(of_grids) and {manager for _grid, manager in of_grids} == {None}
    assert of_people == sorted(of_people, key=lambda one: one[1]) and {grid for grid, _manager in of_people} == {None}
    assert len(of_people) == 4
