"""The pages of targets: a total spread and looked at before it is written, the freeze, the history."""

import html
import re
from decimal import Decimal

import pytest
from django.urls import reverse
from django.utils import timezone

from core.periods import Month, local_day
from kpi.choices import RunStatus
from kpi.models import Target, TargetChange, TargetPlan
from tests.factories.accounts import UserFactory, user_of_branch, user_of_sub_bureau
from tests.factories.customers import HouseholdFactory
from tests.factories.grids import GridCommunityFactory, GridFactory
from tests.factories.kpi import BranchMonthFactory, RunFactory, TargetFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def grids():
    """Two grids of one branch with one and two households."""
    first = GridFactory(code="G1")
    second = GridFactory(code="G2", branch=first.branch)
    for grid, homes in ((first, 1), (second, 2)):
        community = GridCommunityFactory(grid=grid).community
        for _n in range(homes):
            HouseholdFactory(community=community)
    return first, second


@pytest.fixture
def planner(client, grids):
    user = user_of_branch(grids[0].branch)
    client.force_login(user)
    return user


def preview(client, query: str) -> str:
    return client.get(f"{reverse('kpi:target_spread')}?month=2026-10&{query}").content.decode()


def fields(page: str) -> dict[str, str]:
    """What the preview would send."""
    found = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', page)
    return {name: html.unescape(value) for name, value in found if name == "seen" or name.startswith("t-")}


def sheet(client, data: dict[str, str], query: str = "") -> str:
    return client.post(f"{reverse('kpi:target_list')}?month=2026-10{query}", data, follow=True).content.decode()


def test_preview_writes_nothing_and_is_written_as_shown(client, grids, planner) -> None:
    page = preview(client, "by=households&total-A=100")
    assert not Target.objects.exists()
    data = fields(page)
    assert {key: value for key, value in data.items() if key != "seen"} == {
        f"t-{grids[0].pk}-A": "33",
        f"t-{grids[1].pk}-A": "67",
    }
    assert "已保存 2 格" in sheet(client, data, "&total-A=100")
    assert list(Target.objects.order_by("grid").values_list("value", flat=True)) == [33, 67]
    assert set(TargetChange.objects.values_list("by", flat=True)) == {planner.pk}


def test_total_of_the_address_is_compared_on_the_sheet(client, grids, planner) -> None:
    TargetFactory(grid=grids[0], value=30)
    page = client.get(f"{reverse('kpi:target_list')}?month=2026-10&total-A=100").content.decode()
    assert 'value="100" data-total="A"' in page


def test_cell_changed_since_the_preview_is_told(client, grids, planner) -> None:
    data = fields(preview(client, "by=households&total-A=100"))
    TargetFactory(grid=grids[0], value=50)
    assert "别人刚改成“50”" in sheet(client, data)
    assert Target.objects.get().value == Decimal(50)


def test_exempt_grid_takes_no_part(client, grids, planner) -> None:
    TargetFactory(grid=grids[0], value=0, is_exempt=True, reason="搬迁")
    data = fields(preview(client, "by=households&total-A=100"))
    assert data[f"t-{grids[1].pk}-A"] == "100"
    assert data[f"t-{grids[0].pk}-A"] == "不考核 搬迁"


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("by=recent&total-A=100", "每个网格的权重都是 0，分不下去"),
        ("by=households&total-A=abc", "“abc”不是一个数"),
        ("by=households&total-A=10.5", "总数要是大于 0 的整数"),
        ("by=households&total-A=-5", "总数要是大于 0 的整数"),
        ("by=last", "上个月没有目标可抄"),
        ("by=households", "填上总数，再点“预览”"),
    ],
)
def test_what_can_not_be_spread_is_said_beside_the_field(client, grids, planner, query, words) -> None:
    page = preview(client, query)
    assert words in page
    assert fields(page) == {}


def test_last_month_is_copied_with_its_factor_and_exemptions(client, grids, planner) -> None:
    TargetFactory(grid=grids[0], month="2026-09-01", value=90)
    TargetFactory(grid=grids[1], month="2026-09-01", value=0, is_exempt=True, reason="搬迁")
    sheet(client, fields(preview(client, "by=last&factor=105")))
    found = Target.objects.filter(month="2026-10-01").order_by("grid")
    assert list(found.values_list("value", "is_exempt", "reason")) == [(95, False, ""), (0, True, "搬迁")]


@pytest.mark.parametrize("factor", ["0", "-5", "多", "1001"])
def test_odd_factor_is_refused_beside_the_field(client, grids, planner, factor) -> None:
    assert "比例要大于 0，最多 1000" in preview(client, f"by=last&factor={factor}")


def test_company_chooses_a_branch_first(client, grids) -> None:
    GridFactory()
    client.force_login(UserFactory())
    assert "先选分公司" in preview(client, "by=households&total-A=100")


def freeze(client, grid):
    address = reverse("kpi:target_freeze", args=["2026-10", grid.branch.code])
    return client.post(address, follow=True).content.decode()


def test_freeze_asks_for_the_missing_then_for_a_reason(client, grids, planner) -> None:
    assert "还有 6 个目标未设" in freeze(client, grids[0])
    for grid in grids:
        for code in "ABC":
            TargetFactory(grid=grid, code=code)
    assert "已冻结" in freeze(client, grids[0])
    assert TargetPlan.objects.get().frozen_by == planner
    cell = f"t-{grids[0].pk}-A"
    page = sheet(client, {cell: "120"})
    assert "已冻结，改动要写明理由" in page
    assert f'name="{cell}" value="120"' in page
    assert "已保存 1 格" in sheet(client, {cell: "120", "change_reason": "例会定的"})


def test_history_tells_who_when_and_why(client, grids, planner) -> None:
    sheet(client, {f"t-{grids[0].pk}-A": "100"})
    sheet(client, {f"t-{grids[0].pk}-A": "120"})
    page = client.get(reverse("kpi:target_history", args=["2026-10", "G1"])).content.decode()
    assert page.count(planner.name) >= 2
    assert '<td class="num muted">100</td><td class="num strong">120</td>' in page
    assert "改过 1 次" in client.get(f"{reverse('kpi:target_list')}?month=2026-10").content.decode()


def test_closed_month_shows_no_field(client, grids, planner) -> None:
    TargetFactory(grid=grids[0])
    BranchMonthFactory(branch=grids[0].branch, state="closed", current_run=RunFactory())
    page = client.get(f"{reverse('kpi:target_list')}?month=2026-10").content.decode()
    assert "已审定，不能再改" in page
    assert 'name="t-' not in page
    assert "目标不能再改" in preview(client, "by=households&total-A=100")


def test_company_sheet_keeps_a_closed_branch_out(client, grids) -> None:
    other = GridFactory()
    BranchMonthFactory(branch=grids[0].branch, state="closed", current_run=RunFactory())
    client.force_login(UserFactory())
    page = client.get(f"{reverse('kpi:target_list')}?month=2026-10").content.decode()
    assert f'name="t-{other.pk}-A"' in page
    assert f'name="t-{grids[0].pk}-A"' not in page


def test_sub_bureau_reads_the_history_and_plans_nothing(client, grids) -> None:
    client.force_login(user_of_sub_bureau(grids[0].sub_bureau))
    assert client.get(reverse("kpi:target_history", args=["2026-10", "G1"])).status_code == 200
    assert client.get(reverse("kpi:target_history", args=["2026-10", "G2"])).status_code == 404
    assert client.get(reverse("kpi:target_spread")).status_code == 404


def test_target_of_zero_stays_on_the_list_of_things_to_do(client, grids, planner) -> None:
    month = Month.of(local_day(timezone.now()))
    for grid in grids:
        for code in "ABC":
            TargetFactory(grid=grid, code=code, month=month.first, value=0 if code == "B" else 5)
    page = client.get(reverse("kpi:month_glance")).content.decode()
    assert f"{len(grids)} 个目标未设" in page
    assert "0 也算未设" in page


def test_running_recompute_is_told_to_who_types(client, grids, planner) -> None:
    page = reverse("kpi:target_list") + "?month=2026-10"
    assert "正在重算这个月" not in client.get(page).content.decode()
    RunFactory(branch=grids[0].branch, status=RunStatus.RUNNING)
    assert "正在重算这个月" in client.get(page).content.decode()


@pytest.mark.parametrize("name", ["league", "month_glance", "target_list", "rating_list", "totals", "adjustment_list"])
def test_month_that_does_not_exist_is_said_and_another_shown(client, grids, planner, name) -> None:
    page = client.get(reverse(f"kpi:{name}"), {"month": "2026-13"})
    assert page.status_code == 200
    assert "没有“2026-13”这个月" in page.content.decode()
    assert "这个月</b>" not in client.get(reverse(f"kpi:{name}"), {"month": "2026-10"}).content.decode()
