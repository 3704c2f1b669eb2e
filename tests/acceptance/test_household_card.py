"""The card of a household."""

import datetime as dt

import pytest
from django.test import Client
from django.urls import reverse

from tests.factories.acceptance import AcceptanceFactory, SlipFactory, SlipLineFactory
from tests.factories.accounts import user_of_branch, user_of_manager
from tests.factories.customers import CaseFactory, HouseholdFactory, SubscriptionFactory
from tests.factories.grids import GridCommunityFactory
from tests.factories.managers import PostingFactory

pytestmark = pytest.mark.django_db


def home_of(grid, rows: int = 1):
    """A household of a grid with lines, slips and acceptances."""
    home = HouseholdFactory(community=GridCommunityFactory(grid=grid).community, branch=grid.branch)
    for _row in range(rows):
        CaseFactory(household=home)
        SubscriptionFactory(household=home)
        SlipLineFactory(slip=SlipFactory(household=home, grid=grid))
        AcceptanceFactory(household=home, grid=grid)
    return home


@pytest.mark.parametrize("rows", [1, 3])
def test_card_takes_the_same_queries_for_one_and_three(
    client: Client, django_assert_max_num_queries, rows: int
) -> None:
    posting = PostingFactory()
    home = home_of(posting.grid, rows)
    client.force_login(user_of_manager(posting.manager))
    url = reverse("acceptance:household_card", args=[home.code])
    client.get(url)
    with django_assert_max_num_queries(18):
        card = client.get(url).context["card"]
    assert (len(card.lines), len(card.slips), len(card.acceptances)) == (rows, rows, rows)


def test_card_shows_the_grid_of_today_and_its_team(client: Client) -> None:
    posting = PostingFactory()
    home = home_of(posting.grid)
    client.force_login(user_of_branch(posting.grid.branch))
    card = client.get(reverse("acceptance:household_card", args=[home.code])).context["card"]
    assert (card.grid, card.team) == (posting.grid, [posting])


def test_card_masks_the_contact_for_overseers_only(client: Client) -> None:
    posting = PostingFactory()
    home = home_of(posting.grid)
    url = reverse("acceptance:household_card", args=[home.code])
    client.force_login(user_of_branch(posting.grid.branch))
    page = client.get(url).content.decode()
    assert ("13812345678" in page, "138****5678" in page, "写预受理单" in page) == (False, True, False)
    client.force_login(user_of_manager(posting.manager))
    page = client.get(url).content.decode()
    assert ("13812345678" in page, "写预受理单" in page) == (True, True)


def test_card_counts_lines_in_service(client: Client) -> None:
    posting = PostingFactory()
    home = home_of(posting.grid)
    SubscriptionFactory(household=home, closed_on=dt.date(2026, 1, 1))
    client.force_login(user_of_branch(posting.grid.branch))
    assert client.get(reverse("acceptance:household_card", args=[home.code])).context["card"].in_service == 1


def test_card_of_a_foreign_household_is_not_there(client: Client) -> None:
    posting = PostingFactory()
    client.force_login(user_of_manager(posting.manager))
    url = reverse("acceptance:household_card", args=[HouseholdFactory().code])
    assert client.get(url).status_code == 404
