"""First pages: the month of a branch, the branches of the company, a field manager's day."""

import datetime as dt
from typing import Any, cast

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from accounts.choices import Role
from accounts.doors import OVERSEERS, open_to
from accounts.models import User
from core.periods import Month, local_day
from grids.models import Branch, Grid
from kpi.domain import schemes
from kpi.forms import Asked, asked
from kpi.queries import chores
from kpi.queries.branches import branch_rows
from kpi.queries.corrections import adjustments_of
from kpi.queries.days import day_of
from kpi.queries.generations import generations
from kpi.queries.league import visible_grids
from kpi.queries.progress import ItemProgress, business, progress, retention
from kpi.queries.schemes import unread_schemes
from kpi.queries.sheets import indicators_of
from kpi.queries.todo import (
    Todo,
    changed_since,
    failed_runs,
    late_slips,
    missing_ratings,
    missing_targets,
    odd_sizes,
    short_teams,
    waiting_appeals,
)
from kpi.views.charts import projection
from kpi.views.frames import branch_league, frame
from kpi.views.league import default_month


def _todo(request: HttpRequest, ask: Asked, now: dt.datetime, rules: list[Any]) -> list[Todo]:
    today = local_day(now)
    shown, before = generations(ask.month)
    grids = Grid.objects.within(request.scope).active_on(today)
    branch = ask.branch.pk if ask.branch else None
    if branch:
        grids = grids.filter(branch=branch)
    found = [
        *unread_schemes(request.scope, request.user.role),
        *failed_runs(request.scope, ask.month),
        *waiting_appeals(request.scope, branch),
        *changed_since(request.scope, branch),
        *chores.raised_today(request.scope, branch, today),
        *late_slips(request.scope, now, grids),
        *chores.differences_to_settle(request.scope, branch, today),
        *chores.own_rating_drafts(cast(User, request.user)),
        *short_teams(grids, today),
        *missing_ratings(request.scope, before, branch),
        *missing_targets(ask.month, grids, rules),
        *odd_sizes(shown, grids, today),
    ]
    order = {"bad": 0, "warn": 1, "": 2}
    return sorted(found, key=lambda todo: order[todo.level])


@open_to(*OVERSEERS)
def month_glance(request: HttpRequest) -> HttpResponse:
    """Does the month keep up, and what wants somebody now?"""
    now = timezone.now()
    today = local_day(now)
    ask = asked(request.GET, request.scope, Month.of(today))
    rules = list(schemes.expected(ask.month).indicators.all())
    seen = visible_grids(request.scope, branch=ask.branch.pk if ask.branch else None)
    items = progress(
        ask.month, max(min(today, ask.month.next_first - dt.timedelta(days=1)), ask.month.first), seen, rules
    )
    shown, before = generations(ask.month)
    page = {
        "ask": ask,
        "month": ask.month,
        "now": now,
        "kept": retention(shown, seen, rules),
        "todo": _todo(request, ask, now, rules),
        "last": _last_month(ask, before),
        "adjusted": adjustments_of(request.scope, ask.month, ask.branch).filter(grid__isnull=False).count(),
        "grid_count": len(seen),
        "may_see_life": request.user.role != Role.SUB_BUREAU,
    }
    return render(request, "kpi/month_glance.html", page | _pace(items))


def _pace(items: list[ItemProgress]) -> dict[str, Any]:
    """How the items stand against the time that has gone by."""
    done, time, worst = business(items), items[0].time if items else 0, _worst(items)
    return {
        "items": items,
        "business": done,
        "time": time,
        "gap": None if done is None else done - time,
        "worst": worst,
        "chart": projection(worst) if worst else "",
    }


def _worst(items: list[ItemProgress]) -> ItemProgress | None:
    """The item farthest behind its way to the target."""
    rated = [item for item in items if item.done is not None]
    return min(rated, key=lambda item: item.done - item.time) if rated else None


def _last_month(ask: Asked, before: Any) -> Any:
    if ask.branch is None:
        return None
    rows = branch_rows(before, before)
    own = [row for row in rows if row.branch_id == ask.branch.pk]
    return {"row": own[0], "of": len(rows), "month": before.month} if own else None


def _company_todo(request: HttpRequest, month: Month, today: dt.date) -> list[Todo]:
    """What the company department does itself; what each branch has to do stands in the month of the whole company."""
    if request.user.role != Role.COMPANY:
        return []
    return [
        *failed_runs(request.scope, month),
        *waiting_appeals(request.scope, None),
        *changed_since(request.scope, None),
        *chores.raised_today(request.scope, None, today),
        *chores.differences_to_settle(request.scope, None, today),
        *chores.scheme_drafts(request.user.role),
    ]


@open_to(Role.COMPANY, Role.AUDITOR)
def company_home(request: HttpRequest) -> HttpResponse:
    """Which branches lead, and how far is each with the month?"""
    ask = asked(request.GET, request.scope, default_month())
    shown, before = generations(ask.month)
    rows = branch_rows(shown, before)
    today = local_day(timezone.now())
    current = Month.of(today)
    scheme = schemes.expected(current)
    items = progress(current, today, visible_grids(request.scope), list(scheme.indicators.all()))
    page = {
        **frame(request, ask, shown),
        **branch_league(rows, indicators_of(shown.newest), shown),
        "scheme": scheme,
        "current": current,
        "items": items,
        "time": items[0].time if items else 0,
        "todo": _company_todo(request, current, today),
        "waiting": [branch for branch in Branch.objects.all() if branch.pk not in shown.runs],
    }
    return render(request, "kpi/company_home.html", page)


@open_to(Role.ACCOUNT_MANAGER)
def my_day(request: HttpRequest) -> HttpResponse:
    """What do I do today, and how is my month?"""
    now = timezone.now()
    return render(request, "kpi/my_day.html", {"now": now, "today": local_day(now), "day": day_of(request.scope, now)})
