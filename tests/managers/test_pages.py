"""The pages about teams, grids and people, as their readers see them."""

import pytest
from django.core.cache import cache
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from grids.models import GridCommunity
from imports.models import Batch
from managers import queries
from managers.models import Posting, TeamWaiver
from tests.factories.accounts import UserFactory, user_of_branch, user_of_manager
from tests.factories.customers import HouseholdFactory
from tests.factories.grids import CommunityFactory, GridCommunityFactory, GridFactory, GridWaiverFactory
from tests.factories.managers import PostingFactory, full_team

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("grids", [1, 3])
@pytest.mark.parametrize("name", ["managers:grid_list", "managers:team_list"])
def test_list_takes_the_same_queries_for_one_and_three(
    client: Client, django_assert_max_num_queries, name: str, grids: int
) -> None:
    for _grid in range(grids):
        grid = GridFactory()
        full_team(grid)
        HouseholdFactory(community=GridCommunityFactory(grid=grid).community)
    client.force_login(UserFactory())
    client.get(reverse(name))
    with django_assert_max_num_queries(10):
        assert client.get(reverse(name)).status_code == 200


def test_grid_list_flags_grids_out_of_band(client: Client) -> None:
    grid = GridFactory(name="王顶堤-02")
    HouseholdFactory(community=GridCommunityFactory(grid=grid).community)
    client.force_login(UserFactory())
    page = client.get(reverse("managers:grid_list"))
    assert page.context["out"] == 1
    assert "少 7,999 户" in page.content.decode()
    assert [size.is_flagged for size in page.context["rows"]] == [True]
    GridWaiverFactory(grid=grid)
    assert [size.is_flagged for size in client.get(reverse("managers:grid_list")).context["rows"]] == [False]


def test_team_list_shows_those_that_want_people_first(client: Client) -> None:
    full_team(GridFactory(name="齐的"))
    GridFactory(name="缺的")
    client.force_login(UserFactory())
    rows = client.get(reverse("managers:team_list")).context["rows"]
    assert [(row.grid.name, row.state) for row in rows] == [("缺的", "short"), ("齐的", "full")]
    narrowed = client.get(reverse("managers:team_list"), {"state": "full"}).context["rows"]
    assert [row.grid.name for row in narrowed] == ["齐的"]


def test_triangle_shows_three_corners(client: Client) -> None:
    grid = GridFactory(hall__name="王顶堤营业厅")
    community = CommunityFactory(name="宾水里", sub_bureau=grid.sub_bureau, lon=117.1, lat=39.1)
    GridCommunityFactory(grid=grid, community=community)
    HouseholdFactory.create_batch(2, community=community)
    PostingFactory(grid=grid, manager__name="秦勇")
    client.force_login(UserFactory())
    page = client.get(reverse("managers:grid_triangle", args=[grid.code]))
    assert page.context["triangle"].households == 2
    for words in ("秦勇", "王顶堤营业厅", "宾水里", "厅内缺 1 人"):
        assert words in page.content.decode()


def test_branch_moves_a_community_through_the_page(client: Client) -> None:
    membership = GridCommunityFactory()
    other = GridFactory(branch=membership.grid.branch)
    client.force_login(user_of_branch(other.branch))
    url = reverse("managers:community_move", args=[other.code])
    move = {"community": membership.community.code, "since": "2026-12-01"}
    assert "跨分局请写理由" in client.post(url, move).content.decode()
    assert client.post(url, move | {"reason": "同一物业"}).status_code == 302
    assert GridCommunity.objects.filter(community=membership.community).count() == 2


def test_branch_moves_and_ends_a_person_through_the_page(client: Client) -> None:
    posting = PostingFactory()
    other = GridFactory(branch=posting.grid.branch)
    client.force_login(user_of_branch(other.branch))
    staff_no = posting.manager.staff_no
    move = {"grid": other.pk, "duty": "hall", "since": "2026-12-01"}
    assert client.post(reverse("managers:posting_move", args=[staff_no]), move).status_code == 302
    again = client.post(reverse("managers:posting_move", args=[staff_no]), move)
    assert "已经在" in again.content.decode()
    last = Posting.objects.get(grid=other)
    url = reverse("managers:posting_end", args=[last.pk])
    assert "离任日期要晚于这一天" in client.post(url, {"since": "2026-12-01"}).content.decode()
    assert client.post(url, {"since": "2027-01-01"}).status_code == 302


def test_branch_waives_a_short_team(client: Client) -> None:
    grid = GridFactory()
    client.force_login(user_of_branch(grid.branch))
    url = reverse("managers:team_waiver_new", args=[grid.code])
    assert client.post(url, {"gap": "short", "since": "2026-11-01"}).status_code == 200
    assert client.post(url, {"gap": "short", "since": "2026-11-01", "reason": "产假"}).status_code == 302
    assert TeamWaiver.objects.get().reason == "产假"


def test_manager_reads_but_doesnt_plan(client: Client) -> None:
    posting = PostingFactory()
    client.force_login(user_of_manager(posting.manager))
    page = client.get(reverse("managers:grid_triangle", args=[posting.grid.code]))
    assert "划入一个社区" not in page.content.decode()
    assert client.post(reverse("managers:community_move", args=[posting.grid.code])).status_code == 404


def test_many_communities_are_counted_once_until_the_next_file(monkeypatch, django_assert_num_queries) -> None:
    monkeypatch.setattr(queries, "COUNTED_LIVE", 0)
    cache.clear()
    home = HouseholdFactory()
    community = home.community_id
    assert queries.household_counts([community]) == {community: 1}
    HouseholdFactory(community=home.community)
    with django_assert_num_queries(1):
        assert queries.household_counts([community]) == {community: 1}
    Batch.objects.create(kind="households", filename="a.csv", sha256="0", dry_run=False, finished_at=timezone.now())
    assert queries.household_counts([community]) == {community: 2}
