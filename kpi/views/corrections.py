"""Corrections of closed months: compared, signed or thrown away; and the adjustments they book."""

from typing import Any, cast

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.choices import Role
from accounts.doors import DEPARTMENT, OVERSEERS, open_to
from accounts.models import User
from core import formats
from core.periods import Month
from core.refusals import Refusal
from grids.models import Branch
from kpi.choices import MonthState, RunStatus
from kpi.domain import corrections
from kpi.forms import asked
from kpi.forms_life import SignForm
from kpi.models import BranchMonth, Correction, Run
from kpi.queries.corrections import (
    DifferenceRow,
    adjustments_of,
    basis_before,
    booked_months,
    corrections_of,
    difference_rows,
)
from kpi.queries.runs import runs_within
from kpi.views.league import default_month
from kpi.views.scores import month_or_404

# A correction shows every grid and person of a branch.
READERS = (Role.COMPANY, Role.BRANCH, Role.AUDITOR)


def _place(request: HttpRequest, month: str, branch: str) -> tuple[Month, Branch]:
    return month_or_404(month), get_object_or_404(Branch.objects.within(request.scope), code=branch)


def _compared(rows: list[DifferenceRow]) -> dict[str, Any]:
    """The differences with what stands above them: how many grids and people, and by how many points at most."""
    return {
        "rows": rows,
        "grid_count": sum(1 for row in rows if row.is_grid),
        "person_count": sum(1 for row in rows if not row.is_grid),
        "largest": max((row.points for row in rows), key=abs, default=None),
    }


def _month_page(request: HttpRequest, at: Month, place: Branch, form: SignForm) -> HttpResponse:
    found = BranchMonth.objects.within(request.scope).filter(branch=place, month=at.first).first()
    run = corrections.unsigned(place, at).first()
    page = {
        "month": at,
        "branch": place,
        "branch_month": found,
        "is_closed": found is not None and found.state == MonthState.CLOSED,
        "run": run,
        "running": run is not None and run.status in (RunStatus.REQUESTED, RunStatus.RUNNING),
        "form": form,
        "signed": corrections_of(request.scope, place, at),
        "drift": place.drifts.filter(month=at.first).first(),
        "may_decide": request.user.role in DEPARTMENT,
    }
    if run and run.status == RunStatus.DONE:
        before = corrections.basis(place, at)
        page |= _compared(difference_rows(before=before, after=run.pk, branch=place))
    return render(request, "kpi/correction_month.html", page)


@open_to(*READERS)
def correction_month(request: HttpRequest, month: str, branch: str) -> HttpResponse:
    """What has changed since this month was closed?"""
    at, place = _place(request, month, branch)
    return _month_page(request, at, place, SignForm())


@open_to(*DEPARTMENT)
@require_POST
def correction_request(request: HttpRequest, month: str, branch: str) -> HttpResponse:
    """Score the closed month by what is known now, beside it."""
    at, place = _place(request, month, branch)
    try:
        corrections.request(branch=place, month=at, by=cast(User, request.user), now=timezone.now())
    except Refusal as refusal:
        messages.error(request, str(refusal))
    return redirect("kpi:correction_month", month=str(at), branch=place.code)


def _run(request: HttpRequest, pk: int) -> Run:
    """A run of one of the reader's branches."""
    found = runs_within(request.scope).filter(branch__isnull=False, cause="correction")
    return get_object_or_404(found, pk=pk)


@open_to(*DEPARTMENT)
@require_POST
def correction_sign(request: HttpRequest, pk: int) -> HttpResponse:
    """Make it the corrected result and book what it changes."""
    run, form = _run(request, pk), SignForm(request.POST)
    month, branch = Month.of(run.month), cast(Branch, run.branch)
    if not form.is_valid():
        return _month_page(request, month, branch, form)
    try:
        made = corrections.sign(
            run=run, reason=form.cleaned_data["reason"], by=cast(User, request.user), now=timezone.now()
        )
    except Refusal as refusal:
        form.refuse(refusal)
        return _month_page(request, month, branch, form)
    messages.success(request, _("已签字，差异记入 %(month)s。") % {"month": formats.month(made.booked_month)})
    return redirect("kpi:correction_detail", pk=made.pk)


@open_to(*DEPARTMENT)
@require_POST
def correction_discard(request: HttpRequest, pk: int) -> HttpResponse:
    """Throw an unsigned one away."""
    run = _run(request, pk)
    month, branch = Month.of(run.month), cast(Branch, run.branch)
    try:
        corrections.discard(run=run)
    except Refusal as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("已放弃，审定的结果没有变。"))
    return redirect("kpi:correction_month", month=str(month), branch=branch.code)


@open_to(*READERS)
def correction_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """What did this correction change, and why?"""
    found = get_object_or_404(
        Correction.objects.within(request.scope).select_related("branch", "run", "signed_by"), pk=pk
    )
    closed = get_object_or_404(BranchMonth, branch=found.branch, month=found.month)
    before = basis_before(found, closed.current_run_id or 0)
    rows = difference_rows(before=before, after=found.run_id, branch=found.branch)
    page = {"correction": found, "branch": found.branch, "month": Month.of(found.month)}
    return render(request, "kpi/correction_detail.html", page | _compared(rows))


@open_to(*OVERSEERS, Role.ACCOUNT_MANAGER)
def adjustment_list(request: HttpRequest) -> HttpResponse:
    """What did earlier months bring into this one?"""
    booked = booked_months(request.scope)
    ask = asked(request.GET, request.scope, booked[0] if booked else default_month())
    rows = list(adjustments_of(request.scope, ask.month, ask.branch))
    months = sorted({ask.month, *booked}, reverse=True)
    page = {
        "ask": ask,
        "rows": rows,
        "month": ask.month,
        "months": [(str(month), formats.month(month)) for month in months],
        "branch": ask.branch,
        "branches": [(branch.code, branch.name) for branch in ask.branches],
        "grid_count": sum(1 for row in rows if row.grid_id),
        "person_count": sum(1 for row in rows if row.manager_id),
        "may_see_corrections": request.user.role in READERS,
    }
    return render(request, "kpi/adjustment_list.html", page)
