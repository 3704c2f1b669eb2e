"""Teams, grids and people: read by all who oversee, changed by the branch."""

import datetime as dt
from collections import Counter
from typing import cast

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.choices import Role
from accounts.doors import OVERSEERS, open_to
from accounts.models import User
from accounts.nav import may_open
from accounts.scope import Scope
from core.periods import Month, local_day
from core.refusals import Refusal
from grids.choices import WaiverKind
from grids.domain import memberships, waivers
from grids.models import Branch, Grid, SubBureau
from managers import queries
from managers.domain import postings, teams
from managers.forms import LeaveForm, MoveForm, PostingForm, TeamWaiverForm, WaiverForm
from managers.maps import draw
from managers.models import Manager, Posting

ON_THE_SPOT = (*OVERSEERS, Role.ACCOUNT_MANAGER, Role.HALL_MANAGER)
PLANNERS = (Role.BRANCH,)


@open_to(*OVERSEERS, Role.HALL_MANAGER)
@require_safe
def team_list(request: HttpRequest) -> HttpResponse:
    """Which teams are short of people?"""
    scope, today, query = _scope(request), _today(), _query(request)
    rows = queries.teams(queries.grids(scope, query, today), today)
    counts = Counter(row.state for row in rows)
    shown = [row for row in rows if query.state in ("", row.state)]
    context = {"rows": shown, "counts": counts, "total": len(rows), "on": today, "query": query}
    context["wanting"] = counts["short"] + counts["over"]
    return render(request, "managers/team_list.html", context | _places(scope))


@open_to(*ON_THE_SPOT)
@require_safe
def grid_list(request: HttpRequest) -> HttpResponse:
    """Are the grids cut well?"""
    scope, today, query = _scope(request), _today(), _query(request)
    sizes = queries.grid_sizes(queries.grids(scope, query, today), today)
    out = sum(size.band.is_out for size in sizes)
    households = sum(size.households for size in sizes)
    context = {
        "rows": [size for size in sizes if query.state != "out" or size.band.is_out],
        "total": len(sizes),
        "out": out,
        "households": households,
        "mean": households // len(sizes) if sizes else 0,
        "on": today,
        "query": query,
    }
    return render(request, "managers/grid_list.html", context | _places(scope))


@open_to(*ON_THE_SPOT)
@require_safe
def grid_triangle(request: HttpRequest, code: str) -> HttpResponse:
    """A grid and its three corners: people, hall, communities."""
    grid = get_object_or_404(queries.grid_with_people(_scope(request)), code=code)
    return _triangle_page(request, grid)


@open_to(*PLANNERS)
@require_POST
def community_move(request: HttpRequest, code: str) -> HttpResponse:
    """Bring a community into this grid from a day on."""
    grid = get_object_or_404(queries.grid_with_people(_scope(request)), code=code)
    form = MoveForm(request.POST, scope=_scope(request))
    if form.is_valid():
        data = form.cleaned_data
        try:
            memberships.assign(community=data["community"], grid=grid, on=data["since"], reason=data["reason"])
        except Refusal as refusal:
            form.add_error(_field(form, refusal), str(refusal))
        else:
            done = _("%(day)s 起，%(name)s归%(grid)s。") % {
                "day": data["since"],
                "name": data["community"],
                "grid": grid,
            }
            messages.success(request, done)
            return redirect("managers:grid_triangle", code=code)
    return _triangle_page(request, grid, move=form)


@open_to(*PLANNERS)
@require_POST
def band_waiver_new(request: HttpRequest, code: str) -> HttpResponse:
    """Say why a grid may be out of the band."""
    grid = get_object_or_404(queries.grid_with_people(_scope(request)), code=code)
    form = WaiverForm(request.POST)
    if form.is_valid():
        try:
            waivers.waive(grid=grid, kind=WaiverKind.BAND, **form.cleaned_data)
        except Refusal as refusal:
            form.add_error(_field(form, refusal), str(refusal))
        else:
            messages.success(request, _("已记下%(grid)s越界的理由。") % {"grid": grid})
            return redirect("managers:grid_triangle", code=code)
    return _triangle_page(request, grid, band_waiver=form)


@open_to(*PLANNERS)
@require_POST
def team_waiver_new(request: HttpRequest, code: str) -> HttpResponse:
    """Allow a team to be short or over for a time."""
    grid = get_object_or_404(queries.grid_with_people(_scope(request)), code=code)
    form = TeamWaiverForm(request.POST)
    if form.is_valid():
        try:
            teams.waive(grid=grid, **form.cleaned_data)
        except Refusal as refusal:
            form.add_error(_field(form, refusal), str(refusal))
        else:
            messages.success(request, _("已记下%(grid)s团队的编制例外。") % {"grid": grid})
            return redirect("managers:grid_triangle", code=code)
    return _triangle_page(request, grid, team_waiver=form)


@open_to(*ON_THE_SPOT)
@require_safe
def manager_detail(request: HttpRequest, staff_no: str) -> HttpResponse:
    """Where has this person served?"""
    manager = get_object_or_404(Manager.objects.within(_scope(request)), staff_no=staff_no)
    return _person_page(request, manager)


@open_to(*PLANNERS)
@require_POST
def posting_move(request: HttpRequest, staff_no: str) -> HttpResponse:
    """Give a person a grid or a duty from a day on."""
    manager = get_object_or_404(Manager.objects.within(_scope(request)), staff_no=staff_no)
    form = PostingForm(request.POST, scope=_scope(request), manager=manager)
    if form.is_valid():
        data = form.cleaned_data
        try:
            postings.move(manager=manager, grid=data["grid"], duty=data["duty"], on=data["since"])
        except Refusal as refusal:
            form.add_error(_field(form, refusal), str(refusal))
        else:
            messages.success(request, _("%(day)s 起生效。") % {"day": data["since"]})
            return redirect("managers:manager_detail", staff_no=staff_no)
    return _person_page(request, manager, move=form)


@open_to(*PLANNERS)
@require_POST
def posting_end(request: HttpRequest, pk: int) -> HttpResponse:
    """End a posting without a next one."""
    posting = get_object_or_404(Posting.objects.within(_scope(request)).select_related("manager__branch"), pk=pk)
    form = LeaveForm(request.POST)
    if form.is_valid():
        try:
            postings.end(posting=posting, on=form.cleaned_data["since"])
        except Refusal as refusal:
            form.add_error("since", str(refusal))
        else:
            messages.success(request, _("任职已结束。"))
            return redirect("managers:manager_detail", staff_no=posting.manager.staff_no)
    return _person_page(request, posting.manager, leave=form)


def _triangle_page(request: HttpRequest, grid: Grid, **forms: object) -> HttpResponse:
    today, scope = _today(), _scope(request)
    found = queries.triangle(grid, today)
    may_plan = _may_plan(request)
    context = {"grid": grid, "triangle": found, "on": today, "may_plan": may_plan}
    context["may_see_slips"] = may_open(_role(request), "acceptance:in_transit")
    context["map"] = draw(grid, queries.neighbours(grid, today))
    if may_plan:
        day = {"since": today}
        context |= {
            "move": MoveForm(initial=day, scope=scope),
            "band_waiver": WaiverForm(initial=day),
            "team_waiver": TeamWaiverForm(
                initial=day | {"gap": next((f.kind for f in found.team.open_findings), None)}
            ),
            "choices": queries.movable(grid),
        } | forms
    return render(request, "managers/grid_triangle.html", context)


def _person_page(request: HttpRequest, manager: Manager, **forms: object) -> HttpResponse:
    today, scope = _today(), _scope(request)
    history = queries.postings_of(manager)
    current = next((posting for posting in history if today in posting.period), None)
    context = {"manager": manager, "postings": history, "current": current, "on": today, "month": Month.of(today)}
    if _may_plan(request):
        day = {"since": today}
        context |= {
            "move": PostingForm(initial=day, scope=scope, manager=manager),
            "leave": LeaveForm(initial=day),
        } | forms
    return render(request, "managers/manager_detail.html", context)


def _scope(request: HttpRequest) -> Scope:
    return cast(Scope, request.scope)  # type: ignore[attr-defined]


def _today() -> dt.date:
    return local_day(timezone.now())


def _query(request: HttpRequest) -> queries.GridFilter:
    names = ("branch", "sub_bureau", "text", "state")
    return queries.GridFilter(**{name: request.GET.get(name, "").strip() for name in names})


def _places(scope: Scope) -> dict[str, object]:
    """What the selects of a list offer."""
    return {
        "branches": Branch.objects.within(scope),
        "sub_bureaus": SubBureau.objects.within(scope).select_related("branch"),
    }


def _may_plan(request: HttpRequest) -> bool:
    return _role(request) in PLANNERS


def _role(request: HttpRequest) -> Role:
    return Role(cast(User, request.user).role)


def _field(form: object, refusal: Refusal) -> str | None:
    """The form field a refusal is about; rules call the day of a change `on`."""
    name = "since" if refusal.field == "on" else refusal.field
    return name if name in form.fields else None  # type: ignore[attr-defined]
