"""Later truth about a closed month: a run beside the closed result, compared with it, then signed or thrown away.

The closed month itself never changes. A signed correction books what it changes as adjustments of an open month.
"""

import datetime as dt

from django.db import transaction
from django.db.models import Max, QuerySet
from django.utils.translation import gettext as _

from accounts.models import User
from core import jobs, sql
from core.periods import Month
from core.refusals import Refusal
from grids.models import Branch
from kpi.choices import MonthState, RunCause, RunStatus
from kpi.domain import recompute, scoring
from kpi.domain.differences import Difference, differences
from kpi.domain.words import required
from kpi.models import Adjustment, BranchMonth, Correction, Drift, Run
from kpi.models.months import BranchMonthQuerySet

LONGEST = 300
MONTHS_CHECKED = 12


class CorrectionRefused(Refusal):
    """The correction can't be asked for, signed or thrown away."""


def unsigned(branch: Branch, month: Month) -> QuerySet[Run]:
    """Runs of a correction that nobody has signed, newest first."""
    return Run.objects.filter(branch=branch, month=month.first, cause=RunCause.CORRECTION, correction=None)


def basis(branch: Branch, month: Month) -> int:
    """The run that is valid now: the newest correction's, else the closed one. Raises CorrectionRefused."""
    newest = Correction.objects.filter(branch=branch, month=month.first).order_by("-number").first()
    return newest.run_id if newest else _closed(BranchMonth.objects.all(), branch, month)


@transaction.atomic
def request(*, branch: Branch, month: Month, by: User | None, now: dt.datetime) -> Run:
    """Ask for a correction of a closed month by what is known now; one that nobody signed makes way for it.

    Returns the one already under way, if there is one. Raises CorrectionRefused for a month that isn't closed.
    """
    _hold_closed(branch, month)
    under_way = unsigned(branch, month).filter(status__in=[RunStatus.REQUESTED, RunStatus.RUNNING]).first()
    if under_way:
        return under_way
    unsigned(branch, month).delete()
    made = Run.objects.create(
        month=month.first, branch=branch, cause=RunCause.CORRECTION, requested_by=by, requested_at=now
    )
    jobs.send_on_commit(recompute.TASK, run_id=made.pk)
    return made


@transaction.atomic
def sign(*, run: Run, reason: str, by: User, now: dt.datetime) -> Correction:
    """Make a correction the month's corrected result and book its differences in the first open month.

    Twice is once. Raises CorrectionRefused when it isn't done, changes nothing, or was overtaken.
    """
    assert run.branch is not None
    branch, month = run.branch, Month.of(run.month)
    _hold_closed(branch, month)
    if signed := Correction.objects.filter(run=run).first():
        return signed
    newest = unsigned(branch, month).first()
    if newest is None or newest.pk != run.pk or newest.status != RunStatus.DONE:
        raise CorrectionRefused(_("这次更正已被放弃或取代，请看最新的一次。"))
    words = required(reason, longest=LONGEST, refused=CorrectionRefused, field="reason")
    found = differences(before=basis(branch, month), after=run.pk, branch=branch.pk)
    if not found:
        raise CorrectionRefused(_("与现行结果没有差异，无需更正。"))
    earlier = Correction.objects.filter(branch=branch, month=month.first).aggregate(last=Max("number"))["last"]
    correction = Correction.objects.create(
        branch=branch,
        month=month.first,
        number=(earlier or 0) + 1,
        run=run,
        booked_month=_open_month(branch, month).first,
        reason=words,
        signed_at=now,
        signed_by=by,
    )
    Adjustment.objects.bulk_create(_adjustment(correction, one) for one in found if one.points)
    Drift.objects.filter(branch=branch, month=month.first).delete()
    return correction


@transaction.atomic
def discard(*, run: Run) -> None:
    """Throw an unsigned correction away, scores and all; twice is once. Raises CorrectionRefused."""
    held = Run.objects.select_for_update(of=("self",)).filter(pk=run.pk, cause=RunCause.CORRECTION).first()
    if held is None:
        return
    if Correction.objects.filter(run=held).exists():
        raise CorrectionRefused(_("已签字的更正不能放弃。"))
    if held.status == RunStatus.RUNNING:
        raise CorrectionRefused(_("正在计算，算完之后才能放弃。"))
    held.delete()


def check_closed(*, today: dt.date, now: dt.datetime) -> int:
    """Compare the closed months of the last year with what their data give now; returns how many branch-months
    differ. What differs is kept as Drift, for the branch to correct."""
    last = Month.of(today)
    return sum(_check_month(last.shift(-back), now) for back in range(1, MONTHS_CHECKED + 1))


@transaction.atomic
def _check_month(month: Month, now: dt.datetime) -> int:
    closed = BranchMonth.objects.filter(month=month.first, state=MonthState.CLOSED).select_related("current_run")
    by_scheme: dict[int, list[int]] = {}
    for found in closed:
        if found.current_run and found.current_run.scheme_id:
            by_scheme.setdefault(found.current_run.scheme_id, []).append(found.branch_id)
    if by_scheme:
        sql.run("kpi/take_turn")
    differing = 0
    for scheme, branches in by_scheme.items():
        scoring.stage(month=month, scheme_id=scheme, branches=branches)
        for branch in Branch.objects.filter(pk__in=branches):
            differing += _note(branch, month, now)
    return differing


def _note(branch: Branch, month: Month, now: dt.datetime) -> bool:
    count: int = sql.value("kpi/compare_items", run=basis(branch, month), branch=branch.pk)
    if not count:
        Drift.objects.filter(branch=branch, month=month.first).delete()
        return False
    Drift.objects.update_or_create(branch=branch, month=month.first, defaults={"items": count, "checked_at": now})
    return True


def _hold_closed(branch: Branch, month: Month) -> None:
    """Let nobody else correct this month meanwhile. Raises CorrectionRefused."""
    _closed(BranchMonth.objects.select_for_update(), branch, month)


def _closed(months: BranchMonthQuerySet, branch: Branch, month: Month) -> int:
    found = months.filter(branch=branch, month=month.first, state=MonthState.CLOSED).first()
    if found is None or found.current_run_id is None:
        raise CorrectionRefused(_("这个月还没有审定，直接重算即可，无需更正。"))
    return found.current_run_id


def _open_month(branch: Branch, month: Month) -> Month:
    """The branch's first month after this one that isn't closed, held so that nobody closes it meanwhile."""
    after = month.shift(1)
    while True:
        sql.run("kpi/open_months", first=after.first, branch=branch.pk)
        held = BranchMonth.objects.select_for_update().get(branch=branch, month=after.first)
        if held.state != MonthState.CLOSED:
            return after
        after = after.shift(1)


def _adjustment(correction: Correction, found: Difference) -> Adjustment:
    return Adjustment(
        correction=correction,
        month=correction.booked_month,
        branch=correction.branch,
        grid_id=found.grid_id,
        manager_id=found.manager_id,
        before=found.before.total if found.before else None,
        after=found.after.total if found.after else None,
        difference=found.points,
    )
