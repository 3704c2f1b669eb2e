"""What stands around the leagues: the query row, the life of the month, the columns."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from accounts.doors import DEPARTMENT, OVERSEERS
from accounts.scope import Scope
from core import formats
from grids.models import Street, SubBureau
from kpi.choices import MonthState
from kpi.forms import Asked
from kpi.models import BranchMonth, Indicator, Run
from kpi.queries.branches import BranchRow, company_mean
from kpi.queries.generations import Generation, missing, scored_months, trial_number
from kpi.queries.league import LOW_TOTAL
from kpi.views.rows import head


@dataclass(frozen=True, slots=True)
class Select:
    """One filter of the query row, its options as value, text, chosen; `on` when it narrows."""

    name: str
    label: str
    options: list[tuple[str, str, bool]]
    on: bool


def _select(name: str, label: str, pairs: Sequence[tuple[str, str]], chosen: str, *, all_word: str = "") -> Select:
    options = [(value, text, value == chosen) for value, text in pairs]
    if all_word:
        options.insert(0, ("", all_word, not chosen))
    return Select(name, label, options, bool(chosen))


def selects(scope: Scope, ask: Asked) -> list[Select]:
    """Month, branch, sub-bureau and street, the last two once there is a branch."""
    months = sorted({ask.month, *scored_months()}, reverse=True)
    found = [_select("month", _("月份"), [(str(m), formats.month(m)) for m in months], str(ask.month))]
    if len(ask.branches) > 1:
        chosen = ask.branch.code if ask.branch else ""
        names = [(branch.code, branch.name) for branch in ask.branches]
        found.append(_select("branch", _("分公司"), names, chosen, all_word=_("全部")))
    if ask.branch:
        bureaus = SubBureau.objects.within(scope).filter(branch=ask.branch).values_list("code", "name")
        streets = (
            Street.objects.filter(communities__sub_bureau__branch=ask.branch).distinct().values_list("code", "name")
        )
        for name, label, pairs, place in (
            ("sub_bureau", _("分局"), list(bureaus), ask.sub_bureau),
            ("street", _("街道"), list(streets), ask.street),
        ):
            if pairs:
                found.append(_select(name, label, pairs, place.code if place else "", all_word=_("全部")))
    return found


def steps(state: str) -> list[dict[str, str]]:
    """The life of a month, with where it stands."""
    order = [MonthState.OPEN, MonthState.TRIAL, MonthState.PUBLISHED, MonthState.CLOSED]
    at = order.index(MonthState(state))
    words = [_("开放"), _("试算"), _("公示"), _("审定")]
    words[at] = str(MonthState(state).label)
    return [{"label": w, "state": "done" if i < at else "now" if i == at else ""} for i, w in enumerate(words)]


def frame(request: HttpRequest, ask: Asked, shown: Generation) -> dict[str, object]:
    """The part all leagues share."""
    part = shown.of(ask.branch.pk) if ask.branch else shown
    run = Run.objects.select_related("scheme").filter(pk=part.newest or 0).first()
    state = part.states.get(ask.branch.pk, MonthState.OPEN) if ask.branch else None
    month = BranchMonth.objects.filter(branch=ask.branch, month=ask.month.first).first() if ask.branch else None
    return {
        "ask": ask,
        "month": ask.month,
        "selects": selects(request.scope, ask),
        "run": run,
        "trial": trial_number(run) if run else None,
        "steps": steps(state) if state else None,
        "state": state,
        "branch_month": month,
        "state_counts": None if ask.branch else _state_counts(part),
        "may_decide": request.user.role in DEPARTMENT,
        "may_see_runs": request.user.role in OVERSEERS,
        "tabs": tabs(ask, request.user.role),
        "missing": missing(part.newest, ask.branch.pk) if ask.branch else None,
        "may_meet": request.user.role in OVERSEERS,
    }


def _state_counts(shown: Generation) -> list[tuple[str, int]]:
    found = [(str(state.label), sum(1 for s in shown.states.values() if s == state)) for state in MonthState]
    return [(label, count) for label, count in found if count]


def tabs(ask: Asked, role: str) -> list[dict[str, object]]:
    """The leagues that the role may open."""
    words = [
        ("grids", "league", pgettext("list", "网格")),
        ("people", "people", pgettext("list", "个人")),
        ("teams", "teams", pgettext("list", "小组")),
    ]
    if role in OVERSEERS:
        words += [("branches", "branches", pgettext("list", "分公司")), ("totals", "totals", pgettext("list", "合计"))]
    words.append(("trends", "trends", _("走势")))
    return [{"name": n, "url": f"{reverse(f'kpi:{u}')}?{ask.address}", "label": w} for n, u, w in words]


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a branch stands among the branches."""

    rank: int
    of: int


def standing(ask: Asked, branches: list[BranchRow]) -> Standing | None:
    """None when the page shows no single branch, or the whole of one."""
    if ask.branch is None or ask.sub_bureau or ask.street:
        return None
    own = [row for row in branches if row.branch_id == ask.branch.pk]
    return Standing(own[0].rank, len(branches)) if own and len(branches) > 1 else None


def branch_league(rows: list[BranchRow], indicators: Sequence[Indicator], shown: Generation) -> dict[str, object]:
    """The league of branches with one cell an item, and the mean over them."""
    lines = [
        (row, shown.states.get(row.branch_id, ""), [(i, row.items.get(i.code)) for i in indicators]) for row in rows
    ]
    grids = sum(row.grids for row in rows)
    return {
        "lines": [(row, MonthState(state) if state else None, cells) for row, state, cells in lines],
        "indicators": indicators,
        "heads": [(i.code, head(i.name)) for i in indicators],
        "mean": company_mean(rows),
        "grid_count": grids,
        "low_count": sum(row.low for row in rows),
        "low_line": LOW_TOTAL,
    }
