"""The pages of ratings: who is missing, whose scale is flat, and a team beside its month's records."""

import datetime as dt
from decimal import Decimal

import pytest
from django.urls import reverse

from campaigns.models import FollowUp, Visit
from core.periods import SHANGHAI, Month
from kpi.choices import RatingItem
from kpi.models import Rating, RatingDraft
from kpi.queries.raters import raters_of
from tests.factories.acceptance import AcceptanceFactory
from tests.factories.accounts import UserFactory, user_of_branch, user_of_sub_bureau
from tests.factories.grids import GridFactory
from tests.factories.kpi import OCTOBER, BranchMonthFactory, RatingFactory, RunFactory
from tests.factories.managers import ManagerFactory, PostingFactory, full_team
from tests.factories.periods import period

pytestmark = pytest.mark.django_db


@pytest.fixture
def team():
    return full_team(GridFactory())


@pytest.fixture
def rater(client, team):
    user = user_of_branch(team[0].grid.branch)
    client.force_login(user)
    return user


def list_page(client, query: str = "month=2026-10") -> str:
    return client.get(f"{reverse('kpi:rating_list')}?{query}").content.decode()


def address(grid, name: str = "rating_team") -> str:
    return reverse(f"kpi:{name}", args=["2026-10", grid.code])


def test_missing_people_are_counted_with_a_link_to_their_team(client, team, rater) -> None:
    RatingFactory(manager=team[0].manager)
    page = list_page(client, "month=2026-10&missing=1")
    assert '<b class="bad-t">2</b>' in page
    assert f'href="{address(team[0].grid)}#m{team[1].manager.pk}"' in page


def test_page_opens_on_last_month_until_it_is_closed(client, team, rater) -> None:
    last = Month.of(dt.datetime.now(SHANGHAI).date()).shift(-1)
    words = f"{last.year}年{last.number}月谁还没有评价"
    assert words in list_page(client, "")
    month = BranchMonthFactory(
        branch=team[0].grid.branch, month=last.first, current_run=RunFactory(month=last.first), state="published"
    )
    assert words in list_page(client, "")
    month.state = "closed"
    month.save()
    assert words not in list_page(client, "")


def test_records_of_the_month_stand_beside_the_sub_item(client, team, rater) -> None:
    grid, person = team[0].grid, team[0].manager
    inside, outside = dt.datetime(2026, 10, 31, 23, 59, tzinfo=SHANGHAI), dt.datetime(2026, 11, 1, tzinfo=SHANGHAI)
    for at, note in ((inside, "换了三处海报"), (outside, "下个月的海报")):
        Visit.objects.create(grid=grid, manager=person, kind="publicity", visited_at=at, note=note)
    due = dt.datetime(2026, 10, 20, 18, tzinfo=SHANGHAI)
    FollowUp.objects.create(grid=grid, manager=person, subject="回访老王", due_at=due)
    page = client.get(address(grid)).content.decode()
    assert "换了三处海报" in page
    assert "10月31日" in page
    assert "下个月的海报" not in page
    assert "跟进“回访老王”没有按时办" in page


def test_row_is_kept_while_it_is_typed_and_survives_a_logout(client, team, rater) -> None:
    grid, key = team[0].grid, f"{team[0].manager.pk}-training"
    answer = client.post(address(grid, "rating_draft"), {f"s-{key}": "88.5", f"c-{key}": "讲解清楚"})
    assert "草稿" in answer.content.decode()
    client.logout()
    client.force_login(rater)
    page = client.get(address(grid)).content.decode()
    assert f'name="s-{key}" value="88.5"' in page
    assert f'name="c-{key}" value="讲解清楚"' in page
    assert "您有 1 项草稿没有提交" in list_page(client)


def test_draft_is_nobody_elses_business(client, team, rater) -> None:
    grid, key = team[0].grid, f"{team[0].manager.pk}-training"
    client.post(address(grid, "rating_draft"), {f"s-{key}": "88.5"})
    client.force_login(user_of_branch(grid.branch))
    assert "88.5" not in client.get(address(grid)).content.decode()
    assert "草稿没有提交" not in list_page(client)


@pytest.mark.parametrize(("typed", "words"), [("101", "得分要在 0 到 100 之间"), ("很好", "“很好”不是一个数")])
def test_refused_draft_is_told_beside_the_field(client, team, rater, typed, words) -> None:
    key = f"{team[0].manager.pk}-training"
    answer = client.post(address(team[0].grid, "rating_draft"), {f"s-{key}": typed})
    assert words in answer.content.decode()
    assert not RatingDraft.objects.exists()


def test_all_drafts_are_published_from_the_list(client, team, rater) -> None:
    grid = team[0].grid
    for posting in team:
        client.post(address(grid, "rating_draft"), {f"s-{posting.manager.pk}-training": "80"})
    answer = client.post(f"{reverse('kpi:rating_publish')}?month=2026-10", follow=True)
    assert "已提交 3 项评价" in answer.content.decode()
    assert Rating.objects.filter(score=80, rated_by=rater).count() == 3
    assert "没有改动" in client.post(f"{reverse('kpi:rating_publish')}?month=2026-10", follow=True).content.decode()


def test_submitting_the_team_publishes_and_forgets_the_drafts(client, team, rater) -> None:
    grid, key = team[0].grid, f"{team[0].manager.pk}-training"
    client.post(address(grid, "rating_draft"), {f"s-{key}": "80"})
    assert client.post(address(grid), {f"s-{key}": "85"}).status_code == 302
    assert Rating.objects.get().score == Decimal(85)
    assert not RatingDraft.objects.exists()


def test_long_comment_is_refused_and_kept(client, team, rater) -> None:
    key, long = f"{team[0].manager.pk}-training", "好" * 301
    page = client.post(address(team[0].grid), {f"s-{key}": "80", f"c-{key}": long}).content.decode()
    assert "评语最多 300 个字，现在 301 个" in page
    assert f'value="{long}"' in page
    assert not Rating.objects.exists()


def test_person_on_loan_is_rated_by_the_branch_that_scores(client) -> None:
    home, away = GridFactory(), GridFactory()
    person = ManagerFactory(branch=home.branch)
    PostingFactory(manager=person, grid=home, period=period("2026-10-01", "2026-10-11"))
    PostingFactory(manager=person, grid=away, period=period("2026-10-11"))
    key = f"{person.pk}-training"
    client.force_login(user_of_branch(home.branch))
    assert f"由{away.branch.name}计分和评价" in client.get(address(home)).content.decode()
    assert client.post(address(home), {f"s-{key}": "80"}).status_code == 404
    client.force_login(user_of_branch(away.branch))
    assert f"从{home.branch.name}借来" in client.get(address(away)).content.decode()
    assert client.post(address(away), {f"s-{key}": "80"}).status_code == 302
    assert Rating.objects.get().score == Decimal(80)


def test_sub_bureau_reads_and_does_not_rate(client, team) -> None:
    grid = team[0].grid
    client.force_login(user_of_sub_bureau(grid.sub_bureau))
    assert 'name="s-' not in client.get(address(grid)).content.decode()
    assert client.post(address(grid), {f"s-{team[0].manager.pk}-training": "80"}).status_code == 404


def test_rater_who_gives_everybody_the_same_shows() -> None:
    flat, fair = UserFactory(name="平均先生"), UserFactory(name="公平女士")
    people = [ManagerFactory() for _n in range(8)]
    for person, score in zip(people[:4], (95, 95, 96, 95), strict=True):
        RatingFactory(manager=person, score=score, rated_by=flat)
    for person, score in zip(people[4:], (70, 80, 90, 100), strict=True):
        RatingFactory(manager=person, score=score, rated_by=fair)
    found = raters_of(OCTOBER, [person.pk for person in people], unnamed="无", here="这里", company="全公司")
    by_name = {spread.name: spread for spread in found.each}
    assert by_name["平均先生"].is_flat
    assert not by_name["公平女士"].is_flat
    assert (by_name["公平女士"].mean, by_name["公平女士"].low, by_name["公平女士"].high) == (85.0, 70.0, 100.0)
    assert round(by_name["公平女士"].deviation, 3) == 11.18
    assert found.company is not None
    assert len(found.company.scores) == 8


def test_spread_counts_a_person_by_the_mean_of_the_sub_items() -> None:
    person, rater = ManagerFactory(), UserFactory()
    for item, score in ((RatingItem.PUBLICITY, 80), (RatingItem.TRAINING, 90)):
        RatingFactory(manager=person, item=item, score=score, rated_by=rater)
    RatingFactory(item=RatingItem.TRAINING, score=50)
    found = raters_of(OCTOBER, [person.pk], unnamed="无", here="这里", company="全公司")
    assert [(spread.name, spread.scores) for spread in found.each] == [(rater.name, (85.0,))]
    assert found.company is not None
    assert sorted(found.company.scores) == [50.0, 85.0]


def test_shared_order_counts_for_both_by_its_share(client, team, rater) -> None:
    first, second, _third = (posting.manager for posting in team)
    AcceptanceFactory(grid=team[0].grid, developer=first)
    AcceptanceFactory(grid=team[0].grid, developer=first, co_developer=second, developer_share=60)
    page = client.get(address(team[0].grid)).content.decode()
    assert [part[:3] for part in page.split("发展受理 <b>")[1:]] == ["1.6", "0.4"]
