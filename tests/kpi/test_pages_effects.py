"""From a slip or an acceptance to the score, as a page and as a fragment."""

import datetime as dt

import pytest
from django.urls import reverse

from tests.factories.acceptance import AcceptanceFactory, SlipFactory, SlipLineFactory
from tests.factories.accounts import user_of_branch, user_of_hall
from tests.factories.grids import BranchFactory, GridFactory
from tests.factories.kpi import recomputed

pytestmark = pytest.mark.django_db


def accepted(grid):
    return AcceptanceFactory(grid=grid, branch=grid.branch, product_id="FTTH", accepted_on=dt.date(2026, 10, 12))


def test_acceptance_effect_names_the_grid_and_the_item(client) -> None:
    grid = GridFactory()
    acceptance = accepted(grid)
    recomputed()
    client.force_login(user_of_branch(grid.branch))
    address = reverse("kpi:acceptance_effect", args=[acceptance.order_no])
    assert grid.name in client.get(address).content.decode()
    fragment = client.get(address, headers={"hx-request": "true"}).content.decode()
    assert "<html" not in fragment
    assert f"{reverse('kpi:grid_score', args=['2026-10', grid.code])}?item=A" in fragment


def test_acceptance_effect_of_another_branch_is_not_there(client) -> None:
    acceptance = accepted(GridFactory())
    client.force_login(user_of_branch(BranchFactory()))
    assert client.get(reverse("kpi:acceptance_effect", args=[acceptance.order_no])).status_code == 404


def test_acceptance_outlook_says_what_the_grid_will_stand_at(client) -> None:
    slip = SlipFactory(grid=GridFactory())
    SlipLineFactory(slip=slip, product_id="FTTH")
    client.force_login(user_of_hall(slip.hall))
    page = client.get(reverse("kpi:acceptance_outlook", args=[slip.number])).content.decode()
    assert slip.grid.name in page
    assert "<b>A</b> 0 → 1" in page
