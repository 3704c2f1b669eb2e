"""The file of formal acceptances."""

import pytest

from acceptance.models import Acceptance
from tests.factories.customers import HouseholdFactory
from tests.factories.grids import GridCommunityFactory, GridFactory
from tests.factories.managers import ManagerFactory, OperatorFactory
from tests.factories.periods import period
from tests.imports.files import take_text

pytestmark = pytest.mark.django_db

HEAD = "order_no,household_code,product_code,accepted_on,developer_no,developer_name,operator_no,channel,cancelled_on\n"


@pytest.fixture
def home():
    held = GridCommunityFactory(grid__code="G1", period=period("2026-01-01", "2026-10-15"))
    GridCommunityFactory(
        grid=GridFactory(code="G2", branch=held.grid.branch), community=held.community, period=period("2026-10-15")
    )
    ManagerFactory(staff_no="007", name="吴家麟")
    OperatorFactory(operator_no="OP1")
    return HouseholdFactory(code="H1", community=held.community)


def test_grid_is_that_of_the_day(tmp_path, home):
    outcome, rejected = take_text(
        tmp_path,
        "acceptances",
        f"{HEAD}O1,H1,FTTH,2026-10-14,007,吴家麟,OP1,own_hall,\nO2,H1,3G,2026-10-15,007,,,direct,\n",
    )

    assert (outcome.counts, rejected) == ((2, 0, 0), [])
    assert list(Acceptance.objects.order_by("order_no").values_list("grid__code", "developer__staff_no", "branch")) == [
        ("G1", "007", home.branch_id),
        ("G2", "007", home.branch_id),
    ]


def test_order_that_comes_again_keeps_its_grid(tmp_path, home):
    take_text(tmp_path, "acceptances", f"{HEAD}O1,H1,FTTH,2026-10-14,,,,own_hall,\n")
    home.community.memberships.all().delete()

    outcome, _rejected = take_text(tmp_path, "acceptances", f"{HEAD}O1,H1,FTTH,2026-10-14,,,,own_hall,2026-10-20\n")

    assert outcome.counts == (0, 1, 0)
    assert Acceptance.objects.get().grid.code == "G1"


def test_community_without_a_grid_gives_none(tmp_path, home):
    take_text(tmp_path, "acceptances", f"{HEAD}O1,H1,FTTH,2025-10-14,,,,own_hall,\n")

    assert Acceptance.objects.get().grid is None


def test_name_is_no_key(tmp_path, home):
    _outcome, rejected = take_text(
        tmp_path,
        "acceptances",
        f"{HEAD}O1,H1,FTTH,2026-10-14,007,张三,,own_hall,\nO2,H1,3G,2026-10-14,,张三,,own_hall,\n",
    )

    assert rejected == [(2, ["发展人姓名与工号 007 的姓名 吴家麟 不符"])]
    assert list(Acceptance.objects.values_list("order_no", "developer", "developer_name")) == [("O2", None, "张三")]


def test_unknown_people_and_channels_are_refused(tmp_path, home):
    _outcome, rejected = take_text(
        tmp_path, "acceptances", f"{HEAD}O1,H1,FTTH,2026-10-14,008,,OP9,nowhere,2026-10-13\n"
    )

    assert rejected == [
        (2, ["撤销日期不能早于受理日期", "发展人工号 008 不存在", "操作工号 OP9 不存在", "渠道 nowhere 不存在"])
    ]
