"""Files of people."""

import pytest

from managers.models import Manager, Posting
from tests.factories.grids import BranchFactory, GridFactory
from tests.factories.managers import ManagerFactory, PostingFactory
from tests.factories.periods import period
from tests.imports.files import take_text

pytestmark = pytest.mark.django_db

POSTED = "工号,网格编码,分工,到岗日期,离岗日期\n"


def test_manager_is_found_by_pinyin(tmp_path):
    branch = BranchFactory()

    take_text(tmp_path, "managers", f"staff_no,name,branch_code,phone\n007,吴家麟,{branch.code},13800000000\n")

    manager = Manager.objects.get()
    assert (manager.staff_no, manager.name_key) == ("007", "wu jia lin wjl")


def test_posting_with_a_new_end_is_a_change(tmp_path):
    posting = PostingFactory(grid__code="G1", manager__staff_no="007", period=period("2026-01-01"))

    outcome, rejected = take_text(tmp_path, "postings", f"{POSTED}007,G1,外勤,2026-01-01,2026-10-01\n")

    posting.refresh_from_db()
    assert (outcome.counts, rejected) == ((0, 1, 0), [])
    assert posting.period == period("2026-01-01", "2026-10-01")


def test_manager_of_another_grid_is_refused_in_words(tmp_path):
    PostingFactory(grid__code="G1", manager__staff_no="007", period=period("2026-01-01"))
    GridFactory(code="G2")

    _outcome, rejected = take_text(tmp_path, "postings", f"{POSTED}007,G2,hall,2026-10-01,\n")

    assert rejected == [(2, ["这位客户经理在 2026-10-01 起已在网格 G1 任职"])]


def test_place_and_person_outside_the_branch_are_refused(tmp_path):
    own, foreign = GridFactory(code="G1"), GridFactory(code="G2")
    ManagerFactory(staff_no="1", branch=own.branch)
    ManagerFactory(staff_no="2", branch=foreign.branch)

    outcome, rejected = take_text(
        tmp_path,
        "postings",
        f"{POSTED}1,G1,外勤,2026-10-01,\n1,G2,外勤,2026-11-01,\n2,G1,外勤,2026-10-01,\n",
        branches=[own.branch_id],
    )

    assert outcome.counts == (1, 0, 0)
    assert [line for line, _reasons in rejected] == [3, 4]
    assert rejected[1][1] == ["工号 2 不在您的管理范围内"]
    assert Posting.objects.count() == 1
