"""What the first pages say wants somebody: differences, raised slips, drafts laid aside, and the machine."""

import datetime as dt
from decimal import Decimal

import pytest
from django.urls import reverse

from acceptance.models import LateNotice
from accounts.choices import Role
from accounts.scope import EVERYTHING
from imports.models import Batch
from kpi.choices import MonthState, RunStatus
from kpi.models import RatingDraft, SumCheck
from kpi.queries import chores
from tests.factories.acceptance import DifferenceFactory
from tests.factories.accounts import ItAdminFactory, UserFactory, user_of_branch
from tests.factories.grids import BranchFactory
from tests.factories.kpi import NOW, OCTOBER, BranchMonthFactory, RunFactory
from tests.factories.managers import ManagerFactory
from tests.factories.schemes import draft

pytestmark = pytest.mark.django_db

TODAY = dt.date(2026, 11, 2)


def titles(found) -> list[tuple[str, str]]:
    return [(todo.level, todo.title) for todo in found]


def test_differences_are_told_and_press_once_one_is_overdue():
    assert chores.differences_to_settle(EVERYTHING, None, TODAY) == []
    line = DifferenceFactory(due_on=TODAY)
    assert titles(chores.differences_to_settle(EVERYTHING, None, TODAY)) == [("warn", "对账有 1 笔待处理")]
    [late] = chores.differences_to_settle(EVERYTHING, line.branch_id, TODAY + dt.timedelta(days=1))
    assert (late.level, late.text, late.url) == ("bad", "1 笔过了期限", "/acceptance/reconciliation/?kind=overdue")
    assert chores.differences_to_settle(EVERYTHING, BranchFactory().pk, TODAY) == []


def test_slips_raised_to_the_branch_today_are_told():
    branch = BranchFactory(name="南开分公司")
    LateNotice.objects.create(branch=branch, day=TODAY, late=5, raised=3)
    LateNotice.objects.create(branch=branch, day=TODAY - dt.timedelta(days=1), late=9, raised=9)
    LateNotice.objects.create(branch=BranchFactory(), day=TODAY, late=2, raised=0)
    assert titles(chores.raised_today(EVERYTHING, None, TODAY)) == [("bad", "今天 3 单超时报到分公司")]
    assert chores.raised_today(EVERYTHING, BranchFactory().pk, TODAY) == []


def test_own_drafts_of_ratings_are_told_while_they_can_still_be_given():
    branch = BranchFactory()
    rater, manager = user_of_branch(branch), ManagerFactory(branch=branch)
    for item in ("training", "community"):
        RatingDraft.objects.create(
            month=OCTOBER.first, manager=manager, item=item, score=Decimal(80), rater=rater, saved_at=NOW
        )
    assert titles(chores.own_rating_drafts(rater)) == [("warn", "1 人的2026年10月评价还是草稿")]
    assert chores.own_rating_drafts(user_of_branch(branch)) == []
    BranchMonthFactory(branch=branch, month=OCTOBER.first, state=MonthState.CLOSED, current_run=RunFactory())
    assert chores.own_rating_drafts(rater) == []


def test_drafts_of_a_scheme_are_the_company_departments_work():
    scheme = draft()
    assert titles(chores.scheme_drafts(Role.COMPANY)) == [("", f"考核方案 {scheme} 还是草案")]
    assert chores.scheme_drafts(Role.BRANCH) == []


def test_only_the_last_check_of_sums_counts():
    SumCheck.objects.create(month=OCTOBER.first, at=NOW, compared=100, differing=2, example="卫津里 FTTH 3 ≠ 4")
    [told] = chores.differing_sums()
    assert (told.level, told.title) == ("bad", "2026年10月的汇总有 2 处与记录不符")
    assert "卫津里 FTTH 3 ≠ 4" in told.text
    SumCheck.objects.create(month=OCTOBER.first, at=NOW + dt.timedelta(days=1), compared=100, differing=0)
    assert chores.differing_sums() == []


def test_failed_recompute_is_told_until_the_next_one_is_done():
    branch = BranchFactory()
    RunFactory(branch=branch, status=RunStatus.FAILED, error="磁盘满了")
    assert [todo.text for todo in chores.failed_recomputes(NOW)] == ["磁盘满了"]
    RunFactory(branch=branch, status=RunStatus.DONE)
    assert chores.failed_recomputes(NOW) == []


def test_recompute_that_no_worker_takes_is_told():
    RunFactory(status=RunStatus.REQUESTED, requested_at=NOW)
    assert chores.failed_recomputes(NOW + dt.timedelta(seconds=40)) == []
    assert titles(chores.failed_recomputes(NOW + dt.timedelta(seconds=51))) == [("bad", "1 个重算没有后台进程接手")]


def test_files_that_failed_or_wait_are_told():
    for name, status in (("a.csv", "failed"), ("b.csv", "previewed"), ("c.csv", "done")):
        Batch.objects.create(kind="grids", filename=name, sha256="0", status=status)
    found = chores.waiting_files(dt.datetime.now(dt.UTC))
    assert [(todo.level, todo.text) for todo in found] == [("bad", "a.csv"), ("warn", "b.csv")]
    assert [todo.text for todo in chores.waiting_files(dt.datetime.now(dt.UTC) + dt.timedelta(days=8))] == ["b.csv"]


def test_first_pages_show_them(client):
    line = DifferenceFactory()
    for user, name in ((user_of_branch(line.branch), "month_glance"), (UserFactory(), "company_home")):
        client.force_login(user)
        assert "笔待处理" in client.get(reverse(f"kpi:{name}")).content.decode()


def test_administrator_starts_on_what_the_machine_wants(client):
    client.force_login(ItAdminFactory())
    assert client.get("/")["Location"] == reverse("kpi:admin_home")
    assert "都在正常运行" in client.get(reverse("kpi:admin_home")).content.decode()
    RunFactory(status=RunStatus.FAILED, error="磁盘满了")
    assert "磁盘满了" in client.get(reverse("kpi:admin_home")).content.decode()
