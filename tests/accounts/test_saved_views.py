"""Views that people keep of a page: what is kept, who finds them, and that they lead nowhere else."""

import datetime as dt

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from accounts import queries
from accounts.choices import Audience, Role
from accounts.domain import saved_views
from accounts.models import SavedView, User
from accounts.saved import address, kept_by
from tests.factories.accounts import UserFactory, user_of_branch, user_of_hall, user_of_manager, user_of_sub_bureau
from tests.factories.grids import BranchFactory, GridFactory, HallFactory, SubBureauFactory
from tests.factories.kpi import recomputed
from tests.factories.managers import ManagerFactory, full_team

pytestmark = pytest.mark.django_db

NOW = dt.datetime(2026, 11, 12, 9, 0, tzinfo=dt.UTC)
LEAGUE = "kpi:league"


def saved(owner: User, name: str = "保有偏低", query: str = "sort=E", **more) -> SavedView:
    given = {"page": LEAGUE, "is_shared": False, "branch_code": owner.branch_code, "is_default": False} | more
    return saved_views.keep(owner=owner, name=name, query=query, now=NOW, **given)


def press(client, query: str, name: str = "保有偏低", page: str = LEAGUE, **more):
    return client.post(reverse("accounts:view_save"), {"page": page, "query": query, "name": name, **more})


@pytest.fixture
def branch():
    return BranchFactory()


@pytest.fixture
def reader(client, branch) -> User:
    user = user_of_branch(branch)
    client.force_login(user)
    return user


# What is kept -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("asked", "kept"),
    [
        ("month=2026-10&sort=E&cols=A&cols=E", "sort=E&cols=A,E"),
        ("sort=E&export=xlsx&density=dense&after=9&next=//evil.example", "sort=E"),
        ("sort=a%00b&street=S1", "street=S1"),
        (f"sort={'x' * 501}&as=corrected", "as=corrected"),
        ("branch=B1&branch=B2", "branch=B2"),
        ("", ""),
    ],
)
def test_only_what_the_page_knows_is_kept_and_the_month_goes_with_the_time(client, reader, asked, kept) -> None:
    assert press(client, asked).status_code == 302
    assert SavedView.objects.get().query == kept


def test_month_is_kept_when_it_is_the_one_wanted(client, reader) -> None:
    press(client, "sort=E&month=2026-10", pinned="on")
    assert SavedView.objects.get().query == "month=2026-10&sort=E"


def test_saving_comes_back_to_the_page_as_it_was(client, reader) -> None:
    answer = press(client, "sort=E&month=2026-10&next=//evil.example")
    assert answer["Location"] == f"{reverse(LEAGUE)}?month=2026-10&sort=E"


@pytest.mark.parametrize("page", ["", "kpi:month_glance", "kpi:nothing", "//evil.example", "accounts:logout"])
def test_page_that_keeps_no_views_keeps_none(client, reader, page) -> None:
    assert press(client, "sort=E", page=page)["Location"] == reverse("accounts:view_list")
    assert not SavedView.objects.exists()


def test_page_that_the_role_may_not_open_keeps_none(client) -> None:
    client.force_login(user_of_hall(HallFactory()))
    press(client, "sort=E")
    assert not SavedView.objects.exists()


def test_every_page_that_keeps_views_is_an_address_without_arguments() -> None:
    pages = ["league", "people", "teams", "branches", "trends"]
    halls = ["hall_queue", "in_transit", "reconciliation", "channel_mix", "support_volume"]
    kept = [kept_by(name) for name in [*(f"kpi:{p}" for p in pages), *(f"acceptance:{h}" for h in halls)]]
    assert all(kept)


# Names --------------------------------------------------------------------------------------------


def test_pressing_twice_saves_once(client, reader) -> None:
    assert [press(client, "sort=E").status_code for _press in range(2)] == [302, 302]
    assert SavedView.objects.count() == 1


def test_name_taken_keeps_what_was_typed_and_offers_to_replace(client, reader) -> None:
    press(client, "sort=E")
    answer = press(client, "sort=F", is_default="on")
    page = answer.content.decode()
    assert answer.status_code == 422
    for text in ("您已有叫这个名称的视图", 'value="保有偏低"', 'value="sort=F"', "替换同名的视图"):
        assert text in page
    assert SavedView.objects.get().query == "sort=E"
    press(client, "sort=F", replaces="1")
    assert SavedView.objects.get().query == "sort=F"


@pytest.mark.parametrize("name", ["", "   ", "长" * 41])
def test_name_that_is_none_is_refused_beside_the_field(client, reader, name) -> None:
    answer = press(client, "sort=E", name=name)
    assert (answer.status_code, list(answer.context["form"].errors)) == (422, ["name"])
    assert not SavedView.objects.exists()


def test_same_name_on_another_page_or_of_another_person_is_another_view(reader) -> None:
    saved(reader)
    saved(reader, page="kpi:people")
    saved(UserFactory())
    assert SavedView.objects.count() == 3


def test_database_knows_one_name_and_one_default_a_page(reader) -> None:
    saved(reader, is_default=True)
    for twin in ({"name": "保有偏低"}, {"name": "别的", "is_default": True}):
        with pytest.raises(IntegrityError), transaction.atomic():
            SavedView.objects.create(owner=reader, page=LEAGUE, saved_at=NOW, **twin)


def test_too_many_views_and_too_long_ones_are_refused(reader) -> None:
    with pytest.raises(saved_views.TooLong):
        saved(reader, query="x" * 1001)
    for number in range(saved_views.MOST):
        saved(reader, f"视图{number}")
    with pytest.raises(saved_views.TooMany):
        saved(reader, "再一个")


# The default --------------------------------------------------------------------------------------


def test_page_that_is_asked_for_nothing_opens_with_the_default(client, reader) -> None:
    saved(reader, is_default=True)
    saved(reader, "别的", "sort=F")
    assert client.get(reverse(LEAGUE))["Location"] == f"{reverse(LEAGUE)}?sort=E"
    for query in ("view=usual", "month=2026-10", "sort=F"):
        assert client.get(f"{reverse(LEAGUE)}?{query}").status_code == 200


def test_new_default_takes_the_place_of_the_old(reader) -> None:
    first = saved(reader, is_default=True)
    saved(reader, "别的", "sort=F", is_default=True)
    first.refresh_from_db()
    assert not first.is_default


def test_default_of_a_colleague_is_not_mine(client, branch, reader) -> None:
    saved(user_of_branch(branch), is_default=True, is_shared=True)
    assert client.get(reverse(LEAGUE)).status_code == 200


def test_default_without_filters_opens_the_page_as_it_is(client, reader) -> None:
    view = saved(reader, query="", is_default=True)
    assert client.get(reverse(LEAGUE)).status_code == 200
    assert client.get(address(view)).status_code == 200


# Sharing ------------------------------------------------------------------------------------------


def found_by(user: User, branch_code: str) -> list[str]:
    return [view.name for view in queries.saved_views(user, branch_code)]


def test_view_is_shared_within_the_branch_only(branch) -> None:
    grid = GridFactory(branch=branch)
    owner, neighbour = user_of_branch(branch), user_of_branch(BranchFactory())
    saved(owner, "共享的", is_shared=True)
    saved(owner, "自己的")
    colleague = user_of_sub_bureau(SubBureauFactory(branch=branch))
    manager = user_of_manager(full_team(grid)[0].manager)
    assert found_by(owner, branch.code) == ["共享的", "自己的"]
    assert [found_by(user, branch.code) for user in (colleague, manager)] == [["共享的"]] * 2
    assert found_by(neighbour, neighbour.branch_code) == []
    assert found_by(UserFactory(), "") == []


def test_company_shares_with_all(branch) -> None:
    saved(UserFactory(), is_shared=True)
    assert found_by(user_of_branch(branch), branch.code) == ["保有偏低"]


def test_stopped_person_shares_nothing_any_more(branch) -> None:
    owner = user_of_branch(branch)
    saved(owner, is_shared=True)
    User.objects.filter(pk=owner.pk).update(is_active=False)
    assert found_by(user_of_branch(branch), branch.code) == []


def test_manager_without_a_posting_has_nobody_to_share_with(client) -> None:
    client.force_login(user_of_manager(ManagerFactory()))
    answer = press(client, "sort=E", is_shared="on")
    assert "没有可以共享的同事" in answer.content.decode()
    assert not SavedView.objects.exists()


def test_shared_view_shows_each_reader_their_own_scope(client) -> None:
    one, two = GridFactory(), GridFactory()
    recomputed()
    view = saved(UserFactory(), query=f"branch={one.branch.code}&sort=E", is_shared=True)
    client.force_login(user_of_branch(two.branch))
    page = client.get(f"{address(view)}&month=2026-10").content.decode()
    assert two.name in page
    assert one.name not in page


def test_audience_and_branch_go_together_in_the_database(reader) -> None:
    for audience, code in ((Audience.BRANCH, ""), (Audience.SELF, "B1"), ("all", "")):
        with pytest.raises(IntegrityError), transaction.atomic():
            SavedView.objects.create(
                owner=reader, page=LEAGUE, name="x", audience=audience, branch_code=code, saved_at=NOW
            )


# Where they are found -----------------------------------------------------------------------------


def test_page_lists_own_and_shared_views_and_names_the_one_in_use(client, branch, reader) -> None:
    saved(reader, "我的样子")
    saved(user_of_branch(branch, name="周敏"), "周敏的样子", "sort=F", is_shared=True)
    page = client.get(f"{reverse(LEAGUE)}?month=2026-10&sort=E").content.decode()
    assert '<span class="clip">我的样子</span>' in page
    for text in ("周敏的样子", "周敏</span>", "/kpi/?sort=F"):
        assert text in page


@pytest.mark.parametrize("name", ["kpi:trends", "kpi:people", "acceptance:reconciliation", "acceptance:in_transit"])
def test_lists_of_the_branch_offer_their_views(client, reader, name) -> None:
    saved(reader, "这一页的", page=name, query="")
    saved(reader, "那一页的")
    page = client.get(reverse(name)).content.decode()
    assert "这一页的" in page
    assert "那一页的" not in page


def test_queue_offers_its_views(client) -> None:
    user = user_of_hall(HallFactory())
    client.force_login(user)
    saved(user, "等签收的", page="acceptance:hall_queue", query="state=submitted")
    assert "?state=submitted" in client.get(reverse("acceptance:hall_queue"), {"view": "usual"}).content.decode()


def test_unchanged_league_is_sent_again_once_a_view_is_saved(client, reader) -> None:
    place = f"{reverse(LEAGUE)}?month=2026-10"
    tag = client.get(place)["ETag"]
    assert client.get(place, headers={"if-none-match": tag}).status_code == 304
    press(client, "sort=E")
    assert client.get(place, headers={"if-none-match": tag}).status_code == 200


def test_unchanged_league_is_sent_again_once_its_reader_is_called_otherwise(client, reader) -> None:
    place = f"{reverse(LEAGUE)}?month=2026-10"
    tag = client.get(place)["ETag"]
    reader.name = "何另名"
    reader.save()
    assert client.get(place, headers={"if-none-match": tag}).status_code == 200


def test_pages_name_their_saved_query_again_when_pressed(client, reader) -> None:
    page = client.get(f"{reverse(LEAGUE)}?sort=E&cols=A&cols=B&junk=1").content.decode()
    assert 'name="query" value="sort=E&amp;cols=A,B"' in page


# Changing and deleting ----------------------------------------------------------------------------


def test_own_view_is_renamed_shared_and_made_the_default(client, branch, reader) -> None:
    view = saved(reader)
    place = reverse("accounts:view_change", args=[view.pk])
    assert 'value="保有偏低"' in client.get(place).content.decode()
    client.post(place, {"name": "F 偏低", "is_shared": "on", "is_default": "on"})
    view.refresh_from_db()
    assert (view.name, view.audience, view.branch_code, view.is_default) == ("F 偏低", "branch", branch.code, True)


def test_renaming_to_a_name_of_ones_own_is_refused(client, reader) -> None:
    saved(reader, "甲")
    view = saved(reader, "乙")
    answer = client.post(reverse("accounts:view_change", args=[view.pk]), {"name": "甲"})
    assert "您已有叫这个名称的视图" in answer.content.decode()
    view.refresh_from_db()
    assert view.name == "乙"


@pytest.mark.parametrize("name", ["accounts:view_change", "accounts:view_delete"])
def test_view_of_somebody_else_is_neither_changed_nor_deleted(client, branch, reader, name) -> None:
    view = saved(user_of_branch(branch), is_shared=True)
    answer = client.post(reverse(name, args=[view.pk]), {"name": "我的了"})
    assert answer["Location"] == reverse("accounts:view_list")
    assert SavedView.objects.get().name == "保有偏低"


def test_deleting_twice_is_harmless(client, reader) -> None:
    place = reverse("accounts:view_delete", args=[saved(reader).pk])
    assert [client.post(place).status_code for _press in range(2)] == [302, 302]
    assert not SavedView.objects.exists()


def test_list_of_views_names_pages_and_hides_those_the_role_lost(client, reader) -> None:
    saved(reader)
    saved(reader, "队列的", page="acceptance:hall_queue", query="")
    page = client.get(reverse("accounts:view_list")).content.decode()
    assert "网格排名" in page
    assert "队列的" not in page


def test_every_role_opens_the_list(client) -> None:
    for role in (Role.COMPANY, Role.AUDITOR, Role.IT_ADMIN):
        client.force_login(UserFactory(role=role))
        assert "还没有保存的视图" in client.get(reverse("accounts:view_list")).content.decode()
