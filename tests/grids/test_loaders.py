"""Files of places."""

import datetime as dt

import pytest

from grids.models import Branch, Grid, GridCommunity, Hall, Street
from tests.factories.grids import (
    BranchFactory,
    CommunityFactory,
    GridCommunityFactory,
    GridFactory,
    HallFactory,
    StreetFactory,
    SubBureauFactory,
)
from tests.factories.periods import period
from tests.imports.files import take_text

pytestmark = pytest.mark.django_db

HELD = "网格编码,社区编码,生效日期,失效日期\n"


def test_branches_are_new_changed_and_same(tmp_path):
    BranchFactory(code="01", name="南开")
    BranchFactory(code="02", name="和平")

    outcome, rejected = take_text(tmp_path, "branches", "名称,分公司编码\n南开,01\n和平分公司,02\n河西,03\n")

    assert (outcome.counts, rejected) == ((1, 1, 1), [])
    assert list(Branch.objects.values_list("code", "name")) == [("01", "南开"), ("02", "和平分公司"), ("03", "河西")]


def test_english_keys_and_unknown_columns_are_taken(tmp_path):
    outcome, rejected = take_text(tmp_path, "branches", "name,remark,code\n南开,x,01\n")

    assert (outcome.counts, rejected) == ((1, 0, 0), [])


def test_unknown_code_is_refused_with_all_reasons(tmp_path):
    outcome, rejected = take_text(
        tmp_path, "halls", "code,name,branch_code,street_code,has_family_zone\nT1,,99,88,也许\n"
    )

    assert outcome.counts == (0, 0, 0)
    assert rejected == [
        (2, ["名称没有填", "家庭专区：“也许”要写“是”或“否”", "分公司编码 99 不存在", "街道编码 88 不存在"])
    ]


def test_streets_take_words_of_both_languages(tmp_path):
    take_text(tmp_path, "streets", "code,name,district,area_type\n1,甲,南开区,市区\n2,乙,静海区,rural\n")

    assert list(Street.objects.values_list("code", "area_type")) == [("1", "urban"), ("2", "rural")]


def test_repeated_key_is_refused(tmp_path):
    outcome, rejected = take_text(tmp_path, "branches", "code,name\n01,甲\n02,乙\n01,丙\n")

    assert (outcome.counts, rejected) == ((2, 0, 0), [(4, ["与第 2 行重复"])])


def test_column_that_is_absent_keeps_what_is_known(tmp_path):
    hall = HallFactory(code="T1", lon=117.1, lat=39.1, has_family_zone=True)

    outcome, _rejected = take_text(
        tmp_path, "halls", f"code,name,branch_code,street_code\nT1,新名,{hall.branch.code},{hall.street.code}\n"
    )

    hall.refresh_from_db()
    assert outcome.counts == (0, 1, 0)
    assert (hall.name, hall.lon, hall.has_family_zone) == ("新名", 117.1, True)


def test_period_keeps_its_end_when_the_file_has_no_such_column(tmp_path):
    held = GridCommunityFactory(grid__code="G1", period=period("2026-01-01", "2026-10-01"))
    GridFactory(code="G2")
    code = held.community.code
    text = f"grid_code,community_code,valid_from\nG1,{code},2026-01-01\nG2,{code},2026-10-01\n"

    outcome, rejected = take_text(tmp_path, "grid_communities", text)

    assert (outcome.counts, rejected) == ((1, 0, 1), [])
    assert list(GridCommunity.objects.order_by("period").values_list("period", flat=True)) == [
        period("2026-01-01", "2026-10-01"),
        period("2026-10-01"),
    ]


def test_absent_column_of_a_new_row_is_empty(tmp_path):
    branch, street = BranchFactory(), StreetFactory()

    take_text(tmp_path, "halls", f"code,name,branch_code,street_code\nT1,甲,{branch.code},{street.code}\n")

    assert Hall.objects.get().has_family_zone is False


def test_grid_belongs_to_the_branch_of_its_sub_bureau(tmp_path):
    bureau = SubBureauFactory()
    hall = HallFactory()

    take_text(
        tmp_path,
        "grids",
        f"code,name,sub_bureau_code,hall_code,valid_from\nG1,甲,{bureau.code},{hall.code},2026/10/1\n",
    )

    grid = Grid.objects.get()
    assert grid.branch == bureau.branch
    assert (grid.period.lower, grid.period.upper) == (dt.date(2026, 10, 1), None)


def test_period_must_hold_for_a_day(tmp_path):
    grid, community = GridFactory(), CommunityFactory()

    _outcome, rejected = take_text(
        tmp_path, "grid_communities", f"{HELD}{grid.code},{community.code},2026-10-01,2026-10-01\n"
    )

    assert rejected == [(2, ["失效日期要晚于生效日期（失效当日不计）"])]


def test_community_of_another_grid_is_refused_in_words(tmp_path):
    held = GridCommunityFactory(grid__code="G1", period=period("2026-01-01"))
    GridFactory(code="G2")

    outcome, rejected = take_text(tmp_path, "grid_communities", f"{HELD}G2,{held.community.code},2026-10-01,\n")

    assert outcome.counts == (0, 0, 0)
    assert rejected == [(2, ["这个社区在 2026-10-01 起已属于网格 G1"])]


@pytest.mark.parametrize("closing_first", [True, False])
def test_one_file_moves_a_community(tmp_path, closing_first):
    held = GridCommunityFactory(grid__code="G1", period=period("2026-01-01"))
    GridFactory(code="G2")
    lines = [f"G1,{held.community.code},2026-01-01,2026-10-01\n", f"G2,{held.community.code},2026-10-01,\n"]

    outcome, rejected = take_text(
        tmp_path, "grid_communities", HELD + "".join(lines if closing_first else reversed(lines))
    )

    assert (outcome.counts, rejected) == ((1, 1, 0), [])
    assert list(GridCommunity.objects.order_by("period").values_list("grid__code", "period")) == [
        ("G1", period("2026-01-01", "2026-10-01")),
        ("G2", period("2026-10-01")),
    ]


def test_refused_closing_refuses_what_relied_on_it(tmp_path):
    held = GridCommunityFactory(grid__code="G1", period=period("2026-01-01"))
    other = GridCommunityFactory(grid__code="G2")
    community = held.community.code
    text = f"G1,{community},2026-01-01,2026-10-01\nG2,{community},2026-10-01,\n"
    branches = [other.grid.branch_id, held.community.sub_bureau.branch_id]
    held.grid.branch = BranchFactory()
    held.grid.save()

    outcome, rejected = take_text(tmp_path, "grid_communities", HELD + text, branches=branches)

    assert outcome.counts == (0, 0, 0)
    assert rejected == [(2, ["网格 G1 不在您的管理范围内"]), (3, ["这个社区在 2026-10-01 起已属于网格 G1"])]


def test_rows_of_one_file_may_not_overlap(tmp_path):
    community = CommunityFactory(code="C1")
    GridFactory(code="G1")
    GridFactory(code="G2")

    outcome, rejected = take_text(
        tmp_path, "grid_communities", f"{HELD}G1,{community.code},2026-01-01,\nG2,C1,2026-03-01,\n"
    )

    assert outcome.counts == (1, 0, 0)
    assert rejected == [(3, ["与第 2 行在 2026-03-01 起重叠：一个社区同一天只能属于一个网格"])]
