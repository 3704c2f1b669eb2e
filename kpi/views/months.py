"""Steps in the life of a branch's month."""

import datetime as dt
from collections.abc import Callable
from typing import cast

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.doors import DEPARTMENT, open_to
from accounts.models import User
from core.periods import Month, local_day
from core.refusals import Refusal
from grids.models import Branch
from kpi.domain import months
from kpi.forms import PublishForm
from kpi.models import BranchMonth
from kpi.views.scores import month_or_404

APPEAL_DAYS = 5


def _place(request: HttpRequest, month: str, branch: str) -> tuple[Month, Branch]:
    return month_or_404(month), get_object_or_404(Branch.objects.within(request.scope), code=branch)


def _league(month: Month, branch: Branch) -> str:
    return f"{reverse('kpi:league')}?month={month}&branch={branch.code}"


def _obstacle_links(found: list[months.Obstacle], month: Month, branch: Branch) -> list[tuple[months.Obstacle, str]]:
    """Each obstacle with the page where it is mended."""
    place = f"?month={month}&branch={branch.code}&missing=1"
    pages = {"no_target": reverse("kpi:target_list") + place, "no_rating": reverse("kpi:rating_list") + place}
    pages["unpublished"] = reverse("kpi:month_publish", args=[month, branch.code])
    return [(one, pages.get(one.kind, "")) for one in found]


def _step(
    request: HttpRequest, month: Month, branch: Branch, found: list[months.Obstacle], **page: object
) -> HttpResponse:
    context = {
        "month": month,
        "branch": branch,
        "obstacles": _obstacle_links(found, month, branch),
        "branch_month": BranchMonth.objects.filter(branch=branch, month=month.first).first(),
        "back": _league(month, branch),
    }
    return render(request, "kpi/month_step.html", context | page)


def _tried(request: HttpRequest, month: Month, branch: Branch, step: Callable[[], object], done: str) -> HttpResponse:
    """Take the step; what stands in the way is said on the page it was asked from."""
    try:
        step()
    except Refusal as refusal:
        messages.error(request, str(refusal))
        return redirect(request.path)
    messages.success(request, done)
    return redirect(_league(month, branch))


@open_to(*DEPARTMENT)
def publish(request: HttpRequest, month: str, branch: str) -> HttpResponse:
    """May this month be shown for appeals?"""
    at, place = _place(request, month, branch)
    now = timezone.now()
    form = PublishForm(request.POST or None, initial={"appeals_until": local_day(now) + dt.timedelta(APPEAL_DAYS)})
    if request.method == "POST" and form.is_valid():
        until = form.cleaned_data["appeals_until"]

        def step() -> object:
            return months.publish(branch=place, month=at, by=cast(User, request.user), now=now, appeals_until=until)

        return _tried(request, at, place, step, _("已公示，申诉到 %(day)s。") % {"day": until})
    return _step(request, at, place, months.obstacles(place, at), step="publish", form=form)


@open_to(*DEPARTMENT)
def close(request: HttpRequest, month: str, branch: str) -> HttpResponse:
    """May this month be closed for good?"""
    at, place = _place(request, month, branch)
    now = timezone.now()
    if request.method == "POST":

        def step() -> object:
            return months.close(branch=place, month=at, by=cast(User, request.user), now=now, today=local_day(now))

        return _tried(request, at, place, step, _("已审定，从此不再变动。"))
    return _step(request, at, place, months.closing_obstacles(place, at, today=local_day(now)), step="close")


@open_to(*DEPARTMENT)
@require_POST
def withdraw(request: HttpRequest, month: str, branch: str) -> HttpResponse:
    """Take a published month back to the trial."""
    at, place = _place(request, month, branch)

    def step() -> object:
        return months.withdraw(branch=place, month=at, by=cast(User, request.user), now=timezone.now())

    return _tried(request, at, place, step, _("已撤回公示，可以重算。"))
