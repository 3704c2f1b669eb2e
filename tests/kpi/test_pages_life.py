"""The pages of a month's life: appeals on phone and PC, the list of steps, corrections, adjustments."""

import datetime as dt

import pytest
from django.urls import reverse
from django.utils import timezone

from core.periods import local_day
from kpi.choices import AppealOutcome, MonthState
from kpi.domain import appeals, corrections
from kpi.models import Appeal, BranchMonth, Correction, Run
from tests.factories.acceptance import AcceptanceFactory, SlipFactory
from tests.factories.accounts import UserFactory, user_of_branch, user_of_manager
from tests.factories.grids import BranchFactory
from tests.factories.kpi import NOW, recomputed
from tests.factories.months import appeal_on, closed, corrected, correction_run, published, ready_grid

pytestmark = pytest.mark.django_db
FAR = dt.date(2099, 1, 31)


@pytest.fixture
def grid():
    """A grid whose October is published, with appeals for a long time."""
    grid = ready_grid(code="G1", name="王顶堤")
    published(grid, until=FAR)
    return grid


@pytest.fixture
def member(grid):
    return user_of_manager(grid.postings.get().manager)


def text_of(response) -> str:
    return response.content.decode()


def sheets(grid) -> dict[str, str]:
    """Where the grid's and its member's sheets and appeals are."""
    staff_no = grid.postings.get().manager.staff_no
    return {
        "grid": reverse("kpi:grid_score", args=["2026-10", grid.code]),
        "person": reverse("kpi:person_score", args=["2026-10", staff_no]),
        "grid_appeal": reverse("kpi:grid_appeal", args=["2026-10", grid.code]),
        "person_appeal": reverse("kpi:person_appeal", args=["2026-10", staff_no]),
    }


@pytest.mark.parametrize("kind", ["grid", "person"])
def test_member_appeals_from_the_sheet_and_sees_the_state(client, grid, member, kind):
    client.force_login(member)
    address = sheets(grid)[f"{kind}_appeal"]
    assert address in text_of(client.get(sheets(grid)[kind]))
    assert client.get(address).status_code == 200
    sent = {"code": "A", "text": "少计了 12345 这一单"}
    for _click in range(2):
        assert client.post(address, sent).status_code == 302
    appeal = Appeal.objects.get()
    assert (appeal.code, appeal.filed_by) == ("A", member)
    page = text_of(client.get(reverse("kpi:appeal_detail", args=[appeal.pk])))
    assert "少计了 12345 这一单" in page
    assert "等答复" in page
    assert "对 A 的申诉" in text_of(client.get(sheets(grid)[kind]))


def test_phone_shows_the_published_month_with_the_way_to_appeal(client, grid, member):
    client.force_login(member)
    assert sheets(grid)["person_appeal"] in text_of(client.get(reverse("kpi:my_score")))


def test_text_is_kept_when_the_deadline_passes_while_typing(client, grid, member):
    client.force_login(member)
    BranchMonth.objects.update(appeals_until=local_day(timezone.now()) - dt.timedelta(days=1))
    page = client.post(sheets(grid)["grid_appeal"], {"code": "total", "text": "写了很久的理由"})
    assert page.status_code == 200
    assert "写了很久的理由" in text_of(page)
    assert "已经过了" in text_of(page)
    assert not Appeal.objects.exists()


def test_sheet_offers_no_appeal_after_the_deadline_nor_to_others(client, grid, member):
    client.force_login(user_of_branch(grid.branch))
    assert sheets(grid)["grid_appeal"] not in text_of(client.get(sheets(grid)["grid"]))
    BranchMonth.objects.update(appeals_until=local_day(timezone.now()) - dt.timedelta(days=1))
    client.force_login(member)
    assert sheets(grid)["grid_appeal"] not in text_of(client.get(sheets(grid)["grid"]))


def test_appeal_without_a_reason_is_refused_beside_the_field(client, grid, member):
    client.force_login(member)
    page = text_of(client.post(sheets(grid)["grid_appeal"], {"code": "A", "text": "  "}))
    assert "必填" in page or "这个字段是必填项" in page
    assert not Appeal.objects.exists()


def test_branch_answers_and_the_second_answer_is_kept_in_sight(client, grid, member):
    appeal = appeal_on(grid, by=member)
    address = reverse("kpi:appeal_answer", args=[appeal.pk])
    client.force_login(user_of_branch(grid.branch, name="王芳"))
    assert client.post(address, {"outcome": "upheld", "answer": "补录一单"}).status_code == 302
    client.force_login(user_of_branch(grid.branch, name="赵强"))
    page = text_of(client.post(address, {"outcome": "rejected", "answer": "我看不成立"}))
    assert "王芳已于" in page
    assert "我看不成立" in page
    appeal.refresh_from_db()
    assert appeal.answer == "补录一单"


def test_list_has_open_appeals_first_and_narrows(client, grid, member):
    answered = appeal_on(grid, by=member, code="A")
    appeals.answer(appeal=answered, outcome=AppealOutcome.REJECTED, words="已核对", by=UserFactory(), now=NOW)
    waiting = appeal_on(grid, by=UserFactory(), code="B")
    client.force_login(user_of_branch(grid.branch))
    address = reverse("kpi:appeal_list")
    shown = client.get(address).context
    assert [row.appeal for row in shown["rows"]] == [waiting, answered]
    assert shown["waiting"] == 1
    assert [row.appeal for row in client.get(address, {"state": "rejected"}).context["rows"]] == [answered]
    assert client.get(address, {"month": "2026-09"}).context["rows"] == []
    assert client.get(address, {"month": "2026-13"}).status_code == 404
    client.force_login(member)
    assert [row.appeal for row in client.get(address, {"mine": "1"}).context["rows"]] == [answered]


def test_appeal_list_names_what_changed_since(client, grid, member):
    appeal_on(grid, by=member, code="A")
    BranchMonth.objects.update(state=MonthState.TRIAL)
    AcceptanceFactory(grid=grid)
    published(grid, until=FAR)
    client.force_login(member)
    row = client.get(reverse("kpi:appeal_list")).context["rows"][0]
    assert (row.contested, row.now, row.change) == (0, 10, 10)


def test_withdrawn_appeal_says_so(client, grid, member):
    appeal = appeal_on(grid, by=member)
    client.force_login(member)
    client.post(reverse("kpi:appeal_withdraw", args=[appeal.pk]))
    assert "已撤回" in text_of(client.get(reverse("kpi:appeal_detail", args=[appeal.pk])))


def test_every_obstacle_leads_to_where_it_is_mended(client, grid, member):
    appeal = appeal_on(grid, by=member)
    SlipFactory(grid=grid, hall=grid.hall)
    client.force_login(user_of_branch(grid.branch))
    page = client.get(reverse("kpi:month_close", args=["2026-10", grid.branch.code]))
    urls = {one.kind: url for one, url in page.context["obstacles"]}
    assert urls == {
        "unanswered": reverse("kpi:appeal_detail", args=[appeal.pk]),
        "appeals": f"{reverse('kpi:appeal_list')}?month=2026-10&branch={grid.branch.code}",
        "in_transit": reverse("acceptance:in_transit"),
    }


def test_month_is_closed_by_who_has_seen_the_slips_in_transit(client, grid):
    SlipFactory(grid=grid, hall=grid.hall)
    BranchMonth.objects.update(appeals_until=dt.date(2026, 11, 3))
    client.force_login(user_of_branch(grid.branch))
    address = reverse("kpi:month_close", args=["2026-10", grid.branch.code])
    page = text_of(client.get(address))
    assert "看过即可的事" in page
    assert "要先办的事" not in page
    client.post(address)
    assert BranchMonth.objects.get().state == MonthState.PUBLISHED
    client.post(address, {"in_transit_seen": "1"})
    assert BranchMonth.objects.get().state == MonthState.CLOSED


def test_published_and_closed_months_offer_no_second_publishing(client, grid):
    client.force_login(user_of_branch(grid.branch))
    address = reverse("kpi:month_publish", args=["2026-10", grid.branch.code])
    page = text_of(client.get(address))
    assert "已经在公示" in page
    assert 'name="appeals_until"' not in page
    BranchMonth.objects.update(state=MonthState.CLOSED, closed_at=timezone.now())
    page = text_of(client.get(address))
    assert "已经审定" in page
    assert 'name="appeals_until"' not in page


def test_deadline_in_the_past_is_refused_beside_it_and_stays(client):
    grid = ready_grid()
    recomputed(branch=grid.branch)
    client.force_login(user_of_branch(grid.branch))
    page = text_of(
        client.post(reverse("kpi:month_publish", args=["2026-10", grid.branch.code]), {"appeals_until": "2020-01-05"})
    )
    assert "申诉截止不能早于今天。" in page
    assert 'value="2020-01-05"' in page
    assert BranchMonth.objects.get().state == MonthState.TRIAL


def test_phone_shows_what_became_of_ones_appeals(client, grid, member):
    appeal = appeal_on(grid, by=member)
    client.force_login(member)
    address = reverse("kpi:my_score")
    assert "等答复" in text_of(client.get(address))
    by = user_of_branch(grid.branch)
    appeals.answer(appeal=appeal, outcome=AppealOutcome.REJECTED, words="那一单在九月", by=by, now=NOW)
    page = text_of(client.get(address))
    assert "不成立" in page
    assert "那一单在九月" in page


def test_checklist_tells_what_is_done_and_what_comes_next(client, grid, member):
    appeal_on(grid, by=member)
    client.force_login(user_of_branch(grid.branch))
    page = client.get(reverse("kpi:month_life", args=["2026-10", grid.branch.code]))
    states = {step.label: step.state for step in page.context["steps"]}
    assert states == {
        "目标": "done",
        "主观评价": "done",
        "小组": "done",
        "试算": "done",
        "公示": "done",
        "申诉": "bad",
        "在途单": "done",
        "审定": "later",
        "更正": "later",
    }
    assert page.context["steps"][5].until == FAR


def test_checklist_opens_for_a_month_that_nobody_has_scored(client):
    branch = BranchFactory()
    client.force_login(user_of_branch(branch))
    page = client.get(reverse("kpi:month_life", args=["2026-10", branch.code]))
    assert [step.state for step in page.context["steps"]][:2] == ["waits", "later"]
    assert "已设齐" not in text_of(page)
    assert client.get(reverse("kpi:month_life", args=["2026-00", branch.code])).status_code == 404


@pytest.fixture
def settled():
    """A grid whose October is closed, and an acceptance that came later."""
    grid = ready_grid(code="G1", name="王顶堤")
    closed(grid)
    AcceptanceFactory(grid=grid, order_no="WT0001", recorded_at=timezone.now())
    return grid


def place(name: str, grid) -> str:
    return reverse(name, args=["2026-10", grid.branch.code])


def test_recompute_of_a_closed_month_leads_to_its_correction(client, settled):
    client.force_login(user_of_branch(settled.branch))
    sent = {"month": "2026-10", "branch": settled.branch.code}
    page = client.post(reverse("kpi:run_request"), sent, follow=True)
    assert page.redirect_chain[-1][0] == place("kpi:correction_month", settled)
    assert "请作更正" in text_of(page)


def test_correction_is_compared_signed_and_booked(client, settled):
    by = user_of_branch(settled.branch, name="王芳")
    client.force_login(by)
    address = place("kpi:correction_month", settled)
    assert "还没有比对" in text_of(client.get(address))
    run = correction_run(settled)
    page = text_of(client.get(address))
    assert "新增 0 → 1" in page
    assert "WT0001" in page
    sign = reverse("kpi:correction_sign", args=[run.pk])
    kept = text_of(client.post(sign, {"reason": ""}))
    assert "新增 0 → 1" in kept
    for _click in range(2):
        assert client.post(sign, {"reason": "受理补录"}).status_code == 302
    correction = Correction.objects.get()
    detail = text_of(client.get(reverse("kpi:correction_detail", args=[correction.pk])))
    assert "受理补录" in detail
    listed = text_of(client.get(reverse("kpi:adjustment_list")))
    assert "王顶堤" in listed
    assert "+3.12" in listed


def test_totals_tell_what_a_correction_changes(client, settled):
    corrected(settled)
    client.force_login(user_of_branch(settled.branch))
    query = {"month": "2026-10", "item": "A", "as": "difference"}
    level = client.get(reverse("kpi:totals"), query).context["level"]
    assert level.all.cells[:3] == ["+1", "0", "+1"]
    assert [line.cells[:3] for line in level.lines] == [["+1", "0", "+1"]]
    exact = text_of(client.get(sheets(settled)["grid"], {"as": "difference"}))
    assert "各项的差异不舍入" in exact


def test_correction_without_a_difference_says_so(client):
    grid = ready_grid()
    closed(grid)
    correction_run(grid)
    client.force_login(user_of_branch(grid.branch))
    assert "没有差异" in text_of(client.get(place("kpi:correction_month", grid)))


def test_discarded_correction_disappears(client, settled):
    run = correction_run(settled)
    client.force_login(user_of_branch(settled.branch))
    for _click in range(2):
        client.post(reverse("kpi:correction_discard", args=[run.pk]))
    assert not Run.objects.filter(pk=run.pk).exists()


def test_open_month_offers_no_correction(client, grid):
    client.force_login(user_of_branch(grid.branch))
    assert "这个月还没有审定" in text_of(client.get(place("kpi:correction_month", grid)))
    client.post(place("kpi:correction_request", grid))
    assert not Run.objects.filter(cause="correction").exists()


def test_branch_is_told_of_closed_months_that_changed(client, settled):
    corrections.check_closed(today=dt.date(2026, 11, 20), now=NOW)
    client.force_login(user_of_branch(settled.branch))
    page = text_of(client.get(reverse("kpi:month_glance")))
    assert "2026年10月 有 2 项与公示时不同，可作更正" in page
    assert place("kpi:correction_month", settled) in page


def test_member_sees_own_adjustments_only(client, settled):
    correction = corrected(settled)
    member = settled.postings.get().manager
    client.force_login(user_of_manager(member))
    month = f"{correction.booked_month:%Y-%m}"
    rows = client.get(reverse("kpi:adjustment_list"), {"month": month}).context["rows"]
    assert {row.grid_id or row.manager_id for row in rows} <= {settled.pk, member.pk}
    other = ready_grid()
    client.force_login(user_of_manager(other.postings.get().manager))
    assert client.get(reverse("kpi:adjustment_list"), {"month": month}).context["rows"] == []


@pytest.mark.parametrize("seen", ["9" * 5000, "-1", "NaN", ""])
def test_number_of_slips_that_is_none_closes_nothing(client, grid, seen):
    SlipFactory(grid=grid, hall=grid.hall)
    BranchMonth.objects.update(appeals_until=dt.date(2026, 11, 3))
    client.force_login(user_of_branch(grid.branch))
    address = reverse("kpi:month_close", args=["2026-10", grid.branch.code])
    assert client.post(address, {"in_transit_seen": seen}).status_code == 302
    assert BranchMonth.objects.get().state == MonthState.PUBLISHED
