"""Files of targets and ratings."""

import datetime as dt
from decimal import Decimal

import pytest

from kpi.models import Rating, Target
from tests.factories.accounts import UserFactory
from tests.factories.grids import GridFactory
from tests.factories.kpi import BranchMonthFactory, RunFactory, TargetFactory
from tests.factories.managers import ManagerFactory
from tests.imports.files import take_text

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
