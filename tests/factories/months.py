"""Months brought as far as a test needs them."""

import datetime as dt

import factory

from core.periods import Month, local_day
from kpi.choices import MonthState, RunCause, RunStatus
from kpi.domain import appeals, corrections, months, recompute
from kpi.models import Appeal, BranchMonth, Correction, Run
from tests.factories.accounts import UserFactory
from tests.factories.grids import GridFactory
from tests.factories.kpi import (
    NOW,
    OCTOBER,
    BranchMonthFactory,
    RatingFactory,
    RunFactory,
    TargetFactory,
    recomputed,
)
from tests.factories.managers import PostingFactory


class AppealFactory(factory.django.DjangoModelFactory):
    """An appeal without an answer; its branch and month are those of the contested run."""

    class Meta:
        model = Appeal

    run = factory.SubFactory(RunFactory)
    branch = factory.SelfAttribute("run.branch")
    month = factory.SelfAttribute("run.month")
    grid = factory.SubFactory(GridFactory)
    text = "少计了一单"
    filed_at = NOW
    filed_by = factory.SubFactory(UserFactory)


def corrected_month(branch, month: Month, *, reason: str = "受理补录") -> Correction:
    """A closed month without scores, and its signed correction."""
    shown = RunFactory(branch=branch, month=month.first, status=RunStatus.DONE)
    BranchMonthFactory(branch=branch, month=month.first, state=MonthState.CLOSED, current_run=shown)
    run = RunFactory(branch=branch, month=month.first, status=RunStatus.DONE, cause=RunCause.CORRECTION)
    return Correction.objects.create(
        branch=branch,
        month=month.first,
        number=1,
        run=run,
        booked_month=month.shift(1).first,
        reason=reason,
        signed_at=NOW,
        signed_by=UserFactory(),
    )


def ready_grid(month: Month = OCTOBER, **fields):
    """A grid with all its targets and one rated member."""
    grid = GridFactory(**fields)
    person = PostingFactory(grid=grid).manager
    RatingFactory(manager=person, month=month.first)
    for code in "ABC":
        TargetFactory(grid=grid, code=code, value=10, month=month.first)
    return grid


def published(grid, month: Month = OCTOBER, *, until: dt.date | None = None, now: dt.datetime = NOW) -> BranchMonth:
    """The branch of the grid shows the month, recomputed now."""
    recomputed(month, branch=grid.branch, now=now)
    return months.publish(branch=grid.branch, month=month, by=None, now=now, appeals_until=until)


def closed(grid, month: Month = OCTOBER, *, now: dt.datetime = NOW) -> BranchMonth:
    published(grid, month, now=now)
    return months.close(branch=grid.branch, month=month, by=None, now=now, today=local_day(now))


def appeal_on(grid, *, by=None, code: str = "", now: dt.datetime = NOW, **subject) -> Appeal:
    """An appeal on the grid's score of October, or on a person's."""
    subject = subject or {"grid": grid}
    return appeals.file(
        branch=grid.branch, month=OCTOBER, code=code, text="少计了一单", by=by or UserFactory(), now=now, **subject
    )


def correction_run(grid, month: Month = OCTOBER, *, now: dt.datetime = NOW) -> Run:
    """An unsigned correction, done."""
    run = corrections.request(branch=grid.branch, month=month, by=None, now=now)
    assert run.cause == RunCause.CORRECTION
    assert recompute.run(run.pk, now=now)
    run.refresh_from_db()
    assert run.error == ""
    return run


def corrected(grid, month: Month = OCTOBER, *, now: dt.datetime = NOW, by=None) -> Correction:
    run = correction_run(grid, month, now=now)
    return corrections.sign(run=run, reason="受理补录", by=by or UserFactory(), now=now)
