"""The score sheet adds up to the score, and nobody sees another's."""

import re
from decimal import Decimal

import pytest
from django.urls import reverse

from kpi.models import Score
from tests.factories.accounts import user_of_branch, user_of_manager
from tests.factories.grids import BranchFactory, GridFactory
from tests.factories.kpi import RatingFactory, TargetFactory, recomputed
from tests.factories.managers import ManagerFactory, PostingFactory, full_team

pytestmark = pytest.mark.django_db


def scored_grid(branch=None):
    grid = GridFactory(branch=branch or BranchFactory())
    for posting in full_team(grid):
        RatingFactory(manager=posting.manager, score=Decimal("83.33"))
    for code, value in (("A", 7), ("B", 11), ("C", 13)):
        TargetFactory(grid=grid, code=code, value=value)
    recomputed()
    return grid


def sheet(client, user, grid, **query):
    client.force_login(user)
    return client.get(reverse("kpi:grid_score", args=["2026-10", grid.code]), query)


def test_grid_score_terms_add_up_to_the_total_shown(client) -> None:
    grid = scored_grid()
    page = sheet(client, user_of_branch(grid.branch), grid).content.decode()
    terms = re.findall(r'<div class="v">([^<]+)(?:<small>(\d+)</small>)?', page)
    total = sum(Decimal((whole + digits).replace("−", "-").replace(",", "")) for whole, digits in terms)
    assert len(terms) == 7
    assert total.quantize(Decimal("0.01")) == Score.objects.get(grid=grid).total


@pytest.mark.parametrize("code", list("ABCDEFG"))
def test_grid_score_opens_every_item_with_what_is_not_counted(client, code) -> None:
    grid = scored_grid()
    answer = sheet(client, user_of_branch(grid.branch), grid, item=code)
    assert answer.status_code == 200
    assert "未计入的记录及原因" in answer.content.decode()


def test_grid_score_of_a_foreign_grid_is_not_there(client) -> None:
    grid, other = scored_grid(), GridFactory()
    assert sheet(client, user_of_branch(other.branch), grid).status_code == 404


def test_grid_score_of_a_month_that_is_none_is_not_there(client) -> None:
    grid = scored_grid()
    client.force_login(user_of_branch(grid.branch))
    assert client.get(reverse("kpi:grid_score", args=["2026-13", grid.code])).status_code == 404


def test_person_score_shows_the_grids_served(client) -> None:
    grid = scored_grid()
    manager = grid.postings.first().manager
    client.force_login(user_of_manager(manager))
    page = client.get(reverse("kpi:person_score", args=["2026-10", manager.staff_no])).content.decode()
    assert grid.name in page


def test_person_score_of_another_branch_is_not_there(client) -> None:
    grid = scored_grid()
    manager = PostingFactory(grid=grid).manager
    client.force_login(user_of_branch(BranchFactory()))
    assert client.get(reverse("kpi:person_score", args=["2026-10", manager.staff_no])).status_code == 404


def test_person_without_days_has_no_score(client) -> None:
    grid = scored_grid()
    posting = PostingFactory(grid=GridFactory(branch=grid.branch), period=("2026-11-01", None))
    client.force_login(user_of_branch(grid.branch))
    page = client.get(reverse("kpi:person_score", args=["2026-10", posting.manager.staff_no])).content.decode()
    assert "没有得分" in page


def test_person_lent_by_another_branch_is_seen_where_they_served(client) -> None:
    grid = scored_grid()
    lent = PostingFactory(grid=grid, manager=ManagerFactory(branch=BranchFactory())).manager
    RatingFactory(manager=lent, score=Decimal("91"))
    recomputed()
    client.force_login(user_of_branch(grid.branch))
    page = client.get(reverse("kpi:person_score", args=["2026-10", lent.staff_no]), {"item": "G"})
    assert page.status_code == 200
    assert "91" in page.content.decode()
    assert lent.name in client.get(reverse("kpi:people"), {"month": "2026-10"}).content.decode()
    # The month after they are a stranger again.
    lent.postings.update(period=("2026-01-01", "2026-11-01"))
    assert client.get(reverse("kpi:person_score", args=["2026-11", lent.staff_no])).status_code == 404
