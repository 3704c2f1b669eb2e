"""Appeals: filed until the deadline, answered once, kept with the result they contest."""

import datetime as dt

import pytest
from django.db import IntegrityError, transaction

from core.periods import SHANGHAI
from kpi.choices import AppealOutcome
from kpi.domain import appeals, months, recompute
from kpi.models import Appeal, BranchMonth, Score
from tests.factories.acceptance import AcceptanceFactory
from tests.factories.accounts import UserFactory
from tests.factories.grids import GridFactory
from tests.factories.kpi import NOW, OCTOBER, recomputed
from tests.factories.managers import PostingFactory
from tests.factories.months import appeal_on, closed, published, ready_grid

pytestmark = pytest.mark.django_db
UNTIL = dt.date(2026, 11, 8)


@pytest.fixture
def grid():
    """A grid whose October is published, with appeals until 8 November."""
    grid = ready_grid(code="G1")
    published(grid, until=UNTIL)
    return grid


def test_appeal_stays_with_the_contested_result(grid):
    contested = BranchMonth.objects.get().current_run
    appeal = appeal_on(grid, code="A")
    appeals.answer(appeal=appeal, outcome=AppealOutcome.UPHELD, words="补录一单", by=UserFactory(), now=NOW)
    months.withdraw(branch=grid.branch, month=OCTOBER, by=None, now=NOW)
    AcceptanceFactory(grid=grid)
    for _round in range(recompute.GENERATIONS_KEPT + 1):
        recomputed(branch=grid.branch)
    recompute.prune()

    appeal.refresh_from_db()
    assert appeal.run == contested
    assert BranchMonth.objects.get().current_run_id > contested.pk
    assert Score.objects.filter(run=contested, grid=grid).exists()


@pytest.mark.parametrize(
    ("at", "heard"),
    [
        (dt.datetime(2026, 11, 8, 23, 59, 59, tzinfo=SHANGHAI), True),
        (dt.datetime(2026, 11, 8, 16, 0, 0, tzinfo=dt.UTC), False),  # midnight in Shanghai
        (dt.datetime(2026, 11, 8, 15, 59, 59, tzinfo=dt.UTC), True),
        (dt.datetime(2026, 11, 9, 0, 0, 0, tzinfo=SHANGHAI), False),
    ],
)
def test_last_day_of_the_deadline_counts_to_its_end_in_shanghai(grid, at, heard):
    if heard:
        assert appeal_on(grid, now=at).filed_at == at
    else:
        with pytest.raises(appeals.AppealRefused, match="申诉期到11月8日为止"):
            appeal_on(grid, now=at)


def test_same_appeal_twice_is_one(grid):
    by = UserFactory()
    assert appeal_on(grid, by=by) == appeal_on(grid, by=by)
    assert Appeal.objects.count() == 1


def test_appeal_that_somebody_else_has_filed_says_so(grid):
    appeal_on(grid, by=UserFactory(name="李伟"))
    with pytest.raises(appeals.AppealRefused, match="李伟已于 11月2日 09:00 就此提出申诉"):
        appeal_on(grid)


def test_total_and_item_are_contested_apart(grid):
    appeal_on(grid)
    appeal_on(grid, code="A")
    assert Appeal.objects.count() == 2


@pytest.mark.parametrize("text", ["", "   ", "\n"])
def test_appeal_wants_a_reason(grid, text):
    with pytest.raises(appeals.AppealRefused, match="请写明理由") as refused:
        appeals.file(branch=grid.branch, month=OCTOBER, grid=grid, text=text, by=UserFactory(), now=NOW)
    assert refused.value.field == "text"


def test_appeal_names_an_item_that_was_scored(grid):
    with pytest.raises(appeals.AppealRefused, match="没有这一项"):
        appeal_on(grid, code="Z")
    with pytest.raises(appeals.AppealRefused, match="没有这个得分"):
        appeal_on(grid, manager=PostingFactory(grid=GridFactory()).manager)


def test_appeal_is_heard_only_while_published():
    grid = ready_grid()
    with pytest.raises(appeals.AppealRefused, match="还没有公示"):
        appeal_on(grid)
    recomputed(branch=grid.branch)
    with pytest.raises(appeals.AppealRefused, match="还没有公示"):
        appeal_on(grid)
    closed(grid)
    with pytest.raises(appeals.AppealRefused, match="已审定，不再受理申诉"):
        appeal_on(grid)


def test_first_answer_stands(grid):
    appeal = appeal_on(grid)
    first = UserFactory(name="王芳")
    for _click in range(2):
        appeals.answer(appeal=appeal, outcome=AppealOutcome.REJECTED, words="已核对", by=first, now=NOW)
    with pytest.raises(appeals.AppealRefused, match="王芳已于 11月2日 09:00 处理了这份申诉：不成立"):
        appeals.answer(appeal=appeal, outcome=AppealOutcome.UPHELD, words="确实少计", by=UserFactory(), now=NOW)
    appeal.refresh_from_db()
    assert (appeal.outcome, appeal.answer, appeal.answered_by) == ("rejected", "已核对", first)


@pytest.mark.parametrize(("outcome", "words", "field"), [("withdrawn", "x", "outcome"), ("upheld", " ", "answer")])
def test_answer_has_an_outcome_and_words(grid, outcome, words, field):
    with pytest.raises(appeals.AppealRefused) as refused:
        appeals.answer(appeal=appeal_on(grid), outcome=outcome, words=words, by=UserFactory(), now=NOW)
    assert refused.value.field == field


def test_only_the_one_who_filed_it_withdraws_an_appeal(grid):
    by = UserFactory()
    appeal = appeal_on(grid, by=by)
    with pytest.raises(appeals.AppealRefused, match="只有提出的人"):
        appeals.withdraw(appeal=appeal, by=UserFactory(), now=NOW)
    for _click in range(2):
        appeals.withdraw(appeal=appeal, by=by, now=NOW)
    appeal.refresh_from_db()
    assert appeal.outcome == AppealOutcome.WITHDRAWN
    assert appeal_on(grid, by=by) != appeal


def test_answered_appeal_is_not_withdrawn(grid):
    by = UserFactory()
    appeal = appeal_on(grid, by=by)
    appeals.answer(appeal=appeal, outcome=AppealOutcome.REJECTED, words="已核对", by=UserFactory(), now=NOW)
    with pytest.raises(appeals.AppealRefused, match="不成立"):
        appeals.withdraw(appeal=appeal, by=by, now=NOW)


def test_unanswered_appeal_keeps_the_month_open(grid):
    appeal = appeal_on(grid)
    after = UNTIL + dt.timedelta(days=1)
    standing = months.closing_obstacles(grid.branch, OCTOBER, today=after)
    assert [(one.kind, one.text, one.key) for one in standing] == [
        ("unanswered", f"{grid.name}的申诉还没有答复。", appeal.pk)
    ]
    appeals.answer(appeal=appeal, outcome=AppealOutcome.REJECTED, words="已核对", by=UserFactory(), now=NOW)
    assert months.closing_obstacles(grid.branch, OCTOBER, today=after) == []


def test_members_of_the_month_serve_their_grid(grid):
    member = grid.postings.get().manager
    assert appeals.serves(member, grid, OCTOBER)
    came_later = PostingFactory(grid=grid, period=(dt.date(2026, 11, 1), None)).manager
    assert not appeals.serves(came_later, grid, OCTOBER)


def test_appeals_of_a_closed_month_stay_as_they_are(grid):
    appeal = appeal_on(grid)
    appeals.answer(appeal=appeal, outcome=AppealOutcome.REJECTED, words="已核对", by=UserFactory(), now=NOW)
    months.close(branch=grid.branch, month=OCTOBER, by=None, now=NOW, today=UNTIL + dt.timedelta(days=1))
    with pytest.raises(IntegrityError), transaction.atomic():
        Appeal.objects.create(
            branch=grid.branch, month=OCTOBER.first, run=appeal.run, grid=grid, text="晚了", filed_at=NOW,
            filed_by=appeal.filed_by,
        )  # fmt: skip
