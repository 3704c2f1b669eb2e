"""The leagues: what they show, to whom, at what cost, and that nothing is sent twice."""

import pytest
from django.urls import reverse

from tests.factories.accounts import UserFactory, user_of_branch, user_of_manager
from tests.factories.grids import BranchFactory, GridFactory
from tests.factories.kpi import recomputed
from tests.factories.managers import full_team

pytestmark = pytest.mark.django_db


def league_of(branch, grids: int):
    for _n in range(grids):
        full_team(GridFactory(branch=branch))
    return recomputed()


def get(client, user, name="kpi:league", **query):
    client.force_login(user)
    return client.get(reverse(name), {"month": "2026-10", **query})


def test_league_shows_every_grid_of_the_branch_and_no_other(client) -> None:
    branch, neighbour = BranchFactory(), BranchFactory()
    own, foreign = GridFactory(branch=branch), GridFactory(branch=neighbour)
    recomputed()
    page = get(client, user_of_branch(branch)).content.decode()
    assert own.name in page
    assert foreign.name not in page


def test_league_of_the_company_shows_all_branches(client) -> None:
    one, two = GridFactory(), GridFactory()
    recomputed()
    page = get(client, UserFactory()).content.decode()
    assert one.name in page
    assert two.name in page


def test_league_of_a_foreign_branch_is_not_chosen(client) -> None:
    own, foreign = GridFactory(), GridFactory()
    recomputed()
    page = get(client, user_of_branch(own.branch), branch=foreign.branch.code).content.decode()
    assert own.name in page
    assert foreign.name not in page


def test_league_of_a_manager_shows_the_own_grid_only(client) -> None:
    branch = BranchFactory()
    own, other = GridFactory(branch=branch), GridFactory(branch=branch)
    posting = full_team(own)[0]
    recomputed()
    page = get(client, user_of_manager(posting.manager)).content.decode()
    assert own.name in page
    assert other.name not in page


def test_league_is_not_sent_again_until_a_recompute(client) -> None:
    branch = BranchFactory()
    league_of(branch, 1)
    user = user_of_branch(branch)
    first = get(client, user)
    address = f"{reverse('kpi:league')}?month=2026-10"
    again = client.get(address, headers={"if-none-match": first["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    recomputed()
    assert client.get(address, headers={"if-none-match": first["ETag"]}).status_code == 200


def test_league_etag_differs_between_readers_and_languages(client) -> None:
    branch = BranchFactory()
    league_of(branch, 1)
    tags = {get(client, user_of_branch(branch))["ETag"] for _reader in range(2)}
    client.cookies["django_language"] = "en"
    tags.add(get(client, user_of_branch(branch))["ETag"])
    assert len(tags) == 3


@pytest.mark.parametrize("name", ["kpi:league", "kpi:people", "kpi:branches"])
def test_leagues_ask_no_more_with_three_rows_than_with_one(client, name, django_assert_num_queries) -> None:
    branch = BranchFactory()
    league_of(branch, 1)
    user = user_of_branch(branch)
    get(client, user, name)
    counts = []
    for grids in (0, 2):
        league_of(branch, grids)
        get(client, user, name)  # fills the cache of the new generation
        with django_assert_num_queries(QUERIES[name]) as asked:
            client.get(reverse(name), {"month": "2026-10"})
        counts.append(len(asked))
    assert counts[0] == counts[1]


QUERIES = {"kpi:league": 19, "kpi:people": 17, "kpi:branches": 16}


@pytest.mark.parametrize("kind", ["xlsx", "csv"])
def test_league_is_exported_as_shown(client, kind) -> None:
    branch = BranchFactory()
    league_of(branch, 1)
    answer = get(client, user_of_branch(branch), export=kind)
    assert answer.status_code == 200
    assert f".{kind}" in answer["Content-Disposition"]
    assert b"".join(answer.streaming_content)


def test_league_without_scores_says_what_to_do(client) -> None:
    branch = BranchFactory()
    assert "这个月还没有成绩" in get(client, user_of_branch(branch)).content.decode()
