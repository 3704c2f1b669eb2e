"""Recomputing: ask for it, watch it, find it again."""

from typing import cast

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from accounts.choices import Role
from accounts.doors import DEPARTMENT, OVERSEERS, open_to
from accounts.models import User
from core.refusals import Refusal
from grids.models import Branch
from kpi.choices import MonthState, RunCause
from kpi.domain import recompute
from kpi.queries.generations import trial_number
from kpi.queries.runs import run_history, runs_within, sum_checks
from kpi.views.scores import month_or_404

WATCHERS = (*OVERSEERS, Role.IT_ADMIN)


@open_to(*DEPARTMENT)
@require_POST
def request_run(request: HttpRequest) -> HttpResponse:
    """Ask for a recompute; the page of the run shows how far it is."""
    month = month_or_404(request.POST.get("month", ""))
    branch = None
    if request.POST.get("branch") or not request.scope.everything:
        branches = Branch.objects.within(request.scope)
        branch = get_object_or_404(branches, code=request.POST.get("branch", ""))
    try:
        run = recompute.request(
            month=month, branch=branch, cause=RunCause.MANUAL, by=cast(User, request.user), now=timezone.now()
        )
    except Refusal as refusal:
        messages.error(request, str(refusal))
        if branch and branch.months.filter(month=month.first, state=MonthState.CLOSED).exists():
            return redirect("kpi:correction_month", month=str(month), branch=branch.code)
        return redirect(f"{reverse('kpi:league')}?month={month}")
    return redirect("kpi:run_detail", pk=run.pk)


@open_to(*WATCHERS)
def run_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """How far is the recompute, and what came of it?"""
    run = get_object_or_404(runs_within(request.scope), pk=pk)
    is_fragment = bool(request.headers.get("HX-Request"))
    template = "kpi/_run.html" if is_fragment else "kpi/run_detail.html"
    return render(
        request,
        template,
        {
            "run": run,
            "out_of_band": is_fragment,
            "trial": trial_number(run),
            "percent": 100 * run.steps_done // run.steps_total if run.steps_total else 0,
            "running": run.status in ("requested", "running"),
            "history": run_history(request.scope, run.month),
            "may_see_league": request.user.role in OVERSEERS,
        },
    )


@open_to(*WATCHERS)
def run_list(request: HttpRequest) -> HttpResponse:
    """What was recomputed, when and by whom?"""
    return render(request, "kpi/run_list.html", {"history": run_history(request.scope), "checks": sum_checks()})
