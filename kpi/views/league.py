"""The leagues: grids, people, branches and teams of a month."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import get_conditional_response
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from accounts.choices import Role
from accounts.doors import OVERSEERS, open_to
from accounts.saved import keeps_views
from core.downloads import Table
from core.periods import Month, local_day
from kpi.choices import ItemClass
from kpi.forms import Asked, known_month
from kpi.models import Indicator
from kpi.queries.branches import branch_rows, company_mean, set_means_beside
from kpi.queries.generations import Generation, generation, generations_of, latest_month, marked_generations
from kpi.queries.grids_in_use import odd_grids
from kpi.queries.league import LOW_TOTAL, Row, figures_of, league, set_beside, summary, visible_grids
from kpi.queries.people import Person, add_items, developed_mark, people_league, visible_people
from kpi.queries.sheets import indicators_of
from kpi.queries.sums import sums_of
from kpi.queries.teams import team_league
from kpi.queries.trends import TOTAL, months_until, trends
from kpi.views.asks import CORRECTED, DIFFERENCE, PUBLISHED, LeagueAsk, basis_of, cols_of, league_ask
from kpi.views.columns import Column, Links, body, chosen, export_header, export_rows, foot, heads, sort_by
from kpi.views.exports import delivered
from kpi.views.frames import frame, standing
from kpi.views.league_columns import (
    branch_columns,
    grid_columns,
    person_columns,
    team_columns,
    trend_column,
)

PAGE_VERSION = "3"
KEPT = ("branch", "sub_bureau", "street", "sort", "as", "cols")
YEAR = 365 * 24 * 3600  # seconds a preference is kept


def default_month() -> Month:
    today = local_day(timezone.now())
    return latest_month(today) or Month.of(today).shift(-1)


@dataclass(frozen=True, slots=True)
class Shown:
    """The generations a league is made of; `corrected` only where it is set beside the published one. `mark` changes
    with the names beside the scores."""

    now: Generation
    before: Generation
    year: Generation
    corrected: Generation | None
    mark: str


def shown_of(ask: LeagueAsk) -> Shown:
    return _shown(ask.month, ask.basis, ask.cols)


def _shown(month: Month, basis: str, cols: Sequence[str]) -> Shown:
    wanted = [month, month.shift(-1), month.shift(-12)]
    mark, (now, before, year) = marked_generations(wanted, corrected=basis == CORRECTED)
    beside = basis == DIFFERENCE or {"corrected", "difference"} & set(cols)
    return Shown(now, before, year, generation(month, corrected=True) if beside else None, mark)


def etag(request: HttpRequest, shown: Shown, also: str = "") -> str:
    """Names all a league page depends on: the scores, the names beside them, the query, the reader and the language,
    the day, the look."""
    parts = [
        PAGE_VERSION,
        request.get_full_path(),
        *(part.mark for part in (shown.now, shown.before, shown.year)),
        shown.mark,
        also,
        *(str(getattr(request.user, name)) for name in ("pk", "name", "role", "staff_code")),
        str(request.session.session_key),
        str(request.scope),
        str(get_language()),
        str(local_day(timezone.now())),
        *(request.COOKIES.get(name, "") for name in ("theme", "density")),
    ]
    return f'"{sha256("|".join(parts).encode()).hexdigest()[:32]}"'


def switches(ask: LeagueAsk, *, compares: bool = True) -> dict[str, Any]:
    """Published, corrected or, where the page `compares` them, the difference; and what its forms carry along."""
    words = [(PUBLISHED, _("公布时")), (CORRECTED, _("更正后"))]
    words += [(DIFFERENCE, _("差异"))] if compares else []
    shown = PUBLISHED if ask.basis == DIFFERENCE and not compares else ask.basis
    carried = [("sort", ask.sort if ask.sort != "total" else ""), ("as", ask.basis if ask.basis != PUBLISHED else "")]
    carried += [("cols", ",".join(ask.cols)), ("item", ask.what), ("of", ask.of)]
    places = [(name, getattr(ask, name)) for name in ("branch", "sub_bureau", "street")]
    kept = [("month", str(ask.month)), *((name, place.code) for name, place in places if place)]
    return {
        "bases": [
            {
                "label": word,
                "address": ask.address_with(**{"as": "" if basis == PUBLISHED else basis}),
                "current": basis == shown,
            }
            for basis, word in words
        ],
        "carried": [(name, value) for name, value in carried if value],
        "kept": [*kept, *((name, value) for name, value in carried if value and name != "cols")],
        "usual_address": ask.address_with(cols=""),
    }


def address_of(name: str, month: Month) -> str:
    """The address of a score sheet with CODE in place of the code."""
    return reverse(name, args=[str(month), "CODE"])


def narrowed(ask: Asked) -> dict[str, Any]:
    return {
        "branch": ask.branch.pk if ask.branch else None,
        "sub_bureau": ask.sub_bureau.pk if ask.sub_bureau else None,
        "street": ask.street.code if ask.street else "",
    }


def _density(request: HttpRequest) -> HttpResponse | None:
    """A change of density is kept in a cookie, and the page comes again without asking for it."""
    wanted = request.GET.get("density")
    if wanted not in ("dense", "loose"):
        return None
    query = request.GET.copy()
    del query["density"]
    answer = redirect(f"{request.path}?{query.urlencode(safe=',')}")
    answer.set_cookie("density", wanted, max_age=YEAR, samesite="Lax", secure=request.is_secure(), httponly=True)
    return answer


def _answer(
    request: HttpRequest, ask: LeagueAsk, shown: Shown, columns: list[Column], rows: list[Any], page: dict[str, Any]
) -> HttpResponseBase:
    """The league as a page, or as a file of exactly what is shown."""
    visible, lines = chosen(columns, ask), sort_by(rows, columns, ask.sort)
    if kind := request.GET.get("export"):
        table = Table(f"{page['export_name']}-{ask.month}", export_header(visible), export_rows(lines, visible))
        return delivered(request, table, kind, f"{page['tab']} {ask.address}")
    page |= {
        **frame(request, ask, shown.now),
        "corrections": len(shown.now.of(ask.branch.pk if ask.branch else None).corrections),
        **switches(ask, compares=page["tab"] != "teams"),
        "heads": heads(visible, ask),
        "columns": [(column, column in visible) for column in columns if not column.is_fixed],
        "rows": body(lines, visible),
        "foot": foot(visible),
        "low_line": LOW_TOTAL,
        "is_dense": request.COOKIES.get("density") != "loose",
    }
    return render(request, page.get("template", "kpi/league.html"), page)


@open_to(*OVERSEERS, Role.ACCOUNT_MANAGER)
@keeps_views(gettext_lazy("网格排名"), *KEPT, moving=("month",), listed=("cols",))
def grids(request: HttpRequest) -> HttpResponseBase:
    """Which grids lead, which fall behind?"""
    if answer := _density(request):
        return answer
    query = request.GET
    month = known_month(query.get("month", "")) or default_month()
    shown = _shown(month, basis_of(query), cols_of(query))
    return _unless_unchanged(request, shown, lambda: _grids(request, league_ask(request, month), shown))


def _unless_unchanged(
    request: HttpRequest, shown: Shown, page: Callable[[], HttpResponseBase], also: str = ""
) -> HttpResponseBase:
    """Nothing for who holds the very page already; else the page, to be asked about again next time."""
    tag = etag(request, shown, also)
    if unchanged := get_conditional_response(request, etag=tag):
        return unchanged
    response = page()
    response["ETag"] = tag
    response["Cache-Control"] = "private, no-cache"
    return response


def _grids(request: HttpRequest, ask: LeagueAsk, shown: Shown) -> HttpResponseBase:
    seen = visible_grids(request.scope, **narrowed(ask))
    rows, indicators = _grid_rows(ask, shown, seen), indicators_of(shown.now.newest)
    total, link = summary(rows), Links(address_of("kpi:grid_score", ask.month), ask, lambda row: row.code)
    columns = grid_columns(ask, indicators, link, total, sums_of(shown.now, seen), odd_grids(shown.now))
    columns.append(trend_column(_trend("grids", ask), lambda row: row.grid_id, link))
    page = {
        "tab": "grids",
        "export_name": _("网格排名"),
        "total": total,
        "indicators": indicators,
        "standing": standing(ask, branch_rows(shown.now, shown.before)) if ask.branch else None,
    }
    return _answer(request, ask, shown, columns, rows, page)


def _grid_rows(ask: LeagueAsk, shown: Shown, seen: list[int]) -> list[Row]:
    rows = league(shown.now, shown.before, seen, in_branch=ask.branch is not None)
    year = figures_of(shown.year, of_grids=True) if shown.year.runs else {}
    corrected = figures_of(shown.corrected, of_grids=True) if shown.corrected else {}
    set_beside(rows, [row.grid_id for row in rows], year, corrected)
    return rows


def _trend(of: str, ask: LeagueAsk) -> dict[int, list[float | None]]:
    """Twelve months of totals, only where that column is asked for."""
    if "trend" not in ask.cols:
        return {}
    return trends(of, TOTAL, generations_of(months_until(ask.month), corrected=ask.is_corrected))


@open_to(*OVERSEERS, Role.ACCOUNT_MANAGER)
@keeps_views(gettext_lazy("个人排名"), *KEPT, moving=("month",), listed=("cols",))
def people(request: HttpRequest) -> HttpResponseBase:
    """Who leads, who falls behind?"""
    if answer := _density(request):
        return answer
    query = request.GET
    month = known_month(query.get("month", "")) or default_month()
    shown = _shown(month, basis_of(query), cols_of(query))
    won = developed_mark(month)
    return _unless_unchanged(request, shown, lambda: _people(request, league_ask(request, month), shown), won)


def _people(request: HttpRequest, ask: LeagueAsk, shown: Shown) -> HttpResponseBase:
    indicators = indicators_of(shown.now.newest)
    rows = _person_rows(request, ask, shown, indicators)
    total, link = summary(rows), Links(address_of("kpi:person_score", ask.month), ask, lambda row: row.staff_no)
    columns = person_columns(ask, indicators, link, total)
    columns.append(trend_column(_trend("people", ask), lambda row: row.manager_id, link))
    page = {"tab": "people", "export_name": _("个人排名"), "total": total, "template": "kpi/people.html"}
    return _answer(request, ask, shown, columns, rows, page)


def _person_rows(request: HttpRequest, ask: LeagueAsk, shown: Shown, indicators: Sequence[Indicator]) -> list[Person]:
    seen = visible_people(request.scope, ask.month, **narrowed(ask))
    rows = people_league(shown.now, shown.before, seen, list(indicators), in_branch=ask.branch is not None)
    if {*ask.cols, ask.sort.lstrip("-")} & {*(i.code for i in indicators), *ItemClass.values}:
        add_items(rows, shown.now)
    year = figures_of(shown.year, of_grids=False) if shown.year.runs else {}
    corrected = figures_of(shown.corrected, of_grids=False) if shown.corrected else {}
    set_beside(rows, [row.manager_id for row in rows], year, corrected)
    return rows


@open_to(*OVERSEERS)
@keeps_views(gettext_lazy("分公司排名"), *KEPT, moving=("month",), listed=("cols",))
def branches(request: HttpRequest) -> HttpResponseBase:
    """Which branches lead?"""
    if answer := _density(request):
        return answer
    ask = league_ask(request, default_month())
    shown = shown_of(ask)
    own = {branch.pk for branch in ask.branches}
    rows = [row for row in branch_rows(shown.now, shown.before) if row.branch_id in own]
    corrected_mean = set_means_beside(rows, shown.year, shown.corrected)
    sums = sums_of(shown.now, visible_grids(request.scope))
    indicators = indicators_of(shown.now.newest)
    columns = branch_columns(ask, indicators, shown.now, sums, rows, corrected_mean)
    columns.append(trend_column(_trend("branches", ask), lambda row: row.branch_id, _branch_trend(ask)))
    page = {
        "tab": "branches",
        "export_name": _("分公司排名"),
        "mean": company_mean(rows),
        "count": len(rows),
        "grid_count": sum(row.grids for row in rows),
        "low_count": sum(row.low for row in rows),
        "template": "kpi/branches.html",
    }
    return _answer(request, ask, shown, columns, rows, page)


def _branch_trend(ask: LeagueAsk) -> Any:
    page = reverse("kpi:trends")
    return lambda row, _item: f"{page}?month={ask.month}&amp;branch={row.code}"


@open_to(*OVERSEERS, Role.ACCOUNT_MANAGER)
@keeps_views(gettext_lazy("小组排名"), *KEPT, moving=("month",), listed=("cols",))
def teams(request: HttpRequest) -> HttpResponseBase:
    """Which teams lead, and which are short of people?"""
    if answer := _density(request):
        return answer
    ask = league_ask(request, default_month())
    shown = shown_of(ask)
    seen = visible_grids(request.scope, **narrowed(ask))
    grid_rows = league(shown.now, shown.before, seen, in_branch=ask.branch is not None)
    rows = team_league(shown.now, shown.before, grid_rows, ask.month.next_first)
    total = summary([row for row in grid_rows if row.total is not None])
    link = Links(address_of("kpi:grid_score", ask.month), ask, lambda row: row.code)
    person = Links(address_of("kpi:person_score", ask.month), ask, lambda row: row.staff_no)
    columns = team_columns(ask, indicators_of(shown.now.newest), link, person, total.mean)
    page = {
        "tab": "teams",
        "export_name": _("小组排名"),
        "total": total,
        "short": sum(bool(row.gaps) and not row.is_waived for row in rows),
        "template": "kpi/teams.html",
    }
    return _answer(request, ask, shown, columns, rows, page)
