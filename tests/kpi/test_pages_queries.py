"""Pages ask no more of the database with three rows than with one."""

import pytest
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tests.factories.accounts import UserFactory, user_of_branch
from tests.factories.grids import BranchFactory, GridFactory
from tests.factories.kpi import recomputed
from tests.factories.managers import full_team

pytestmark = pytest.mark.django_db


def asked(client, address: str) -> int:
    client.get(address)  # fills the caches of a new generation
    with CaptureQueriesContext(
        connection,
    ) as queries:
        assert client.get(address).status_code == 200
    return len(queries)


@pytest.mark.parametrize("name", ["target_list", "rating_list", "month_glance", "company_home", "people"])
def test_pages_ask_no_more_with_three_grids_than_with_one(client, name) -> None:
    cache.clear()
    branch = BranchFactory()
    client.force_login(UserFactory() if name == "company_home" else user_of_branch(branch))
    counts = []
    for grids in (1, 2):
        for _n in range(grids):
            full_team(GridFactory(branch=branch))
        recomputed()
        counts.append(asked(client, f"{reverse(f'kpi:{name}')}?month=2026-10"))
    assert counts[0] == counts[1]


def test_score_sheet_asks_no_more_with_three_people_than_with_one(client) -> None:
    grid = GridFactory()
    client.force_login(user_of_branch(grid.branch))
    address = reverse("kpi:grid_score", args=["2026-10", grid.code]) + "?item=G"
    counts = []
    for _n in range(2):
        full_team(grid)
        recomputed()
        counts.append(asked(client, address))
    assert counts[0] == counts[1]
