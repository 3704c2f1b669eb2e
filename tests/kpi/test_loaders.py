"""Files of targets and ratings."""

import datetime as dt
from decimal import Decimal

import pytest

from core.periods import Month
from imports.domain.exporting import export
from imports.domain.loading import loader_for
from kpi.domain import plans
from kpi.models import Rating, Target
from tests.factories.accounts import UserFactory
from tests.factories.grids import GridFactory
from tests.factories.kpi import NOW, BranchMonthFactory, RunFactory, TargetFactory
from tests.factories.managers import ManagerFactory, PostingFactory
from tests.imports.files import take, take_text

pytestmark = pytest.mark.django_db

OCTOBER = dt.date(2026, 10, 1)


def close(branch) -> None:
    BranchMonthFactory(branch=branch, month=OCTOBER, state="closed", current_run=RunFactory(month=OCTOBER))


def test_targets_are_set_and_changed(tmp_path):
    grid = GridFactory(code="G1")
    TargetFactory(grid=grid, month=OCTOBER, code="A", value=100)

    outcome, rejected = take_text(
        tmp_path, "targets", "月份,网格编码,指标,目标值\n2026-10,G1,A,120\n2026-10,G1,B,80.5\n"
    )

    assert (outcome.counts, rejected) == ((1, 1, 0), [])
    assert list(Target.objects.order_by("code").values_list("code", "value", "is_exempt")) == [
        ("A", Decimal("120.00"), False),
        ("B", Decimal("80.50"), False),
    ]


def test_bad_targets_say_why(tmp_path):
    GridFactory(code="G1")

    _outcome, rejected = take_text(
        tmp_path, "targets", "month,grid_code,indicator,target\n2026-10,G1,Z,1\n2026-10,G1,A,-1\n2026-10,G9,A,1\n"
    )

    assert rejected == [
        (2, ["2026-10 的考核方案没有指标 Z，可以用 A、B、C、D、E、F、G"]),
        (3, ["目标值：要在 0 到 9999999999 之间"]),
        (4, ["网格编码 G9 不存在"]),
    ]


def test_closed_month_is_refused_in_words(tmp_path):
    grid = GridFactory(code="G1", branch__name="南开分公司")
    manager = ManagerFactory(staff_no="007", branch=grid.branch)
    close(grid.branch)
    reason = "2026-10 已审定，南开分公司的数据不能再改；请在开放的月份里做调整"

    _outcome, targets = take_text(tmp_path, "targets", "month,grid_code,indicator,target\n2026-10,G1,A,1\n")
    _outcome, ratings = take_text(
        tmp_path, "ratings", f"month,staff_no,item,score\n2026-10,{manager.staff_no},宣传,90\n"
    )

    assert targets == [(2, [reason])]
    assert ratings == [(2, [reason])]


def test_ratings_carry_who_rated(tmp_path):
    user = UserFactory()
    ManagerFactory(staff_no="007")

    outcome, rejected = take_text(
        tmp_path,
        "ratings",
        "月份,工号,子项,得分,评语\n2026-10,007,宣传,90,好\n2026-10,007,training,100.5,\n2026-10,007,跳舞,1,\n",
        user=user.pk,
    )

    assert outcome.counts == (1, 0, 0)
    assert rejected == [
        (3, ["得分：要在 0 到 100 之间"]),
        (4, ["子项：“跳舞”不认识，请写宣传、促销活动、营业厅培训、社区关系、信息上报"]),
    ]
    rating = Rating.objects.get()
    assert (rating.score, rating.comment, rating.rated_by) == (Decimal("90.00"), "好", user)


def test_target_of_another_branch_is_refused(tmp_path):
    own, _foreign = GridFactory(code="G1"), GridFactory(code="G2")

    outcome, rejected = take_text(
        tmp_path,
        "targets",
        "month,grid_code,indicator,target\n2026-10,G1,A,1\n2026-10,G2,A,1\n",
        branches=[own.branch_id],
    )

    assert outcome.counts == (1, 0, 0)
    assert rejected == [(3, ["网格 G2 不在您的管理范围内"])]


def test_exempt_target_comes_back_as_it_went(tmp_path):
    grid = GridFactory(code="G1")
    TargetFactory(grid=grid, month=OCTOBER, code="A", value=30, is_exempt=True, reason="整体搬迁，年底交房")
    TargetFactory(grid=grid, month=OCTOBER, code="B", value=Decimal("80.50"))
    path = tmp_path / "targets.csv"
    export(loader_for("targets"), path)
    assert "2026-10,G1,A,不考核 整体搬迁，年底交房" in path.read_text("utf-8-sig")

    outcome, rejected = take("targets", path)
    assert (outcome.counts, rejected) == ((0, 0, 2), [])
    Target.objects.all().delete()
    outcome, rejected = take("targets", path)
    assert (outcome.counts, rejected) == ((2, 0, 0), [])
    assert list(Target.objects.order_by("code").values_list("value", "is_exempt", "reason")) == [
        (Decimal(0), True, "整体搬迁，年底交房"),
        (Decimal("80.50"), False, ""),
    ]


def test_number_in_a_file_ends_an_exemption(tmp_path):
    grid = GridFactory(code="G1")
    TargetFactory(grid=grid, month=OCTOBER, code="A", value=0, is_exempt=True, reason="搬迁")
    user = UserFactory()
    outcome, _rejected = take_text(
        tmp_path, "targets", "month,grid_code,indicator,target\n2026-10,G1,A,90\n", user=user.pk
    )
    assert outcome.counts == (0, 1, 0)
    found = Target.objects.get()
    assert (found.value, found.is_exempt, found.reason, found.changed_by) == (Decimal(90), False, "", user)


def test_exemption_without_a_reason_is_refused(tmp_path):
    GridFactory(code="G1")
    _outcome, rejected = take_text(
        tmp_path, "targets", "month,grid_code,indicator,target\n2026-10,G1,A,不考核\n2026-10,G1,B,不考核：\n"
    )
    reason = "目标值：不考核要写明理由，写成“不考核 新建小区”"
    assert rejected == [(2, [reason]), (3, [reason])]


def test_frozen_month_takes_what_it_knows_and_refuses_the_rest(tmp_path):
    grid = GridFactory(code="G1", branch__name="南开分公司")
    for code in "AB":
        TargetFactory(grid=grid, month=OCTOBER, code=code, value=100)
    TargetFactory(grid=grid, month=OCTOBER, code="C", value=0, is_exempt=True, reason="搬迁")
    plans.freeze(branch=grid.branch, month=Month.of(OCTOBER), by=UserFactory(), now=NOW)
    lines = ["2026-10,G1,A,100", "2026-10,G1,B,101", "2026-10,G1,C,不考核 搬迁"]

    outcome, rejected = take_text(tmp_path, "targets", "\n".join(["month,grid_code,indicator,target", *lines]))

    assert outcome.counts == (0, 0, 2)
    assert rejected == [(3, ["2026-10 的目标已冻结（南开分公司），改动要写明理由：请在目标页上改"])]


def test_branch_that_scores_a_lent_person_sends_the_rating(tmp_path):
    grid, person = GridFactory(), ManagerFactory(staff_no="007")
    PostingFactory(grid=grid, manager=person)
    text = "month,staff_no,item,score\n2026-10,007,宣传,90\n"

    _outcome, rejected = take_text(tmp_path, "ratings", text, branches=[person.branch_id])
    assert rejected == [(2, ["工号 007 不在您的管理范围内"])]
    outcome, _rejected = take_text(tmp_path, "ratings", text, branches=[grid.branch_id])
    assert outcome.counts == (1, 0, 0)
    path = tmp_path / "out.csv"
    assert export(loader_for("ratings"), path, branch=grid.branch.code) == 1
    assert export(loader_for("ratings"), path, branch=person.branch.code) == 0
