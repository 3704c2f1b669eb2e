"""What the review meeting decided."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.doors import DEPARTMENT, open_to
from core.periods import Month, local_day
from kpi.domain import decisions
from kpi.models import Decision
from kpi.views.meetings import form_of, place_of, recorded


@open_to(*DEPARTMENT)
def decision_new(request: HttpRequest, month: str, branch: str) -> HttpResponse:
    """What did the meeting decide?"""
    at, place = place_of(request, month, branch)
    form = form_of(request, at, place, request.POST or None)
    if request.method == "POST" and recorded(request, at, place, form, None):
        messages.success(request, _("已记下。"))
        return redirect("kpi:decision_new", month=str(at), branch=place.code)
    found = Decision.objects.within(request.scope).filter(branch=place, month=at.first).select_related("grid")
    page = {"month": at, "branch": place, "form": form, "decisions": found, "today": local_day(timezone.now())}
    return render(request, "kpi/decision_new.html", page)


@open_to(*DEPARTMENT)
@require_POST
def decision_done(request: HttpRequest, pk: int) -> HttpResponse:
    """A decision has been carried out."""
    found = get_object_or_404(Decision.objects.within(request.scope).select_related("branch"), pk=pk)
    decisions.settle(decision=found, on=local_day(timezone.now()))
    return redirect("kpi:decision_new", month=str(Month.of(found.month)), branch=found.branch.code)
