"""Targets frozen at the meeting: changed only with a reason, each change kept, whatever path it comes by."""

from decimal import Decimal

import pytest
from django.db import IntegrityError, connection, transaction

from kpi.domain import plans, targets
from kpi.domain.plans import PlanRefused
from kpi.domain.sheets import SheetRefused, explained
from kpi.domain.targets import Wanted
from kpi.models import Target, TargetChange, TargetPlan
from tests.factories.accounts import UserFactory
from tests.factories.grids import GridFactory
from tests.factories.kpi import NOW, OCTOBER, BranchMonthFactory, RunFactory, TargetFactory

pytestmark = pytest.mark.django_db


def planned_grid():
    grid = GridFactory()
    for code in "ABC":
        TargetFactory(grid=grid, code=code, value=100)
    return grid


def frozen_grid():
    grid = planned_grid()
    plans.freeze(branch=grid.branch, month=OCTOBER, by=UserFactory(), now=NOW)
    return grid


def change(grid, value, **how) -> int:
    cell = Wanted(grid, "A", None if value is None else Decimal(value))
    return targets.set_targets(month=OCTOBER, wanted=[cell], **how)


def test_freezing_twice_keeps_the_first() -> None:
    grid, first, second = planned_grid(), UserFactory(), UserFactory()
    plans.freeze(branch=grid.branch, month=OCTOBER, by=first, now=NOW)
    assert plans.freeze(branch=grid.branch, month=OCTOBER, by=second, now=NOW).frozen_by == first
    assert TargetPlan.objects.count() == 1


@pytest.mark.parametrize("fields", [{"code": "Z"}, {"code": "C", "value": 0}])
def test_freezing_waits_for_the_last_target(fields) -> None:
    grid = GridFactory()
    for one in ({"code": "A"}, {"code": "B"}, fields):
        TargetFactory(grid=grid, **one)
    with pytest.raises(PlanRefused, match="还有 1 个目标未设"):
        plans.freeze(branch=grid.branch, month=OCTOBER, by=UserFactory(), now=NOW)


def test_exempt_target_needs_no_number_to_be_frozen() -> None:
    grid = GridFactory()
    for fields in ({"code": "A"}, {"code": "B"}, {"code": "C", "value": 0, "is_exempt": True, "reason": "搬迁"}):
        TargetFactory(grid=grid, **fields)
    assert plans.freeze(branch=grid.branch, month=OCTOBER, by=UserFactory(), now=NOW).pk


def test_closed_month_is_not_frozen() -> None:
    grid = planned_grid()
    BranchMonthFactory(branch=grid.branch, state="closed", current_run=RunFactory())
    with pytest.raises(PlanRefused, match="已审定"):
        plans.freeze(branch=grid.branch, month=OCTOBER, by=UserFactory(), now=NOW)


def test_frozen_target_changes_only_with_a_reason() -> None:
    grid, user = frozen_grid(), UserFactory()
    for reason in ("", "   "):
        with pytest.raises(SheetRefused, match="已冻结，改动要写明理由") as refused:
            change(grid, 120, by=user, reason=reason)
        assert refused.value.field == "change_reason"
    assert change(grid, 120, by=user, reason="拆迁推迟") == 1
    last = TargetChange.objects.first()
    assert last is not None
    assert (last.old_value, last.new_value, last.reason, last.by) == (Decimal(100), Decimal(120), "拆迁推迟", user)


def test_frozen_target_saved_as_it_is_needs_no_reason() -> None:
    assert change(frozen_grid(), 100) == 0


def test_another_month_and_branch_are_free() -> None:
    frozen_grid()
    assert change(planned_grid(), 120) == 1


def test_long_reason_is_refused() -> None:
    with pytest.raises(SheetRefused, match="理由最多 200 个字"):
        change(frozen_grid(), 120, reason="因" * 201)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE kpi_target SET value = 1",
        "DELETE FROM kpi_target",
        "UPDATE kpi_target SET is_exempt = true, reason = 'x'",
    ],
)
def test_frozen_target_withstands_sql_without_a_reason(statement) -> None:
    frozen_grid()
    with pytest.raises(IntegrityError, match="kpi_targets_frozen"), transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(statement)


def test_reason_serves_one_change_only() -> None:
    grid = frozen_grid()
    change(grid, 120, reason="拆迁推迟")
    assert Target.objects.get(grid=grid, code="A").change_reason == ""
    with pytest.raises(IntegrityError, match="kpi_targets_frozen"), transaction.atomic():
        Target.objects.filter(grid=grid, code="A").update(value=1)


def test_guard_that_speaks_late_is_explained() -> None:
    grid = frozen_grid()
    with pytest.raises(SheetRefused, match="已冻结，改动要写明理由"), explained():
        Target.objects.filter(grid=grid).update(value=1)
    assert Target.objects.filter(grid=grid, value=100).count() == 3


def test_emptied_cell_is_kept_as_nothing_with_its_author() -> None:
    grid, user = planned_grid(), UserFactory()
    assert change(grid, None, by=user) == 1
    assert change(grid, None, by=user) == 0
    last = TargetChange.objects.first()
    assert last is not None
    assert (last.old_value, last.new_value, last.by) == (Decimal(100), Decimal(0), user)


def test_many_cells_are_written_at_once(django_assert_max_num_queries) -> None:
    grids = [GridFactory() for _n in range(20)]
    wanted = [Wanted(grid, code, Decimal(80)) for grid in grids for code in "ABC"]
    with django_assert_max_num_queries(8):
        assert targets.set_targets(month=OCTOBER, wanted=wanted, by=UserFactory()) == 60
    assert Target.objects.filter(value=80).count() == 60
