"""Ratings of people: what is missing and how raters differ, and the page of a team with its evidence."""

from typing import Any, cast

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.doors import DEPARTMENT, OVERSEERS, open_to
from accounts.models import User
from core.periods import Month
from grids.models import Branch, Grid
from kpi.choices import MonthState, RatingItem
from kpi.domain import rating_drafts, ratings
from kpi.domain.rating_drafts import DraftRefused
from kpi.domain.sheets import SheetRefused
from kpi.forms import Asked
from kpi.forms_inputs import given_ratings, retype_ratings, seen_cells
from kpi.queries.generations import generation
from kpi.queries.raters import FLAT_DEVIATION, FLAT_PEOPLE, raters_of
from kpi.queries.rating_teams import Member, Team, add_evidence, teams_of
from kpi.queries.runs import is_running
from kpi.views.input_frames import grids_asked, input_asked, input_frame, seen_text, this_month
from kpi.views.rating_rows import drawn
from kpi.views.scores import month_or_404
from kpi.views.strips import strip
from managers.models import Manager


def month_to_rate(request: HttpRequest) -> Month:
    """Last month until everybody one rates for has closed it, then the running one."""
    last = this_month().shift(-1)
    ask = input_asked(request, last)
    branches = [ask.branch] if ask.branch else ask.branches
    states = generation(last).states
    done = all(states.get(branch.pk) == MonthState.CLOSED for branch in branches)
    return last.shift(1) if done else last


def _user(request: HttpRequest) -> User:
    return cast(User, request.user)


def _branches(request: HttpRequest) -> set[int]:
    """Ids of the branches that the reader rates for."""
    return set(Branch.objects.within(request.scope).values_list("pk", flat=True))


def _teams(request: HttpRequest, ask: Asked) -> list[Team]:
    grids = grids_asked(request, ask)
    found = teams_of(ask.month, grids, branches=_branches(request), reader=_user(request))
    return [team for team in found if team.members]


def _people(teams: list[Team]) -> dict[int, Member]:
    """Everybody rated here, once, however many grids they served."""
    return {member.manager.pk: member for team in teams for member in team.members if member.is_ours}


@open_to(*OVERSEERS)
def rating_list(request: HttpRequest) -> HttpResponse:
    """Who is not rated yet, and do the raters use the same scale?"""
    ask = input_asked(request, month_to_rate(request))
    page, teams = input_frame(request, ask), _teams(request, ask)
    people = _people(teams)
    place = ask.branch.name if ask.branch else _("全公司")
    raters = raters_of(ask.month, people, unnamed=_("没有记名"), here=place, company=_("全公司"))
    shown = [team for team in teams if team.missing] if page["only_missing"] else teams
    page |= {
        "teams": shown,
        "lines": drawn(shown, ask.month),
        "total": len(people),
        "missing": sum(member.is_missing for member in people.values()),
        "drafts": sum(member.drafts for member in people.values()),
        "raters": raters,
        "strip": strip(raters),
        "flat": {"people": FLAT_PEOPLE, "deviation": FLAT_DEVIATION},
    }
    return render(request, "kpi/rating_list.html", page)


@require_POST
@open_to(*DEPARTMENT)
def rating_publish(request: HttpRequest) -> HttpResponse:
    """Publish all one's drafts of the month and the place in the address."""
    ask = input_asked(request, month_to_rate(request))
    managers = [member.manager for member in _people(_teams(request, ask)).values()]
    try:
        count = rating_drafts.publish(month=ask.month, managers=managers, by=_user(request))
    except SheetRefused as refusal:
        messages.error(request, _("没有提交。%(why)s") % {"why": refusal})
    else:
        messages.success(request, rating_drafts.told(count))
    return redirect(f"{reverse('kpi:rating_list')}?{ask.address}")


def _team(request: HttpRequest, month: Month, code: str) -> tuple[Team, dict[str, Any]]:
    """A team of the scope with what stands around it; 404 for a foreign grid."""
    grid = get_object_or_404(Grid.objects.within(request.scope).select_related("branch"), code=code)
    team = teams_of(month, [grid], branches=_branches(request), reader=_user(request))[0]
    closed = {key for key, state in generation(month).states.items() if state == MonthState.CLOSED}
    open_ones = [member for member in team.members if member.is_ours and member.branch.pk not in closed]
    may_edit = request.user.role in DEPARTMENT
    return team, {
        "month": month,
        "team": team,
        "grid": grid,
        "editable": {member.manager.pk for member in open_ones} if may_edit else set(),
        "closed": closed,
        "items": list(RatingItem),
        "is_running": is_running(request.scope, month),
    }


def _rated_here(team: Team, page: dict[str, Any]) -> list[Manager]:
    return [member.manager for member in team.members if member.manager.pk in page["editable"]]


@open_to(*OVERSEERS)
def rating_team(request: HttpRequest, month: str, code: str) -> HttpResponse:
    """How did each of this team do, by what is on record?"""
    at = month_or_404(month)
    team, page = _team(request, at, code)
    refused = None
    if request.method == "POST":
        refused = _published(request, at, _rated_here(team, page))
        if refused is None:
            return redirect(request.get_full_path())
        retype_ratings(team.members, request.POST, refused.cells)
    add_evidence(team, at, timezone.now())
    page["seen"] = seen_text(request, (cell for member in team.members for cell in member.cells), refused)
    return render(request, "kpi/rating_team.html", page | {"refusal": refused} | _neighbours(request, team, at))


def _published(request: HttpRequest, month: Month, managers: list[Manager]) -> SheetRefused | None:
    """Publish what was typed, and with it the drafts of these people; the refusal when nothing was."""
    if not managers:
        raise Http404
    try:
        rated = given_ratings(request.POST, managers)
        count = ratings.rate(month=month, rated=rated, by=_user(request), seen=seen_cells(request.POST))
    except SheetRefused as refusal:
        return refusal
    rating_drafts.forget(month=month, managers=managers, by=_user(request))
    messages.success(request, rating_drafts.told(count))
    return None


def _neighbours(request: HttpRequest, team: Team, month: Month) -> dict[str, Any]:
    """The teams before and after in the order of the codes, to go on without the list."""
    grids = Grid.objects.within(request.scope).filter(
        branch=team.grid.branch_id, period__overlap=(month.first, month.next_first)
    )
    return {
        "before": grids.filter(code__lt=team.grid.code).order_by("-code").first(),
        "after": grids.filter(code__gt=team.grid.code).order_by("code").first(),
    }


@require_POST
@open_to(*DEPARTMENT)
def rating_draft(request: HttpRequest, month: str, code: str) -> HttpResponse:
    """Keep one row of the page as a draft while it is being typed; answers with what became of it."""
    at = month_or_404(month)
    team, page = _team(request, at, code)
    now, error, is_draft = timezone.now(), "", False
    try:
        for cell in given_ratings(request.POST, _rated_here(team, page)):
            is_draft = rating_drafts.keep(month=at, cell=cell, by=_user(request), now=now) or is_draft
    except (SheetRefused, DraftRefused) as refusal:
        error = str(refusal)
    return render(request, "kpi/_rating_state.html", {"error": error, "saved_at": now if is_draft else None})
