"""The search box: what it finds, in which order, and for whom."""

import datetime as dt

import pytest
from django.test import Client
from django.urls import reverse

from acceptance.queries.search import households, search
from accounts.scope import EVERYTHING, Scope
from tests.factories.acceptance import SlipFactory
from tests.factories.accounts import UserFactory, user_of_branch
from tests.factories.customers import HouseholdFactory
from tests.factories.grids import GridFactory
from tests.factories.managers import ManagerFactory

pytestmark = pytest.mark.django_db

TODAY = dt.date(2026, 10, 12)


@pytest.mark.parametrize(
    "text", ["KH01", "kh01", "邓雪", "长虹街道", "光明路1号楼", "光明路 101", "13690609764", "dx", "0609"]
)
def test_household_is_found_by(text: str) -> None:
    home = HouseholdFactory(
        code="KH01",
        address="长虹街道光明路 1 号楼 1 门 101",
        contact_name="邓雪",
        contact_phone="13690609764",
        search_key="zhjdgml1hl1m101dx",
    )
    HouseholdFactory(contact_phone="13100000000")
    assert households(text, EVERYTHING) == [home]


def test_household_named_exactly_comes_first() -> None:
    HouseholdFactory(contact_name="吴家麟儿")
    exact = HouseholdFactory(contact_name="吴家麟")
    assert [home.pk for home in households("吴家麟", EVERYTHING)][0] == exact.pk


def test_household_of_another_branch_is_not_found() -> None:
    home = HouseholdFactory()
    assert households(home.code, Scope(branches=frozenset({home.branch_id}))) == [home]
    assert households(home.code, Scope(branches=frozenset({home.branch_id + 1}))) == []


def test_slip_is_found_by_number_and_open_one_by_its_end() -> None:
    slip = SlipFactory(number="YSL-261012-06794")
    SlipFactory(number="YSL-261012-16794", state="withdrawn")
    assert [row.slip for row in search("ysl-261012-06794", EVERYTHING, TODAY).slips] == [slip]
    assert [row.slip for row in search("6794", EVERYTHING, TODAY).slips] == [slip]


def test_people_and_grids_are_found_by_name_code_and_initials() -> None:
    manager = ManagerFactory(name="秦勇", name_key="qy")
    grid = GridFactory(name="王顶堤-02", code="WDD02")
    assert search("秦勇", EVERYTHING, TODAY).managers == [manager]
    assert search("qy", EVERYTHING, TODAY).managers == [manager]
    assert [search(text, EVERYTHING, TODAY).grids for text in ("顶堤", "wdd02", "wdd")] == [[grid]] * 3


def test_single_letter_finds_nothing(django_assert_num_queries) -> None:
    with django_assert_num_queries(0):
        assert search("王", EVERYTHING, TODAY).total == 0


@pytest.mark.parametrize("rows", [1, 3])
def test_search_takes_four_queries_for_one_and_three(django_assert_max_num_queries, rows: int) -> None:
    for _row in range(rows):
        SlipFactory(household=HouseholdFactory(contact_name="吴家麟"))
        ManagerFactory(name="吴家麟")
    with django_assert_max_num_queries(4):
        assert search("吴家麟", EVERYTHING, TODAY).total == 2 * rows


def test_search_page_masks_for_overseers_and_says_what_can_be_found(client: Client) -> None:
    home = HouseholdFactory(contact_name="吴家麟", contact_phone="13812345678")
    client.force_login(user_of_branch(home.branch))
    page = client.get(reverse("acceptance:search"), {"q": home.code}).content.decode()
    assert "吴** 138****5678" in page
    assert "没有找到" in client.get(reverse("acceptance:search"), {"q": "zzzz"}).content.decode()
    client.force_login(UserFactory())
    assert "写两个字以上" in client.get(reverse("acceptance:search")).content.decode()


def test_search_for_one_letter_asks_for_two_and_counts_nothing(client: Client) -> None:
    client.force_login(UserFactory())
    page = client.get(reverse("acceptance:search"), {"q": "袁"}).content.decode()
    assert "写两个字以上" in page
    assert "没有找到" not in page
    assert 'class="big"' not in page
