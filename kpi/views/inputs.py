"""The sheets of a month: targets of grids, ratings of people."""

from typing import Any, cast

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.doors import DEPARTMENT, OVERSEERS, open_to
from accounts.models import User
from core.periods import Month, local_day
from core.refusals import Refusal
from grids.models import Grid
from kpi.choices import MonthState, RatingItem
from kpi.domain import ratings, schemes, targets
from kpi.forms import Asked, asked, given_ratings, wanted_targets
from kpi.queries.generations import generation
from kpi.queries.inputs import codes_with_target, rating_rows, target_rows
from kpi.views.frames import selects
from managers.models import Manager


def _frame(request: HttpRequest, ask: Asked) -> dict[str, Any]:
    states = generation(ask.month).states
    state = states.get(ask.branch.pk) if ask.branch else None
    return {
        "ask": ask,
        "month": ask.month,
        "selects": selects(request.scope, ask)[:3],
        "only_missing": "missing" in request.GET,
        "may_edit": request.user.role in DEPARTMENT and state != MonthState.CLOSED,
        "is_closed": state == MonthState.CLOSED,
    }


def _asked(request: HttpRequest) -> Asked:
    return asked(request.GET, request.scope, Month.of(local_day(timezone.now())))


def _saved(request: HttpRequest, word: str) -> HttpResponse:
    messages.success(request, word)
    return redirect(request.get_full_path())


@open_to(*OVERSEERS)
def target_list(request: HttpRequest) -> HttpResponse:
    """Which grid has to reach what, and what is not set?"""
    ask = _asked(request)
    rules = codes_with_target(list(schemes.in_force(ask.month).indicators.all()))
    found = Grid.objects.within(request.scope).filter(period__overlap=(ask.month.first, ask.month.next_first))
    found = found.filter(branch=ask.branch) if ask.branch else found
    grids = list((found.filter(sub_bureau=ask.sub_bureau) if ask.sub_bureau else found).select_related("branch"))
    page = _frame(request, ask) | {"rules": rules}
    codes = [rule.code for rule in rules]
    if request.method == "POST" and (answer := _save_targets(request, ask, grids, codes, page)):
        return answer
    rows = target_rows(ask.month, grids, rules)
    page["missing"] = sum(cell.is_missing for row in rows for cell in row.cells)
    page["total"] = sum(len(row.cells) for row in rows)
    page["rows"] = [row for row in rows if row.is_missing] if page["only_missing"] else rows
    return render(request, "kpi/target_list.html", page)


def _save_targets(
    request: HttpRequest, ask: Asked, grids: list[Grid], codes: list[str], page: dict[str, Any]
) -> HttpResponse | None:
    """A redirect when all was written; None with the reason in the page otherwise."""
    if not page["may_edit"]:
        raise Http404
    try:
        count = targets.set_targets(month=ask.month, wanted=wanted_targets(request.POST, grids, codes))
    except Refusal as refusal:
        page |= {"refusal": str(refusal), "typed": request.POST}
        return None
    return _saved(request, _("已保存 %(n)d 个目标。重算之后分数才会变。") % {"n": count})


@open_to(*OVERSEERS)
def rating_list(request: HttpRequest) -> HttpResponse:
    """Who is rated how, and who is missing?"""
    ask = _asked(request)
    people = Manager.objects.within(request.scope).filter(
        postings__period__overlap=(ask.month.first, ask.month.next_first)
    )
    managers = list((people.filter(branch=ask.branch) if ask.branch else people).distinct())
    page = _frame(request, ask) | {"items": list(RatingItem)}
    if request.method == "POST" and (answer := _save_ratings(request, ask, managers, page)):
        return answer
    rows = rating_rows(ask.month, managers)
    page["missing"] = sum(row.is_missing for row in rows)
    page["total"] = len(rows)
    page["rows"] = [row for row in rows if row.is_missing] if page["only_missing"] else rows
    return render(request, "kpi/rating_list.html", page)


def _save_ratings(
    request: HttpRequest, ask: Asked, managers: list[Manager], page: dict[str, Any]
) -> HttpResponse | None:
    if not page["may_edit"]:
        raise Http404
    try:
        count = ratings.rate(month=ask.month, rated=given_ratings(request.POST, managers), by=cast(User, request.user))
    except Refusal as refusal:
        page |= {"refusal": str(refusal), "typed": request.POST}
        return None
    return _saved(request, _("已保存 %(n)d 个子项。重算之后分数才会变。") % {"n": count})
