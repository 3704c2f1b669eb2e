"""Later truth about a closed month: compared beside it, signed, booked where the branch is still open."""

import datetime as dt
from decimal import Decimal

import pytest
from celery.signals import before_task_publish
from django.db import IntegrityError, transaction

from acceptance.models import Acceptance, FormerAcceptance
from core.periods import local_day
from kpi.choices import MonthState, RunStatus
from kpi.domain import corrections, months, recompute
from kpi.domain.differences import differences
from kpi.models import Adjustment, BranchMonth, Correction, Drift, ItemScore, Rating, Run, Score
from kpi.queries.corrections import difference_rows
from tests.factories.acceptance import AcceptanceFactory
from tests.factories.accounts import UserFactory
from tests.factories.grids import GridFactory
from tests.factories.kpi import NOW, OCTOBER, BranchMonthFactory, RunFactory, recomputed
from tests.factories.managers import PostingFactory
from tests.factories.months import closed, corrected, correction_run, published, ready_grid

pytestmark = pytest.mark.django_db
NOVEMBER = OCTOBER.shift(1)
LATER = NOW + dt.timedelta(days=3)


@pytest.fixture
def grid():
    """A grid whose October is closed with one FTTH of ten. Nobody holds a line: E and F are 不考核, so A weighs 25 of
    80 and one FTTH is worth 3.125 points."""
    grid = ready_grid(code="G1")
    AcceptanceFactory(grid=grid)
    closed(grid)
    return grid


@pytest.fixture
def told():
    """What is sent to the workers: task and numbers."""
    found: list[tuple[str, dict[str, int]]] = []

    def note(sender, body, **_rest) -> None:
        found.append((sender, body[1]))

    before_task_publish.connect(note)
    yield found
    before_task_publish.disconnect(note)


def totals(run: int) -> list[Decimal]:
    return list(Score.objects.filter(run=run).order_by("grid", "manager").values_list("total", flat=True))


def test_correction_scores_beside_the_closed_month_and_books_the_difference(grid):
    shown = BranchMonth.objects.get(month=OCTOBER.first)
    before = totals(shown.current_run_id)
    AcceptanceFactory(grid=grid)

    correction = corrected(grid, now=LATER)

    assert correction.number == 1
    assert correction.booked_month == NOVEMBER.first
    assert BranchMonth.objects.get(month=OCTOBER.first).current_run_id == shown.current_run_id
    assert totals(shown.current_run_id) == before
    booked = Adjustment.objects.order_by("manager")
    assert [
        (row.grid_id, row.difference, row.after - row.before, row.month) for row in booked.filter(manager=None)
    ] == [(grid.pk, Decimal("3.13"), Decimal("3.13"), NOVEMBER.first)]
    assert [row.difference for row in booked.filter(grid=None)] == [Decimal("3.13")]


def test_adjustments_lead_from_the_closed_result_to_the_corrected_one(grid):
    AcceptanceFactory.create_batch(3, grid=grid)
    PostingFactory(grid=grid)
    first = corrected(grid, now=LATER)
    AcceptanceFactory(grid=grid)
    second = corrected(grid, now=LATER)

    published_run = BranchMonth.objects.get(month=OCTOBER.first).current_run_id
    subjects = Score.objects.filter(run__in=[published_run, first.run_id, second.run_id]).values_list("grid", "manager")
    for found_grid, manager in set(subjects):
        one = {"grid": found_grid, "manager": manager}
        was = Score.objects.filter(run=published_run, **one).first()
        now = Score.objects.filter(run=second.run_id, **one).first()
        booked = sum((row.difference for row in Adjustment.objects.filter(**one)), Decimal(0))
        assert (was.total if was else 0) + booked == now.total


def test_cancellation_entered_after_the_closing_is_named_as_the_cause_with_its_moment():
    grid = ready_grid()
    order = AcceptanceFactory(grid=grid, recorded_at=NOW - dt.timedelta(days=1))
    shown = closed(grid).current_run_id
    Acceptance.objects.filter(pk=order.pk).update(cancelled_on=dt.date(2026, 10, 20))
    after = correction_run(grid, now=FormerAcceptance.objects.get().at)

    rows = difference_rows(before=shown, after=after.pk, branch=grid.branch)
    cause = next(cause for row in rows if row.is_grid for cause in row.causes)
    named = [(row.order_no, row.entered_at) for row in cause.records]
    assert named == [(order.order_no, FormerAcceptance.objects.get().at)]


def test_order_moved_after_the_closing_is_named_as_the_cause_in_both_grids():
    grid = ready_grid(code="G1")
    other = ready_grid(code="G2", branch=grid.branch)
    order = AcceptanceFactory(grid=grid, recorded_at=NOW - dt.timedelta(days=1))
    shown = closed(grid).current_run_id
    Acceptance.objects.filter(pk=order.pk).update(grid=other)
    after = correction_run(grid, now=FormerAcceptance.objects.get().at)

    rows = difference_rows(before=shown, after=after.pk, branch=grid.branch)
    named = {(row.code, record.order_no) for row in rows if row.is_grid for c in row.causes for record in c.records}
    assert named == {("G1", order.order_no), ("G2", order.order_no)}


def test_second_correction_compares_with_the_first(grid):
    AcceptanceFactory(grid=grid)
    corrected(grid, now=LATER)
    AcceptanceFactory(grid=grid)

    second = corrected(grid, now=LATER)

    assert second.number == 2
    booked = Adjustment.objects.get(correction=second, grid=grid)
    assert (booked.before, booked.after, booked.difference) == (
        Adjustment.objects.get(correction__number=1, grid=grid).after,
        booked.before + Decimal("3.12"),
        Decimal("3.12"),
    )


def test_correction_without_a_difference_can_not_be_signed(grid):
    run = correction_run(grid)
    assert differences(before=corrections.basis(grid.branch, OCTOBER), after=run.pk, branch=grid.branch_id) == []
    with pytest.raises(corrections.CorrectionRefused, match="没有差异"):
        corrections.sign(run=run, reason="看一看", by=UserFactory(), now=LATER)
    assert not Correction.objects.exists()


@pytest.mark.parametrize(
    ("reason", "words"), [("", "请写明理由"), ("  \n", "请写明理由"), ("长" * 301, "最多 300 个字")]
)
def test_correction_wants_a_reason_that_fits(grid, reason, words):
    AcceptanceFactory(grid=grid)
    run = correction_run(grid)
    with pytest.raises(corrections.CorrectionRefused, match=words) as refused:
        corrections.sign(run=run, reason=reason, by=UserFactory(), now=LATER)
    assert refused.value.field == "reason"


def test_signing_twice_books_once(grid):
    AcceptanceFactory(grid=grid)
    run = correction_run(grid)
    by = UserFactory()
    first = corrections.sign(run=run, reason="补录", by=by, now=LATER)
    assert corrections.sign(run=run, reason="补录", by=by, now=LATER) == first
    assert Adjustment.objects.filter(grid=grid).count() == 1


def test_signing_what_was_overtaken_is_refused(grid):
    AcceptanceFactory(grid=grid)
    old = correction_run(grid)
    assert correction_run(grid).pk != old.pk
    with pytest.raises(corrections.CorrectionRefused, match="最新的一次"):
        corrections.sign(run=old, reason="补录", by=UserFactory(), now=LATER)


def test_discarded_correction_leaves_nothing(grid):
    AcceptanceFactory(grid=grid)
    run = correction_run(grid)
    corrections.discard(run=run)
    corrections.discard(run=run)
    assert not Run.objects.filter(pk=run.pk).exists()
    assert not ItemScore.objects.filter(run_id=run.pk).exists()
    assert not Score.objects.filter(run_id=run.pk).exists()


def test_signed_correction_can_not_be_discarded(grid):
    AcceptanceFactory(grid=grid)
    correction = corrected(grid)
    with pytest.raises(corrections.CorrectionRefused, match="已签字"):
        corrections.discard(run=correction.run)


def test_correction_under_way_is_neither_doubled_nor_thrown_away(grid):
    run = corrections.request(branch=grid.branch, month=OCTOBER, by=None, now=NOW)
    assert corrections.request(branch=grid.branch, month=OCTOBER, by=None, now=LATER) == run
    Run.objects.filter(pk=run.pk).update(status=RunStatus.RUNNING)
    with pytest.raises(corrections.CorrectionRefused, match="正在计算"):
        corrections.discard(run=run)


def test_open_month_wants_no_correction(grid):
    """Not even one of a branch that has closed another."""
    recomputed(NOVEMBER, branch=grid.branch)
    with pytest.raises(corrections.CorrectionRefused, match="还没有审定"):
        corrections.request(branch=grid.branch, month=NOVEMBER, by=None, now=NOW)


def test_worker_is_told_of_the_correction_to_work_out(grid, told, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        asked = corrections.request(branch=grid.branch, month=OCTOBER, by=None, now=NOW)
        corrections.request(branch=grid.branch, month=OCTOBER, by=None, now=NOW)
    assert told == [(recompute.TASK, {"run_id": asked.pk})]


def test_correction_whose_message_was_lost_is_sent_again(grid, told, django_capture_on_commit_callbacks):
    asked = corrections.request(branch=grid.branch, month=OCTOBER, by=None, now=NOW)
    with django_capture_on_commit_callbacks(execute=True):
        assert recompute.sweep(now=LATER) == [asked.pk]
    assert told == [(recompute.TASK, {"run_id": asked.pk})]


def test_correction_touches_no_other_branch(grid):
    other, still_open = ready_grid(), ready_grid()
    closed(other)
    published(still_open)
    for place in (grid, other):
        AcceptanceFactory(grid=place)
    assert corrections.check_closed(today=dt.date(2026, 11, 20), now=LATER) == 2
    theirs = correction_run(other)
    by = UserFactory()

    ours = corrections.request(branch=grid.branch, month=OCTOBER, by=by, now=LATER)
    assert ours.requested_by == by
    assert recompute.run(ours.pk, now=LATER)
    ours.refresh_from_db()
    corrections.sign(run=ours, reason="补录", by=by, now=LATER)
    assert list(corrections.unsigned(other.branch, OCTOBER)) == [theirs]
    assert [drift.branch for drift in Drift.objects.all()] == [other.branch]
    assert corrections.basis(other.branch, OCTOBER) == BranchMonth.objects.get(branch=other.branch).current_run_id
    with pytest.raises(corrections.CorrectionRefused, match="还没有审定"):
        corrections.request(branch=still_open.branch, month=OCTOBER, by=by, now=LATER)


def test_correction_touches_no_other_month(grid):
    later = ready_grid(NOVEMBER, branch=grid.branch)
    december = dt.datetime(2026, 12, 3, 9, tzinfo=NOW.tzinfo)
    from_rating(grid, later)
    closed_november(grid, december)
    for day in (dt.date(2026, 10, 30), dt.date(2026, 11, 30)):
        AcceptanceFactory(grid=grid, accepted_on=day)
    assert corrections.check_closed(today=local_day(december), now=december) == 2
    asked = corrections.request(branch=grid.branch, month=NOVEMBER, by=None, now=december)

    assert corrected(grid, now=december).run != asked
    assert list(corrections.unsigned(grid.branch, NOVEMBER)) == [asked]
    assert [drift.month for drift in Drift.objects.all()] == [NOVEMBER.first]


def test_corrections_are_numbered_by_branch_and_month(grid):
    other = ready_grid()
    closed(other)
    for place in (grid, other):
        AcceptanceFactory(grid=place)
    assert [corrected(place, now=LATER).number for place in (grid, other)] == [1, 1]


def test_correction_uses_the_scheme_and_inputs_of_the_closed_month(grid):
    closed_run = BranchMonth.objects.get(month=OCTOBER.first).current_run
    AcceptanceFactory(grid=grid)
    run = correction_run(grid)
    assert run.scheme_id == closed_run.scheme_id
    same = {"grid": grid, "code": "B"}
    assert ItemScore.objects.get(run=run, **same).target == ItemScore.objects.get(run=closed_run, **same).target
    with pytest.raises(IntegrityError, match="kpi_month_closed"), transaction.atomic():
        Rating.objects.update(score=1)


def test_difference_is_booked_in_the_first_month_still_open(grid):
    later = ready_grid(NOVEMBER, branch=grid.branch)
    december = dt.datetime(2026, 12, 3, 9, tzinfo=NOW.tzinfo)
    for row in (grid, later):
        PostingFactory(grid=row)
    from_rating(grid, later)
    closed_november(grid, december)
    AcceptanceFactory(grid=grid)
    assert corrected(grid, now=december).booked_month == dt.date(2026, 12, 1)


def from_rating(*grids) -> None:
    """Targets and ratings of November for everybody who lacks them."""
    from_october = Rating.objects.filter(month=OCTOBER.first)
    assert from_october.exists()
    for grid in grids:
        for code in "ABC":
            grid.targets.get_or_create(month=NOVEMBER.first, code=code, defaults={"value": 10})
        for posting in grid.postings.all():
            Rating.objects.get_or_create(
                month=NOVEMBER.first, manager=posting.manager, item="publicity", defaults={"score": 80}
            )


def closed_november(grid, now) -> None:
    recomputed(NOVEMBER, branch=grid.branch, now=now)
    months.publish(branch=grid.branch, month=NOVEMBER, by=None, now=now)
    months.close(branch=grid.branch, month=NOVEMBER, by=None, now=now, today=local_day(now))
    assert BranchMonth.objects.get(month=NOVEMBER.first, branch=grid.branch).state == MonthState.CLOSED


def test_item_that_changes_without_the_total_is_signed_without_adjustments():
    grid = ready_grid()
    AcceptanceFactory.create_batch(10, grid=grid)  # A at its cap
    closed(grid)
    AcceptanceFactory(grid=grid)
    assert corrected(grid).adjustments.count() == 0


def test_nightly_check_finds_closed_months_that_differ(grid):
    today = dt.date(2026, 11, 20)
    assert corrections.check_closed(today=today, now=LATER) == 0
    AcceptanceFactory(grid=grid)
    assert corrections.check_closed(today=today, now=LATER) == 1
    drift = Drift.objects.get()
    assert (drift.branch, drift.month, drift.items) == (grid.branch, OCTOBER.first, 2)  # the grid's A and its member's

    corrected(grid)
    assert not Drift.objects.exists()
    assert corrections.check_closed(today=today, now=LATER) == 0


def test_nightly_check_forgets_what_came_right_again(grid):
    today = dt.date(2026, 11, 20)
    late = AcceptanceFactory(grid=grid)
    assert corrections.check_closed(today=today, now=LATER) == 1
    elsewhere = Drift.objects.create(branch=GridFactory().branch, month=OCTOBER.first, items=1, checked_at=LATER)
    earlier = Drift.objects.create(branch=grid.branch, month=OCTOBER.shift(-1).first, items=1, checked_at=LATER)
    late.delete()
    assert corrections.check_closed(today=today, now=LATER) == 0
    assert set(Drift.objects.all()) == {elsewhere, earlier}


def test_nightly_check_passes_by_months_that_are_open_or_were_never_scored(grid):
    shown, told = ready_grid(), ready_grid()
    recomputed(branch=shown.branch)
    published(told)
    unscored = RunFactory(month=OCTOBER.first, scheme=None)
    BranchMonthFactory(month=OCTOBER.first, state=MonthState.CLOSED, current_run=unscored)
    for place in (grid, shown, told):
        AcceptanceFactory(grid=place)

    assert corrections.check_closed(today=dt.date(2026, 11, 20), now=LATER) == 1
    assert Drift.objects.get().branch == grid.branch


def test_corrections_of_other_months_and_branches_are_no_basis(grid):
    other = ready_grid()
    shown = closed(other).current_run_id
    later = ready_grid(NOVEMBER, branch=grid.branch)
    december = dt.datetime(2026, 12, 3, 9, tzinfo=NOW.tzinfo)
    from_rating(grid, later)
    closed_november(grid, december)
    AcceptanceFactory(grid=grid)
    correction = corrected(grid, now=december)

    november = BranchMonth.objects.get(branch=grid.branch, month=NOVEMBER.first).current_run_id
    assert corrections.basis(grid.branch, OCTOBER) == correction.run_id
    assert (corrections.basis(grid.branch, NOVEMBER), corrections.basis(other.branch, OCTOBER)) == (november, shown)


def test_nightly_check_looks_back_a_year(grid):
    AcceptanceFactory(grid=grid)
    assert corrections.check_closed(today=dt.date(2027, 10, 31), now=LATER) == 1
    Drift.objects.all().delete()
    assert corrections.check_closed(today=dt.date(2027, 11, 1), now=LATER) == 0


def test_corrections_outlive_the_pruning_of_old_generations(grid):
    AcceptanceFactory(grid=grid)
    first = corrected(grid)
    for _round in range(recompute.GENERATIONS_KEPT + 1):
        AcceptanceFactory(grid=grid)
        corrected(grid)
    recompute.prune()
    assert totals(first.run_id)


def test_other_branch_is_left_alone(grid):
    other = GridFactory()
    recomputed(OCTOBER, branch=other.branch)
    AcceptanceFactory(grid=grid)
    run = correction_run(grid)
    assert not Score.objects.filter(run=run, branch=other.branch).exists()
