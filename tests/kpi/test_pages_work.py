"""The pages people work on: homes, sheets, steps of a month, meeting, runs; and who finds nothing there."""

from decimal import Decimal

import pytest
from django.urls import reverse

from kpi.choices import MonthState
from kpi.models import BranchMonth, Decision, Rating, Run, Target
from tests.factories.accounts import UserFactory, user_of_branch, user_of_manager, user_of_sub_bureau
from tests.factories.grids import BranchFactory, GridFactory
from tests.factories.kpi import RatingFactory, TargetFactory, recomputed
from tests.factories.managers import full_team

pytestmark = pytest.mark.django_db


def complete_grid(branch=None):
    """A grid with a full team, targets and ratings for October."""
    grid = GridFactory(branch=branch or BranchFactory())
    for posting in full_team(grid):
        RatingFactory(manager=posting.manager)
    for code in "ABC":
        TargetFactory(grid=grid, code=code)
    return grid


def place(name: str, grid) -> str:
    return reverse(name, args=["2026-10", grid.branch.code])


def team_page(grid) -> str:
    return reverse("kpi:rating_team", args=["2026-10", grid.code])


def test_home_of_a_branch_without_grids_tells_no_figures(client) -> None:
    client.force_login(user_of_branch(BranchFactory()))
    page = client.get(reverse("kpi:month_glance")).content.decode()
    assert "还没有网格" in page
    assert "重点业务完成" not in page


@pytest.mark.parametrize("name", ["kpi:month_glance", "kpi:target_list", "kpi:rating_list", "kpi:scheme_list"])
def test_pages_of_the_branch_open_with_and_without_scores(client, name) -> None:
    grid = complete_grid()
    client.force_login(user_of_branch(grid.branch))
    assert client.get(reverse(name)).status_code == 200
    recomputed()
    assert client.get(reverse(name)).status_code == 200


def test_company_home_names_branches_without_scores(client) -> None:
    grid = complete_grid()
    recomputed()
    late = BranchFactory(name="滨海分公司")
    client.force_login(UserFactory())
    page = client.get(reverse("kpi:company_home")).content.decode()
    assert grid.branch.name in page
    assert late.name in page


def test_my_day_opens_for_a_manager_with_and_without_a_posting(client) -> None:
    posting = full_team(GridFactory())[0]
    client.force_login(user_of_manager(posting.manager))
    assert "我的一天" in client.get(reverse("kpi:my_day")).content.decode()
    posting.delete()
    assert client.get(reverse("kpi:my_day")).status_code == 200


def test_targets_are_set_on_the_sheet(client) -> None:
    grid = complete_grid()
    client.force_login(user_of_branch(grid.branch))
    answer = client.post(f"{reverse('kpi:target_list')}?month=2026-10", {f"t-{grid.pk}-A": "1,250"})
    assert answer.status_code == 302
    assert Target.objects.get(grid=grid, code="A").value == Decimal(1250)


@pytest.mark.parametrize("typed", ["many", "-3", "NaN"])
def test_targets_refuse_what_is_no_target(client, typed) -> None:
    grid = complete_grid()
    client.force_login(user_of_branch(grid.branch))
    answer = client.post(f"{reverse('kpi:target_list')}?month=2026-10", {f"t-{grid.pk}-A": typed})
    assert "没有保存" in answer.content.decode()
    assert Target.objects.get(grid=grid, code="A").value == Decimal(100)


def test_targets_exempt_only_with_a_reason(client) -> None:
    grid = complete_grid()
    client.force_login(user_of_branch(grid.branch))
    address, cell = f"{reverse('kpi:target_list')}?month=2026-10", f"{grid.pk}-A"
    assert "要写明理由" in client.post(address, {f"t-{cell}": "不考核"}).content.decode()
    client.post(address, {f"t-{cell}": "不考核：整体搬迁"})
    assert Target.objects.filter(is_exempt=True).get().reason == "整体搬迁"


def test_targets_of_another_branch_are_not_set(client) -> None:
    grid, other = complete_grid(), GridFactory()
    client.force_login(user_of_branch(other.branch))
    client.post(f"{reverse('kpi:target_list')}?month=2026-10", {f"t-{grid.pk}-A": "1"})
    assert Target.objects.get(grid=grid, code="A").value == Decimal(100)


def test_targets_are_read_only_for_a_sub_bureau(client) -> None:
    grid = complete_grid()
    client.force_login(user_of_sub_bureau(grid.sub_bureau))
    address = f"{reverse('kpi:target_list')}?month=2026-10"
    assert client.get(address).status_code == 200
    assert client.post(address, {f"t-{grid.pk}-A": "1"}).status_code == 404


def test_ratings_are_given_with_comment_and_author(client) -> None:
    grid = complete_grid()
    manager, user = grid.postings.first().manager, user_of_branch(grid.branch)
    client.force_login(user)
    cell = f"{manager.pk}-training"
    client.post(team_page(grid), {f"s-{cell}": "91.5", f"c-{cell}": "每周晨会都讲"})
    given = Rating.objects.get(manager=manager, item="training")
    assert (given.score, given.comment, given.rated_by) == (Decimal("91.5"), "每周晨会都讲", user)


def test_run_is_requested_watched_and_found_again(client) -> None:
    grid = complete_grid()
    client.force_login(user_of_branch(grid.branch))
    answer = client.post(reverse("kpi:run_request"), {"month": "2026-10", "branch": grid.branch.code})
    run = Run.objects.get()
    assert answer["Location"] == reverse("kpi:run_detail", args=[run.pk])
    assert f"run-{run.pk}" in client.get(answer["Location"], headers={"hx-request": "true"}).content.decode()
    assert f"#{run.pk}" in client.get(reverse("kpi:run_list")).content.decode()


def test_run_of_another_branch_is_neither_requested_nor_seen(client) -> None:
    grid = complete_grid()
    client.force_login(user_of_branch(BranchFactory()))
    asked = {"month": "2026-10", "branch": grid.branch.code}
    assert client.post(reverse("kpi:run_request"), asked).status_code == 404
    assert client.post(reverse("kpi:run_request"), {"month": "2026-10"}).status_code == 404
    run = recomputed(branch=grid.branch)
    assert client.get(reverse("kpi:run_detail", args=[run.pk])).status_code == 404


def test_month_is_published_withdrawn_and_published_again(client) -> None:
    grid = complete_grid()
    recomputed()
    client.force_login(user_of_branch(grid.branch))
    month = BranchMonth.objects.get(branch=grid.branch)
    steps = [("publish", MonthState.PUBLISHED), ("withdraw", MonthState.TRIAL), ("publish", MonthState.PUBLISHED)]
    for step, state in steps:
        assert client.post(place(f"kpi:month_{step}", grid), {"appeals_until": "2099-11-09"}).status_code == 302
        month.refresh_from_db()
        assert month.state == state


def test_month_with_something_missing_lists_where_to_mend_it(client) -> None:
    grid = complete_grid()
    Target.objects.filter(code="A").delete()
    recomputed()
    client.force_login(user_of_branch(grid.branch))
    page = client.get(place("kpi:month_publish", grid)).content.decode()
    assert reverse("kpi:target_list") in page
    client.post(place("kpi:month_publish", grid), {"appeals_until": "2099-11-09"})
    assert BranchMonth.objects.get(branch=grid.branch).state == MonthState.TRIAL


def test_decision_is_recorded_and_settled(client) -> None:
    grid = complete_grid()
    client.force_login(user_of_branch(grid.branch))
    answer = {"text": "嘉陵道营业厅加 1 名营业员", "owner": "祁志勇", "due_on": "2099-11-20"}
    client.post(place("kpi:decision_new", grid), answer)
    decision = Decision.objects.get()
    client.post(reverse("kpi:decision_done", args=[decision.pk]))
    decision.refresh_from_db()
    assert (decision.owner, decision.done_on is not None) == ("祁志勇", True)


@pytest.mark.parametrize("name", ["month_publish", "month_close", "meeting", "decision_new"])
def test_month_of_another_branch_is_not_there(client, name) -> None:
    grid = complete_grid()
    recomputed()
    client.force_login(user_of_branch(BranchFactory()))
    assert client.get(place(f"kpi:{name}", grid)).status_code == 404
