"""All that stands between a month and its closing, and what happens when two people close it at once."""

import datetime as dt
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection

from acceptance.choices import SlipState
from core.periods import local_day
from imports.choices import BatchStatus
from imports.models import Batch
from kpi.choices import MonthState, RunCause, RunStatus
from kpi.domain import months, recompute
from kpi.domain.obstacles import closing_obstacles, grids_without_members, slips_in_transit
from kpi.models import BranchMonth, Rating, Run
from managers.choices import TeamGap
from tests.factories.acceptance import SlipFactory
from tests.factories.accounts import UserFactory, user_of_branch
from tests.factories.grids import BranchFactory, GridFactory, HallFactory
from tests.factories.kpi import NOW, OCTOBER, RatingFactory, RunFactory, recomputed
from tests.factories.managers import PostingFactory, TeamWaiverFactory
from tests.factories.months import closed, corrected, published, ready_grid

TODAY = local_day(NOW)
LAST_MOMENT = OCTOBER.end - dt.timedelta(seconds=1)


def standing(grid) -> list[str]:
    return [one.kind for one in closing_obstacles(grid.branch, OCTOBER, today=TODAY)]


@pytest.mark.django_db
class TestObstacles:
    @pytest.fixture
    def grid(self):
        grid = ready_grid()
        published(grid)
        return grid

    def test_nothing_stands_in_the_way_of_a_ready_month(self, grid):
        assert standing(grid) == []

    @pytest.mark.parametrize(
        "state",
        [
            {"state": SlipState.SUBMITTED},
            {"state": SlipState.RECEIVED, "received_at": NOW},
            {"state": SlipState.RETURNED, "state_note": "缺证件"},
        ],
    )
    def test_slip_in_transit_is_named_and_passed_only_by_who_has_seen_it(self, grid, state):
        SlipFactory(grid=grid, hall=grid.hall, submitted_at=LAST_MOMENT, **state)
        found = closing_obstacles(grid.branch, OCTOBER, today=TODAY)
        assert [(one.kind, one.count, one.can_be_passed) for one in found] == [("in_transit", 1, True)]
        with pytest.raises(months.MonthRefused):
            months.close(branch=grid.branch, month=OCTOBER, by=None, now=NOW, today=TODAY)
        seen = months.close(branch=grid.branch, month=OCTOBER, by=None, now=NOW, today=TODAY, in_transit_seen=1)
        assert seen.state == MonthState.CLOSED

    def test_target_of_zero_is_none_and_said_so(self, grid):
        months.withdraw(branch=grid.branch, month=OCTOBER, by=None, now=NOW)
        grid.targets.filter(code="B").update(value=0)
        recomputed(branch=grid.branch)
        found = closing_obstacles(grid.branch, OCTOBER, today=TODAY)
        assert [one.kind for one in found if one.kind == "no_target"] == ["no_target"]
        assert "指标 B 目标是 0，等于未设。" in "".join(one.text for one in found)

    def test_what_was_given_since_is_no_longer_missing_but_asks_for_a_recompute(self, grid):
        months.withdraw(branch=grid.branch, month=OCTOBER, by=None, now=NOW)
        grid.targets.filter(code="B").update(value=0)
        lost = Rating.objects.all()
        kept = [(rating.manager, rating.item, rating.score) for rating in lost]
        lost.delete()
        recomputed(branch=grid.branch)
        assert {"no_target", "no_rating"} <= set(standing(grid))
        grid.targets.filter(code="B").update(value=10)
        for manager, item, score in kept:
            RatingFactory(manager=manager, item=item, score=score)
        assert [kind for kind in standing(grid) if kind != "unpublished"] == ["stale"]

    def test_refusal_counts_what_has_to_be_done_and_says_when_only_looking_is_left(self, grid):
        SlipFactory(grid=grid, hall=grid.hall, state=SlipState.SUBMITTED, submitted_at=LAST_MOMENT)
        asked = {"branch": grid.branch, "month": OCTOBER, "by": None, "now": NOW, "today": TODAY}
        with pytest.raises(months.MonthRefused, match="请先看过在途单"):
            months.close(**asked)
        file_of(UserFactory(), BatchStatus.FAILED)
        with pytest.raises(months.MonthRefused, match="有 1 件事要先办"):
            months.close(**asked)

    def test_slip_that_came_while_the_page_was_open_is_shown_first(self, grid):
        for _slip in range(2):
            SlipFactory(grid=grid, hall=grid.hall, state=SlipState.SUBMITTED, submitted_at=LAST_MOMENT)
        with pytest.raises(months.MonthRefused):
            months.close(branch=grid.branch, month=OCTOBER, by=None, now=NOW, today=TODAY, in_transit_seen=1)

    def test_slips_of_other_months_halls_and_ends_are_not_in_transit(self, grid):
        of_hall = {"grid": grid, "hall": grid.hall}
        SlipFactory(**of_hall, state=SlipState.SUBMITTED, submitted_at=OCTOBER.end)
        SlipFactory(**of_hall, state=SlipState.WITHDRAWN, submitted_at=LAST_MOMENT)
        SlipFactory(**of_hall, state=SlipState.DRAFT, submitted_at=None, state_at=LAST_MOMENT)
        SlipFactory(grid=grid, hall=HallFactory(branch=BranchFactory()), submitted_at=LAST_MOMENT)
        assert not slips_in_transit(grid.branch, OCTOBER).exists()

    def test_grid_without_members_is_named_unless_it_may_be_short(self, grid):
        empty = GridFactory(branch=grid.branch, code="G9", name="空网格")
        assert list(grids_without_members(grid.branch, OCTOBER)) == [empty]
        assert "no_members" in standing(grid)
        TeamWaiverFactory(grid=empty, gap=TeamGap.SHORT, period=(OCTOBER.first, OCTOBER.next_first))
        assert not grids_without_members(grid.branch, OCTOBER).exists()

    def test_one_day_of_a_member_is_enough(self, grid):
        short = GridFactory(branch=grid.branch)
        PostingFactory(grid=short, period=(dt.date(2026, 10, 31), None))
        assert not grids_without_members(grid.branch, OCTOBER).exists()

    @pytest.mark.parametrize("status", [BatchStatus.FAILED, BatchStatus.UPLOADED, BatchStatus.RUNNING])
    def test_file_that_failed_or_is_on_its_way_is_named(self, grid, status):
        batch = file_of(user_of_branch(grid.branch), status)
        found = closing_obstacles(grid.branch, OCTOBER, today=TODAY)
        assert [(one.kind, one.key) for one in found] == [("file", batch.pk)]

    def test_file_that_failed_is_mended_by_the_next_of_its_kind(self, grid):
        file_of(UserFactory(), BatchStatus.FAILED)
        assert standing(grid) == ["file"]
        file_of(UserFactory(), BatchStatus.DONE)
        assert standing(grid) == []

    def test_file_of_another_branch_is_not_in_the_way(self, grid):
        file_of(user_of_branch(BranchFactory()), BatchStatus.FAILED)
        assert standing(grid) == []

    def test_failed_and_pending_runs_lead_to_their_page(self, grid):
        failed = RunFactory(branch=grid.branch, status=RunStatus.FAILED, error="磁盘满")
        found = closing_obstacles(grid.branch, OCTOBER, today=TODAY)
        assert [(one.kind, one.key) for one in found] == [("failed", failed.pk)]
        asked = Run.objects.create(month=OCTOBER.first, branch=None, cause=RunCause.NIGHTLY, requested_at=NOW)
        found = closing_obstacles(grid.branch, OCTOBER, today=TODAY)
        assert [(one.kind, one.key) for one in found] == [("running", asked.pk)]

    def test_person_whom_another_branch_still_shows_is_named_and_in_nobodys_way(self, grid):
        other = ready_grid()
        closed(other)
        posting = other.postings.get()
        posting.grid = grid
        posting.save()
        months.withdraw(branch=grid.branch, month=OCTOBER, by=None, now=NOW)
        published(grid)
        (found,) = closing_obstacles(grid.branch, OCTOBER, today=TODAY)
        person = posting.manager
        assert (found.kind, found.staff_no, found.can_be_passed) == ("scored_twice", person.staff_no, True)
        assert f"{person.name}（{person.staff_no}）也列在{other.branch.name}的结果里" in found.text
        corrected(other)
        assert standing(grid) == []

    def test_person_shown_twice_doesnt_keep_a_month_open(self, grid):
        other = ready_grid()
        closed(other)
        other.postings.update(grid=grid)
        months.withdraw(branch=grid.branch, month=OCTOBER, by=None, now=NOW)
        published(grid)
        done = months.close(branch=grid.branch, month=OCTOBER, by=None, now=NOW, today=TODAY)
        assert done.state == MonthState.CLOSED

    def test_deadline_before_today_is_refused(self):
        grid = ready_grid()
        with pytest.raises(months.MonthRefused, match="不能早于今天") as refused:
            published(grid, until=TODAY - dt.timedelta(days=1))
        assert refused.value.field == "appeals_until"
        assert published(grid, until=TODAY).appeals_until == TODAY

    def test_closing_again_says_who_has_closed_it(self, grid):
        by = UserFactory(name="王芳")
        months.close(branch=grid.branch, month=OCTOBER, by=by, now=NOW, today=TODAY)
        for step in (months.publish, months.withdraw):
            with pytest.raises(months.MonthRefused, match="已由王芳于 11月2日 09:00 审定"):
                step(branch=grid.branch, month=OCTOBER, by=by, now=NOW)

    def test_recompute_of_a_closed_month_points_to_a_correction(self):
        grid = ready_grid()
        closed(grid)
        with pytest.raises(recompute.RecomputeRefused, match="请作更正"):
            recompute.request(month=OCTOBER, branch=grid.branch, cause=RunCause.MANUAL, now=NOW)


def file_of(user, status) -> Batch:
    batch = Batch.objects.create(kind="acceptances", filename="受理.csv", sha256="0", requested_by=user, status=status)
    Batch.objects.filter(pk=batch.pk).update(requested_at=NOW)
    return batch


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_two_closings_at_once_one_wins_and_the_other_is_told():
    grid = ready_grid()
    published(grid)
    people = [UserFactory(name="王芳"), UserFactory(name="赵强")]

    def close(by) -> str:
        try:
            months.close(branch=grid.branch, month=OCTOBER, by=by, now=NOW, today=TODAY)
            return "closed"
        except months.MonthRefused as refusal:
            return str(refusal)
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        said = list(pool.map(close, people))

    winner = BranchMonth.objects.get().closed_by
    assert sorted(said) == sorted(["closed", f"这个月已由{winner.name}于 11月2日 09:00 审定。"])
    # Emptying the tables after this test asks their triggers, and they know nothing of tests.
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE kpi_branchmonth DISABLE TRIGGER USER")
        cursor.execute("DELETE FROM kpi_branchmonth")
        cursor.execute("ALTER TABLE kpi_branchmonth ENABLE TRIGGER USER")


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_closing_and_recomputing_at_once_do_not_wait_for_each_other():
    grid = ready_grid()
    published(grid)
    months.withdraw(branch=grid.branch, month=OCTOBER, by=None, now=NOW)

    def again(_round) -> str:
        try:
            run = recompute.request(month=OCTOBER, branch=grid.branch, cause=RunCause.MANUAL, now=NOW)
            recompute.run(run.pk, now=NOW)
            run.refresh_from_db()
            return run.error
        finally:
            connection.close()

    def publish(_round) -> str:
        try:
            months.publish(branch=grid.branch, month=OCTOBER, by=None, now=NOW)
            months.withdraw(branch=grid.branch, month=OCTOBER, by=None, now=NOW)
        except (months.MonthRefused, recompute.RecomputeRefused):
            pass
        finally:
            connection.close()
        return ""

    with ThreadPoolExecutor(2) as pool:
        jobs = [pool.submit(again if turn % 2 else publish, turn) for turn in range(8)]
        said = [job.result(timeout=120) for job in jobs]
    assert all("deadlock" not in text for text in said)
