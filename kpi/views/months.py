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

from accounts.choices import Role
from accounts.doors import DEPARTMENT, open_to
from accounts.models import User
from core import formats
from core.periods import Month, local_day
from core.refusals import Refusal
from grids.models import Branch
from imports.models import Batch
from kpi.domain import months
from kpi.forms import PublishForm, whole
from kpi.models import BranchMonth
from kpi.queries.lives import BAD, DONE, WAITS, life_of, steps_of
from kpi.views.frames import steps as month_steps
from kpi.views.scores import month_or_404

APPEAL_DAYS = 5


def _place(request: HttpRequest, month: str, branch: str) -> tuple[Month, Branch]:
    return month_or_404(month), get_object_or_404(Branch.objects.within(request.scope), code=branch)


def _league(month: Month, branch: Branch) -> str:
    return f"{reverse('kpi:league')}?month={month}&branch={branch.code}"


# Where an obstacle that knows its own row is mended.
OWN_PAGES = {
    "running": "kpi:run_detail",
    "failed": "kpi:run_detail",
    "file": "imports:batch_detail",
    "unanswered": "kpi:appeal_detail",
}


def _pages(month: Month, branch: Branch) -> dict[str, str]:
    """Where the other kinds of obstacles are mended."""
    place = f"?month={month}&branch={branch.code}"
    return {
        "no_target": f"{reverse('kpi:target_list')}{place}&missing=1",
        "no_rating": f"{reverse('kpi:rating_list')}{place}&missing=1",
        "unpublished": reverse("kpi:month_publish", args=[month, branch.code]),
        "appeals": f"{reverse('kpi:appeal_list')}{place}",
        "in_transit": reverse("acceptance:in_transit"),
        "no_result": f"{reverse('kpi:league')}{place}",
        "stale": f"{reverse('kpi:league')}{place}",
    }


def _obstacle_links(
    request: HttpRequest, found: list[months.Obstacle], month: Month, branch: Branch
) -> list[tuple[months.Obstacle, str]]:
    """Each obstacle with the page where it is mended; somebody else's file has none for the reader."""
    named = [one.key for one in found if one.kind == "file" and one.key]
    seen = Batch.objects.within(request.scope, user=cast(User, request.user).pk).filter(pk__in=named)
    files, pages = set(seen.values_list("pk", flat=True)), _pages(month, branch)

    def address(one: months.Obstacle) -> str:
        if one.kind == "no_members":
            return reverse("managers:grid_triangle", args=[one.grid_code])
        if one.kind == "file" and one.key not in files:
            return ""
        return reverse(OWN_PAGES[one.kind], args=[one.key]) if one.kind in OWN_PAGES else pages.get(one.kind, "")

    return [(one, address(one)) for one in found]


def _step(
    request: HttpRequest, month: Month, branch: Branch, found: list[months.Obstacle], **page: object
) -> HttpResponse:
    context = {
        "month": month,
        "branch": branch,
        "obstacles": _obstacle_links(request, found, month, branch),
        "blocking": [one for one in found if not one.can_be_passed],
        "in_transit": sum(one.count for one in found if one.can_be_passed),
        "branch_month": BranchMonth.objects.filter(branch=branch, month=month.first).first(),
        "back": reverse("kpi:month_life", args=[month, branch.code]),
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


@open_to(Role.COMPANY, Role.BRANCH, Role.AUDITOR)
def life(request: HttpRequest, month: str, branch: str) -> HttpResponse:
    """How far is this month, and what comes next?"""
    at, place = _place(request, month, branch)
    found = life_of(place, at, today=local_day(timezone.now()))
    steps = steps_of(found)
    page = {
        "month": at,
        "branch": place,
        "life": found,
        "steps": steps,
        "bar": month_steps(found.state),
        "done": sum(1 for step in steps if step.state == DONE),
        "waiting": [step for step in steps if step.state in (BAD, WAITS)],
        "may_decide": request.user.role in DEPARTMENT,
        "today": found.today,
    }
    return render(request, "kpi/month_life.html", page)


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

        if until >= local_day(now):
            return _tried(request, at, place, step, _("已公示，申诉到 %(day)s。") % {"day": formats.day(until)})
        form.add_error("appeals_until", _("申诉截止不能早于今天。"))
    return _step(request, at, place, months.obstacles(place, at), step="publish", form=form)


@open_to(*DEPARTMENT)
def close(request: HttpRequest, month: str, branch: str) -> HttpResponse:
    """May this month be closed for good?"""
    at, place = _place(request, month, branch)
    now = timezone.now()
    if request.method == "POST":
        seen = request.POST.get("in_transit_seen", "")

        def step() -> object:
            return months.close(
                branch=place,
                month=at,
                by=cast(User, request.user),
                now=now,
                today=local_day(now),
                in_transit_seen=whole(seen, 0),
            )

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
