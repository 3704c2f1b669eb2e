"""From the trial to the closed month, and that nothing gets past a closed one."""

import datetime as dt
from contextlib import contextmanager

import pytest
from django.db import IntegrityError, connection, transaction

from core.periods import local_day
from kpi.choices import MonthState, RunCause, RunStatus
from kpi.domain import months, recompute
from kpi.models import BranchMonth, ItemScore, Rating, Score, Target
from tests.factories.acceptance import AcceptanceFactory
from tests.factories.grids import GridFactory
from tests.factories.kpi import NOW, OCTOBER, RatingFactory, TargetFactory, recomputed
from tests.factories.managers import PostingFactory

pytestmark = pytest.mark.django_db
TODAY = local_day(NOW)


@pytest.fixture
def grid():
    """A grid with one member, all targets and the rating."""
    grid = GridFactory(code="G1", name="王顶堤")
    person = PostingFactory(grid=grid, manager__name="李伟", manager__staff_no="M1").manager
    for code in "ABC":
        TargetFactory(grid=grid, code=code, value=10)
    RatingFactory(manager=person)
    return grid


def texts(grid) -> list[str]:
    return [found.text for found in months.obstacles(grid.branch, OCTOBER)]


def publish(grid, **fields) -> BranchMonth:
    return months.publish(branch=grid.branch, month=OCTOBER, by=None, now=NOW, **fields)


def close(grid, today=TODAY) -> BranchMonth:
    return months.close(branch=grid.branch, month=OCTOBER, by=None, now=NOW, today=today)


@contextmanager
def refused_by_the_database():
    with pytest.raises(IntegrityError, match="kpi_month_closed"), transaction.atomic():
        yield


def test_month_goes_from_trial_to_published_to_closed(grid):
    recomputed()
    assert BranchMonth.objects.get().state == MonthState.TRIAL
    assert publish(grid).state == MonthState.PUBLISHED
    assert close(grid).state == MonthState.CLOSED
    assert BranchMonth.objects.get().closed_at == NOW


def test_month_without_a_result_is_refused(grid):
    words = "还没有计算过，请先重算。"
    assert texts(grid) == [words]
    with pytest.raises(months.MonthRefused) as refused:
        publish(grid)
    assert [(found.kind, found.text) for found in refused.value.obstacles] == [("no_result", words)]


def test_step_of_a_month_touches_no_other(grid):
    recomputed()
    publish(grid)
    with pytest.raises(months.MonthRefused, match="还没有计算过"):
        months.withdraw(branch=grid.branch, month=OCTOBER.shift(1), by=None, now=NOW)
    assert BranchMonth.objects.get().state == MonthState.PUBLISHED


def test_missing_inputs_are_listed_by_name(grid):
    Target.objects.filter(code="B").delete()
    Rating.objects.all().delete()
    recomputed()

    assert texts(grid) == ["网格 G1 王顶堤 的指标 B 未设目标。", "李伟（M1）还没有主观评价。"]
    with pytest.raises(months.MonthRefused) as refused:
        publish(grid)
    assert [found.text for found in refused.value.obstacles] == texts(grid)
    assert Score.objects.get(grid=grid).is_provisional


def test_input_that_came_after_the_result_stands_in_the_way(grid):
    recomputed()
    assert texts(grid) == []
    AcceptanceFactory(grid=grid)
    assert texts(grid) == ["上次重算之后数据有变化，涉及 2 项，请重算。"]
    recomputed()
    assert texts(grid) == []


def test_pending_run_stands_in_the_way(grid):
    recomputed()
    recompute.request(month=OCTOBER, cause=RunCause.MANUAL, now=NOW)
    assert texts(grid) == ["有一次重算还没有结束。"]


def test_month_is_closed_only_after_it_was_published_and_the_appeals_ended(grid):
    recomputed()
    with pytest.raises(months.MonthRefused) as refused:
        close(grid)
    assert [found.kind for found in refused.value.obstacles] == ["unpublished"]
    publish(grid, appeals_until=TODAY)
    with pytest.raises(months.MonthRefused) as refused:
        close(grid)
    assert [found.kind for found in refused.value.obstacles] == ["appeals"]
    assert close(grid, today=TODAY + dt.timedelta(days=1)).state == MonthState.CLOSED


def test_published_month_is_recomputed_only_after_withdrawal(grid):
    recomputed()
    publish(grid)
    with pytest.raises(recompute.RecomputeRefused, match="请先撤回公示"):
        recompute.request(month=OCTOBER, branch=grid.branch, cause=RunCause.MANUAL, now=NOW)
    shown = BranchMonth.objects.get().current_run_id
    recomputed()
    assert BranchMonth.objects.get().current_run_id == shown
    months.withdraw(branch=grid.branch, month=OCTOBER, by=None, now=NOW)
    assert recomputed(branch=grid.branch).pk == BranchMonth.objects.get().current_run_id


def test_recompute_of_a_month_published_meanwhile_says_why_it_did_not(grid):
    recomputed()
    run = recompute.request(month=OCTOBER, branch=grid.branch, cause=RunCause.MANUAL, now=NOW)
    BranchMonth.objects.update(state=MonthState.PUBLISHED)
    recompute.run(run.pk, now=NOW)
    run.refresh_from_db()
    assert (run.status, run.error) == (RunStatus.FAILED, "这个月正在公示，请先撤回公示再重算。")


def test_only_what_is_published_is_taken_back(grid):
    recomputed()
    with pytest.raises(months.MonthRefused, match="无需撤回"):
        months.withdraw(branch=grid.branch, month=OCTOBER, by=None, now=NOW)
    publish(grid, appeals_until=TODAY)
    with pytest.raises(months.MonthRefused, match="已经在公示中"):
        publish(grid)
    shown = BranchMonth.objects.get()
    assert (shown.state, shown.published_at, shown.appeals_until) == (MonthState.PUBLISHED, NOW, TODAY)
    months.withdraw(branch=grid.branch, month=OCTOBER, by=None, now=NOW)
    shown.refresh_from_db()
    assert (shown.state, shown.published_at, shown.appeals_until) == (MonthState.TRIAL, None, None)


def test_closed_month_refuses_every_change_in_the_database(grid):
    run = recomputed()
    publish(grid)
    close(grid)
    changes = [
        "UPDATE kpi_score SET total = 100",
        "UPDATE kpi_score SET items[1].score = 100",
        "DELETE FROM kpi_score",
        "UPDATE kpi_target SET value = 1",
        "DELETE FROM kpi_target",
        "UPDATE kpi_rating SET score = 100",
        "DELETE FROM kpi_rating",
        "UPDATE kpi_branchmonth SET state = 'trial'",
        "DELETE FROM kpi_branchmonth",
        f"DELETE FROM kpi_score WHERE run_id = {run.pk}",
    ]
    for change in changes:
        with refused_by_the_database(), connection.cursor() as cursor:
            cursor.execute(change)
    with refused_by_the_database():
        TargetFactory(grid=grid, code="Z")
    with pytest.raises(recompute.RecomputeRefused, match="已审定"):
        recompute.request(month=OCTOBER, branch=grid.branch, cause=RunCause.MANUAL, now=NOW)


def test_closed_month_keeps_its_scores_when_the_company_is_recomputed(grid):
    recomputed()
    publish(grid)
    close(grid)
    before = list(ItemScore.objects.current().order_by("pk").values_list("pk", "score"))
    AcceptanceFactory(grid=grid)
    other = GridFactory()
    recomputed()

    assert (
        list(ItemScore.objects.current().filter(branch=grid.branch).order_by("pk").values_list("pk", "score")) == before
    )
    assert Score.objects.current().filter(grid=other).exists()
