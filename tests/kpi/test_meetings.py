"""The review meeting: a snapshot that stays as it was, slides drawn from it alone, and what the meeting decides."""

import datetime as dt
import re
from decimal import Decimal

import pytest
from django.db import Error, transaction
from django.urls import reverse
from django.utils import timezone

from accounts.models import AccessLog
from campaigns.models import FollowUp
from core.periods import Month
from kpi.choices import DecisionKind
from kpi.domain import plans
from kpi.domain.schemes import in_force
from kpi.models import BranchMonth, Decision, MeetingSnapshot, Rating, Target, TargetChange
from kpi.queries.outliers import fences
from kpi.views.slides import fitting
from tests.factories.accounts import UserFactory, user_of_branch, user_of_sub_bureau
from tests.factories.customers import HouseholdFactory, SubscriptionFactory
from tests.factories.grids import BranchFactory, GridCommunityFactory, GridFactory
from tests.factories.kpi import OCTOBER, DecisionFactory, RatingFactory, TargetFactory, recomputed
from tests.factories.managers import full_team

pytestmark = pytest.mark.django_db


def scored_grid():
    """A grid with a full team, targets and ratings for October, scored."""
    grid = GridFactory()
    for posting in full_team(grid):
        RatingFactory(manager=posting.manager)
    for code in "ABC":
        TargetFactory(grid=grid, code=code)
    recomputed()
    return grid


@pytest.fixture
def grid():
    return scored_grid()


@pytest.fixture
def user(client, grid):
    found = user_of_branch(grid.branch)
    client.force_login(found)
    return found


def at(name: str, grid, **more) -> str:
    return reverse(f"kpi:{name}", kwargs={"month": "2026-10", "branch": grid.branch.code, **more})


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("体育中心-09", "体育中心-09"),
        ("嘉陵道街道及长江道沿线社区", "嘉陵道街道及长…"),
        ("a" * 14, "a" * 14),
        ("a" * 15, "a" * 13 + "…"),
    ],
)
def test_name_before_a_bar_is_cut_where_the_bar_begins(name, shown) -> None:
    assert fitting(name) == shown


def slides(client, grid, query: str = "") -> str:
    """The slides without the forms on the last of them: they offer what can be chosen today."""
    page = client.get(at("meeting", grid) + query).content.decode()
    return re.sub(r"<form.*?</form>", "<form>", page, flags=re.DOTALL)


def decided(client, place, /, **more):
    due = (timezone.now() + dt.timedelta(days=9)).date().isoformat()
    return client.post(at("meeting_decide", place), {"text": "主推 FTTH", "owner": "王芳", "due_on": due, **more})


def test_meeting_without_a_snapshot_says_that_it_is_a_preview(client, grid, user) -> None:
    assert "实时预览，未定格" in slides(client, grid)


def test_meeting_without_scores_leads_to_the_league(client) -> None:
    grid = GridFactory()
    client.force_login(user_of_branch(grid.branch))
    assert client.get(at("meeting", grid))["Location"].startswith(reverse("kpi:league"))
    assert client.post(at("snapshot_take", grid)).status_code == 302
    assert MeetingSnapshot.objects.count() == 0


def test_snapshot_is_numbered_and_signed_and_on_every_slide(client, grid, user) -> None:
    client.post(at("snapshot_take", grid))
    taken = MeetingSnapshot.objects.get()
    assert (taken.number, taken.taken_by, taken.run_id) == (1, user, BranchMonth.objects.get().current_run_id)
    assert slides(client, grid).count("2026年10月快照 #1") == 12


def test_snapshot_taken_twice_of_the_same_figures_is_one(client, grid, user) -> None:
    for _press in range(2):
        client.post(at("snapshot_take", grid))
    assert MeetingSnapshot.objects.count() == 1


def test_slides_of_a_snapshot_stay_to_the_byte_whatever_changes(client, grid, user) -> None:
    DecisionFactory(branch=grid.branch, month=dt.date(2026, 9, 1), text="九月的决定")
    client.post(at("snapshot_take", grid), follow=True)
    was = slides(client, grid)
    Target.objects.filter(code="A").update(value=Decimal(1))
    Rating.objects.update(score=Decimal(12))
    Decision.objects.update(done_on=dt.date(2026, 11, 3))
    grid.postings.all().delete()
    for other in (GridFactory(branch=grid.branch), GridFactory(branch=grid.branch)):
        TargetFactory(grid=other, month=dt.date(2026, 11, 1))
    recomputed()
    assert "九月的决定" in was
    assert slides(client, grid) == was
    assert slides(client, grid, "?snapshot=1") == was
    assert slides(client, grid, "?snapshot=live") != was


def test_newest_snapshot_is_shown_and_older_ones_can_be_chosen(client, grid, user) -> None:
    client.post(at("snapshot_take", grid))
    Rating.objects.update(score=Decimal(12))
    recomputed()
    assert "之后又重算过" in client.get(at("pack", grid)).content.decode()
    client.post(at("snapshot_take", grid))
    assert "2026年10月快照 #2" in slides(client, grid)
    assert "2026年10月快照 #1" in slides(client, grid, "?snapshot=1")


@pytest.mark.parametrize("number", ["9", "x", "-1", "1e3", "99999999"])
def test_snapshot_that_is_none_is_not_there(client, grid, user, number) -> None:
    client.post(at("snapshot_take", grid))
    assert client.get(at("meeting", grid), {"snapshot": number}).status_code == 404


def test_snapshot_is_never_changed_nor_deleted(client, grid, user) -> None:
    client.post(at("snapshot_take", grid))
    for change in (lambda rows: rows.update(number=7), lambda rows: rows.delete()):
        with pytest.raises(Error), transaction.atomic():
            change(MeetingSnapshot.objects.all())


def test_snapshot_of_another_branch_is_not_there(client, grid, user) -> None:
    client.post(at("snapshot_take", grid))
    client.force_login(user_of_branch(BranchFactory()))
    for name, more in (("meeting", {}), ("pack", {}), ("pack_download", {"number": 1})):
        assert client.get(at(name, grid, **more)).status_code == 404


def test_sub_bureau_watches_but_takes_nothing_home(client, grid, user) -> None:
    client.post(at("snapshot_take", grid))
    client.force_login(user_of_sub_bureau(grid.sub_bureau))
    assert client.get(at("meeting", grid)).status_code == 200
    assert "<form>" not in slides(client, grid)
    assert client.get(at("pack_download", grid, number=1)).status_code == 404
    assert client.post(at("snapshot_take", grid)).status_code == 404


def test_pack_is_named_after_the_branch_and_leaves_a_line_in_the_log(client, grid, user) -> None:
    client.post(at("snapshot_take", grid))
    answer = client.get(at("pack_download", grid, number=1))
    assert b"".join(answer.streaming_content)[:2] == b"PK"
    assert "2026-10-01.xlsx" in answer["Content-Disposition"]
    line = AccessLog.objects.get(action="packs.download")
    assert (line.user, line.subject) == (user, f"{grid.branch.code} 2026-10-01")


def test_fences_are_those_of_tukey() -> None:
    # Quartiles 20 and 40: the middle half is 20 wide, the fences lie 30 outside.
    assert fences([10, 20, 20, 30, 30, 40, 40, 50, 30]) == (-10.0, 70.0)
    assert fences([1, 2, 3]) is None


def test_decision_of_words_stays_on_the_slides(client, grid, user) -> None:
    client.post(at("snapshot_take", grid))
    answer = decided(client, grid)
    assert answer["Location"] == f"{at('meeting', grid)}#s12"
    one = Decision.objects.get()
    assert (one.kind, one.owner, one.recorded_by, one.snapshot.number) == ("plain", "王芳", user, 1)
    assert "已记下 1 项" in slides(client, grid)


def test_decision_pressed_twice_is_one(client, grid, user) -> None:
    for _press in range(2):
        decided(client, grid)
    assert Decision.objects.count() == 1


def test_target_decision_sets_next_month_with_its_reason(client, grid, user) -> None:
    decided(client, grid, kind="target", grid=grid.pk, code="A", value="130")
    target = Target.objects.get(grid=grid, code="A", month=dt.date(2026, 11, 1))
    change = TargetChange.objects.get(grid=grid, code="A", month=target.month)
    assert (target.value, change.new_value, change.reason, change.by) == (130, 130, "例会决定：主推 FTTH", user)
    assert Decision.objects.get().value == 130


@pytest.mark.parametrize("missing", ["grid", "code", "value"])
def test_target_decision_lacking_something_is_refused_and_keeps_what_was_typed(client, grid, user, missing) -> None:
    given = {"grid": grid.pk, "code": "A", "value": "130"} | {missing: ""}
    page = decided(client, grid, kind="target", **given).content.decode()
    assert "主推 FTTH" in page and "data-opens" in page and 'class="mf err"' in page
    assert Decision.objects.count() == 0


def test_target_decision_is_refused_once_the_targets_are_frozen(client, grid, user) -> None:
    for code in "ABC":
        TargetFactory(grid=grid, code=code, month=dt.date(2026, 11, 1))
    answer = client.post(at("meeting_freeze", grid))
    assert answer["Location"].endswith("#s12")
    assert plans.frozen_branches(Month(2026, 11), {grid.branch_id}) == {grid.branch_id}
    page = decided(client, grid, kind="target", grid=grid.pk, code="A", value="130").content.decode()
    assert "已冻结" in page
    assert Decision.objects.count() == 0
    assert Target.objects.get(grid=grid, code="A", month=dt.date(2026, 11, 1)).value == 100


def test_targets_with_gaps_are_not_frozen_at_the_meeting(client, grid, user) -> None:
    client.post(at("meeting_freeze", grid))
    assert plans.frozen_branches(Month(2026, 11), {grid.branch_id}) == set()
    assert "个目标未设" in slides(client, grid)


def test_follow_up_decision_gives_its_manager_work_and_tells_the_next_meeting(client, grid, user) -> None:
    posting = grid.postings.first()
    decided(client, grid, kind="follow_up", posting=posting.pk, owner="")
    work, one = FollowUp.objects.get(), Decision.objects.get()
    assert (work.manager, work.grid, work.subject, one.owner) == (
        posting.manager,
        grid,
        "主推 FTTH",
        posting.manager.name,
    )
    recomputed(Month(2026, 11))
    november = reverse("kpi:meeting", args=["2026-11", grid.branch.code])
    assert "在做" in client.get(november).content.decode()
    FollowUp.objects.update(done_at=timezone.now())
    assert "1 项里 1 项已落实" in client.get(november).content.decode()


def test_follow_up_decision_in_the_past_leaves_nothing_behind(client, grid, user) -> None:
    posting = grid.postings.first()
    page = decided(client, grid, kind="follow_up", posting=posting.pk, due_on="2020-01-01").content.decode()
    assert "期限不能早于今天" in page
    assert (Decision.objects.count(), FollowUp.objects.count()) == (0, 0)


def test_decision_in_the_past_is_refused_beside_the_day_and_kept_on_the_form(client, grid, user) -> None:
    page = decided(client, grid, due_on="2020-01-01").content.decode()
    assert "期限不能早于今天" in page
    assert 'value="2020-01-01"' in page
    assert Decision.objects.count() == 0


def test_decision_for_a_grid_of_another_branch_is_refused(client, grid, user) -> None:
    other = GridFactory()
    answer = decided(client, grid, kind="target", grid=other.pk, code="A", value="130")
    assert answer.status_code == 200
    assert Target.objects.filter(grid=other).count() == 0


def test_target_decision_counts_as_carried_out_when_the_target_is_reached(client, grid, user) -> None:
    DecisionFactory(
        branch=grid.branch, month=dt.date(2026, 9, 1), kind=DecisionKind.TARGET, grid=grid, code="A", value=Decimal(100)
    )
    page = slides(client, grid)
    assert "目标 100" in page and "完成 0.0%" in page
    assert OCTOBER.first == dt.date(2026, 10, 1)


def test_auditor_fetches_the_pack_but_decides_nothing(client, grid, user) -> None:
    client.post(at("snapshot_take", grid))
    client.force_login(UserFactory(role="auditor"))
    assert client.get(at("pack_download", grid, number=1)).status_code == 200
    assert decided(client, grid).status_code == 404


def test_weakest_retention_is_what_was_kept_not_how_much_of_the_target(client, user, grid) -> None:
    home = HouseholdFactory(community=GridCommunityFactory(grid=grid).community)
    SubscriptionFactory.create_batch(7, household=home, product_code="FIXED_LINE")
    SubscriptionFactory(household=home, product_code="FIXED_LINE", closed_on=dt.date(2026, 10, 20))
    in_force(OCTOBER).indicators.filter(code="E").update(target_rate=98)
    recomputed()
    page = client.get(f"{at('meeting', grid)}?snapshot=live").content.decode()
    assert page.count("87.50%") == 2 and "89.29%" not in page
