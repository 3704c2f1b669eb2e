"""The sheets of a month: targets of grids, ratings of people."""

import json
from collections.abc import Callable, Sequence
from typing import Any, cast

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.doors import DEPARTMENT, OVERSEERS, open_to
from accounts.models import User
from core.periods import Month, local_day
from grids.models import Grid
from kpi.choices import MonthState, RatingItem
from kpi.domain import ratings, schemes, targets
from kpi.domain.sheets import SheetRefused
from kpi.forms import Asked, asked, given_ratings, retype_ratings, retype_targets, seen_cells, wanted_targets
from kpi.models import Indicator
from kpi.queries.generations import generation
from kpi.queries.inputs import RatingRow, TargetRow, codes_with_target, rating_rows, target_rows
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


def _saved(request: HttpRequest, page: dict[str, Any], save: Callable[[], int]) -> SheetRefused | None:
    """Save a sheet; the refusal when nothing was saved."""
    if not page["may_edit"]:
        raise Http404
    try:
        count = save()
    except SheetRefused as refusal:
        return refusal
    if count:
        words = ngettext("已保存 %(n)d 格。重算之后分数才会变。", "已保存 %(n)d 格。重算之后分数才会变。", count)
        messages.success(request, words % {"n": count})
    else:
        messages.info(request, _("没有改动，已是保存的样子。"))
    return None


def _shown(
    request: HttpRequest, page: dict[str, Any], rows: Sequence[TargetRow | RatingRow], refused: SheetRefused | None
) -> dict[str, Any]:
    """The page with its rows; after a refusal what the editor had seen stays, but for the cells he is told about."""
    seen = {cell.key: cell.seen for row in rows for cell in row.cells}
    if refused:
        told = {key: seen[key] for key in refused.cells if key in seen}
        seen |= (seen_cells(request.POST) or {}) | told
    shown = [row for row in rows if row.is_missing or row.has_error] if page["only_missing"] else rows
    return page | {"rows": shown, "refusal": refused, "seen": json.dumps(seen, ensure_ascii=False)}


@open_to(*OVERSEERS)
def target_list(request: HttpRequest) -> HttpResponse:
    """Which grid has to reach what, and what is not set?"""
    ask = _asked(request)
    rules = codes_with_target(list(schemes.in_force(ask.month).indicators.all()))
    grids = _grids(request, ask)
    page, refused = _frame(request, ask) | {"rules": rules}, None
    if request.method == "POST":
        refused = _saved(request, page, lambda: _save_targets(request.POST, ask.month, grids, rules))
        if refused is None:
            return redirect(request.get_full_path())
    rows = target_rows(ask.month, grids, rules)
    page["missing"] = sum(cell.is_missing for row in rows for cell in row.cells)
    page["total"] = sum(len(row.cells) for row in rows)
    if refused:
        retype_targets(rows, request.POST, refused.cells)
    return render(request, "kpi/target_list.html", _shown(request, page, rows, refused))


def _grids(request: HttpRequest, ask: Asked) -> list[Grid]:
    found = Grid.objects.within(request.scope).filter(period__overlap=(ask.month.first, ask.month.next_first))
    found = found.filter(branch=ask.branch) if ask.branch else found
    return list((found.filter(sub_bureau=ask.sub_bureau) if ask.sub_bureau else found).select_related("branch"))


def _save_targets(data: QueryDict, month: Month, grids: list[Grid], rules: list[Indicator]) -> int:
    wanted = wanted_targets(data, grids, [rule.code for rule in rules])
    return targets.set_targets(month=month, wanted=wanted, seen=seen_cells(data))


@open_to(*OVERSEERS)
def rating_list(request: HttpRequest) -> HttpResponse:
    """Who is rated how, and who is missing?"""
    ask = _asked(request)
    people = Manager.objects.within(request.scope).filter(
        postings__period__overlap=(ask.month.first, ask.month.next_first)
    )
    managers = list((people.filter(branch=ask.branch) if ask.branch else people).distinct())
    page, refused = _frame(request, ask) | {"items": list(RatingItem)}, None
    if request.method == "POST":
        refused = _saved(request, page, lambda: _save_ratings(request, ask.month, managers))
        if refused is None:
            return redirect(request.get_full_path())
    rows = rating_rows(ask.month, managers)
    page |= {"missing": sum(row.is_missing for row in rows), "total": len(rows)}
    if refused:
        retype_ratings(rows, request.POST, refused.cells)
    return render(request, "kpi/rating_list.html", _shown(request, page, rows, refused))


def _save_ratings(request: HttpRequest, month: Month, managers: list[Manager]) -> int:
    rated = given_ratings(request.POST, managers)
    return ratings.rate(month=month, rated=rated, by=cast(User, request.user), seen=seen_cells(request.POST))
