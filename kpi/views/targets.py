"""Targets of grids: the sheet, a total spread over it, the freeze, and the history of a grid's."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any, cast
from urllib.parse import urlencode

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from accounts.doors import DEPARTMENT, OVERSEERS, open_to
from accounts.models import User
from core.formats import named
from core.periods import Month, local_day
from core.refusals import Refusal
from grids.models import Branch, Grid
from kpi.domain import plans, schemes, targets
from kpi.domain.sheets import SheetRefused
from kpi.forms import Asked
from kpi.forms_inputs import retype_targets, seen_cells, totals_in, wanted_targets
from kpi.indicators.measure import plain
from kpi.models import Indicator
from kpi.queries.inputs import TargetRow, changes_of, codes_with_target, plan_of, target_rows
from kpi.views.input_frames import grids_asked, input_asked, input_frame, seen_text
from kpi.views.scores import month_or_404
from kpi.views.spreads import Spread, spread_asked, ways


def rules_of(month: Month) -> list[Indicator]:
    return codes_with_target(schemes.expected(month).indicators.all())


@open_to(*OVERSEERS)
def target_list(request: HttpRequest) -> HttpResponse:
    """Which grid has to reach what, and what is not set?"""
    ask = input_asked(request)
    rules, grids = rules_of(ask.month), grids_asked(request, ask)
    page, refused = input_frame(request, ask, ahead=1), None
    if request.method == "POST":
        refused = _saved(request, page, ask.month, grids, rules)
        if refused is None:
            return redirect(request.get_full_path())
    rows = target_rows(ask.month, grids, rules)
    if refused:
        retype_targets(rows, request.POST, refused.cells)
    return render(request, "kpi/target_list.html", page | _sheet(request, ask, rows, rules, refused))


def _saved(
    request: HttpRequest, page: dict[str, Any], month: Month, grids: list[Grid], rules: list[Indicator]
) -> SheetRefused | None:
    """Save the sheet; the refusal when nothing was saved."""
    if not page["may_edit"]:
        raise Http404
    try:
        count = targets.set_targets(
            month=month,
            wanted=wanted_targets(request.POST, grids, [rule.code for rule in rules]),
            seen=seen_cells(request.POST),
            by=cast(User, request.user),
            reason=request.POST.get("change_reason", ""),
        )
    except SheetRefused as refusal:
        return refusal
    words = ngettext("已保存 %(n)d 格。重算之后分数才会变。", "已保存 %(n)d 格。重算之后分数才会变。", count)
    messages.success(request, words % {"n": count} if count else _("没有改动，已是保存的样子。"))
    return None


def _sheet(
    request: HttpRequest, ask: Asked, rows: list[TargetRow], rules: list[Indicator], refused: SheetRefused | None
) -> dict[str, Any]:
    """The rows shown, the sums of the columns and what is needed to change them."""
    shown = [row for row in rows if row.is_missing or row.has_error] if "missing" in request.GET else rows
    typed, _wrong = totals_in(request.GET, [rule.code for rule in rules])
    return {
        "rows": shown,
        "rules": rules,
        "sums": [_sum(rule.code, rows, shown, typed.get(rule.code)) for rule in rules],
        "missing": sum(cell.is_missing for row in rows for cell in row.cells),
        "total": sum(len(row.cells) for row in rows),
        "plan": plan_of(ask.month, ask.branch),
        "frozen": plans.frozen_branches(ask.month, {row.grid.branch_id for row in rows}),
        "refusal": refused,
        "change_reason": request.POST.get("change_reason", ""),
        "seen": seen_text(request, (cell for row in rows for cell in row.cells), refused),
        "carried": carried(request.GET),
    }


def _sum(code: str, rows: Sequence[TargetRow], shown: Sequence[TargetRow], typed: int | None) -> dict[str, Any]:
    """A column's sum as stored, against the branch's total when one was typed and against itself otherwise.

    `hidden` is the part of the grids that the page leaves out, which the script adds to what it sees.
    """
    total = _held(code, rows)
    wanted = total if typed is None else Decimal(typed)
    return {"code": code, "sum": total, "wanted": wanted, "hidden": plain(total - _held(code, shown))}


def _held(code: str, rows: Sequence[TargetRow]) -> Decimal:
    held = [cell.target for row in rows for cell in row.cells if cell.code == code and cell.target]
    return sum((target.value for target in held if not target.is_exempt), Decimal(0))


def carried(query: QueryDict) -> str:
    """The totals of the address, for links that keep them."""
    return urlencode({name: query.get(name, "") for name in query if name.startswith("total-")})


@open_to(*DEPARTMENT)
def target_spread(request: HttpRequest) -> HttpResponse:
    """What would each grid get of the branch's total? Nothing is written here: the preview is sent to the sheet."""
    ask = input_asked(request)
    page, rules = input_frame(request, ask, ahead=1), rules_of(ask.month)
    page["selects"] = [select for select in page["selects"] if select.name != "sub_bureau"]
    today = local_day(timezone.now())
    grids = grids_asked(request, ask) if ask.branch and ask.branch.pk not in page["closed"] else []
    found: Spread = spread_asked(request.GET, ask.month, today, grids, rules)
    page |= {
        "spread": found,
        "ways": ways(ask.month, found.by),
        "fields": [(rule, found.totals[rule.code], found.wrong.get(rule.code, "")) for rule in rules],
        "plan": plan_of(ask.month, ask.branch),
        "carried": carried(request.GET),
    }
    return render(request, "kpi/target_spread.html", page)


@require_POST
@open_to(*DEPARTMENT)
def target_freeze(request: HttpRequest, month: str, branch: str) -> HttpResponse:
    """Freeze a branch's targets of a month."""
    at, place = month_or_404(month), get_object_or_404(Branch.objects.within(request.scope), code=branch)
    try:
        plans.freeze(branch=place, month=at, by=cast(User, request.user), now=timezone.now())
    except Refusal as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("已冻结。此后每次改动都要写明理由，并留下经过。"))
    return redirect(f"{reverse('kpi:target_list')}?month={at}&branch={place.code}")


@open_to(*OVERSEERS)
def target_history(request: HttpRequest, month: str, code: str) -> HttpResponse:
    """Who set and changed a grid's targets of a month, when and why?"""
    at, grid = month_or_404(month), get_object_or_404(Grid.objects.within(request.scope), code=code)
    rules = rules_of(at)
    page = {
        "month": at,
        "grid": grid,
        "row": target_rows(at, [grid], rules)[0],
        "rules": rules,
        "changes": changes_of(at, grid, {rule.code: f"{rule.code} {named(rule.name)}" for rule in rules}),
        "plan": plan_of(at, grid.branch),
    }
    return render(request, "kpi/target_history.html", page)
