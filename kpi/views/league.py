"""The leagues: grids, people and branches of a month."""

from collections.abc import Sequence
from hashlib import sha256
from typing import Any

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import get_conditional_response
from django.utils.translation import get_language

from accounts.choices import Role
from accounts.doors import OVERSEERS, open_to
from core.downloads import sent
from core.periods import Month, local_day
from kpi.forms import Asked, asked
from kpi.models import Indicator
from kpi.queries.branches import branch_rows
from kpi.queries.generations import Generation, generations, latest_month
from kpi.queries.grids_in_use import odd_grids
from kpi.queries.league import LOW_TOTAL, Row, league, sort_rows, summary, visible_grids
from kpi.queries.people import people_league, visible_people
from kpi.queries.sheets import indicators_of
from kpi.views.exports import branch_table, league_table, people_table
from kpi.views.frames import branch_league, frame, sort_links, standing
from kpi.views.rows import grid_rows, person_rows

PAGE_VERSION = "1"


def default_month() -> Month:
    today = local_day(timezone.now())
    return latest_month(today) or Month.of(today).shift(-1)


def etag(request: HttpRequest, shown: Generation, before: Generation) -> str:
    """Names all a league page depends on: the scores, the query, the reader and the language, the day, the look."""
    parts = [
        PAGE_VERSION,
        request.get_full_path(),
        shown.mark,
        before.mark,
        repr(request.user.pk),
        str(request.session.session_key),
        repr(request.scope),
        str(get_language()),
        str(local_day(timezone.now())),
        request.COOKIES.get("theme", ""),
    ]
    return f'"{sha256("|".join(parts).encode()).hexdigest()[:32]}"'


def address_of(name: str, month: Month) -> str:
    """The address of a score sheet with CODE in place of the code."""
    return reverse(name, args=[str(month), "CODE"])


def _rows(request: HttpRequest, ask: Asked, shown: Generation, before: Generation) -> tuple[list[Row], list[Indicator]]:
    grids = visible_grids(request.scope, **narrowed(ask))
    rows = league(shown, before, grids, in_branch=ask.branch is not None)
    return sort_rows(rows, ask.sort), indicators_of(shown.newest)


@open_to(*OVERSEERS, Role.ACCOUNT_MANAGER)
def grids(request: HttpRequest) -> HttpResponseBase:
    """Which grids lead, which fall behind?"""
    ask = asked(request.GET, request.scope, default_month())
    shown, before = generations(ask.month)
    tag = etag(request, shown, before)
    if unchanged := get_conditional_response(request, etag=tag):
        return unchanged
    rows, indicators = _rows(request, ask, shown, before)
    if kind := request.GET.get("export"):
        return sent(league_table(rows, indicators, ask.month), kind)
    response = render(request, "kpi/league.html", _page(request, ask, (shown, before), rows, indicators))
    response["ETag"] = tag
    response["Cache-Control"] = "private, no-cache"
    return response


def _page(
    request: HttpRequest,
    ask: Asked,
    pair: tuple[Generation, Generation],
    rows: list[Row],
    indicators: Sequence[Indicator],
) -> dict[str, object]:
    shown, before = pair
    total = summary(rows)
    columns = sort_links(ask, indicators)
    body = grid_rows(
        rows,
        indicators=indicators,
        address=address_of("kpi:grid_score", ask.month),
        mean=total.mean,
        odd=odd_grids(shown),
        with_branch=ask.branch is None,
    )
    return {
        **frame(request, ask, shown),
        "rows": body,
        "total": total,
        "low_line": LOW_TOTAL,
        "standing": standing(ask, branch_rows(shown, before)),
        "indicators": indicators,
        "columns": columns,
        "item_columns": [columns[i.code] for i in indicators],
        "tab": "grids",
    }


def narrowed(ask: Asked) -> dict[str, Any]:
    return {
        "branch": ask.branch.pk if ask.branch else None,
        "sub_bureau": ask.sub_bureau.pk if ask.sub_bureau else None,
        "street": ask.street.code if ask.street else "",
    }


@open_to(*OVERSEERS, Role.ACCOUNT_MANAGER)
def people(request: HttpRequest) -> HttpResponseBase:
    """Who leads, who falls behind?"""
    ask = asked(request.GET, request.scope, default_month())
    shown, before = generations(ask.month)
    indicators = indicators_of(shown.newest)
    seen = visible_people(request.scope, **narrowed(ask))
    rows = people_league(shown, before, seen, indicators, in_branch=ask.branch is not None)
    rows = sort_rows(rows, ask.sort)
    if kind := request.GET.get("export"):
        return sent(people_table(rows, ask.month), kind)
    total = summary(rows)
    address = address_of("kpi:person_score", ask.month)
    page = {
        **frame(request, ask, shown),
        "rows": person_rows(rows, address=address, mean=total.mean, with_branch=ask.branch is None),
        "total": total,
        "low_line": LOW_TOTAL,
        "columns": sort_links(ask, []),
        "tab": "people",
    }
    return render(request, "kpi/people.html", page)


@open_to(*OVERSEERS)
def branches(request: HttpRequest) -> HttpResponseBase:
    """Which branches lead?"""
    ask = asked(request.GET, request.scope, default_month())
    shown, before = generations(ask.month)
    seen = {branch.pk for branch in ask.branches}
    rows = [row for row in branch_rows(shown, before) if row.branch_id in seen]
    indicators = indicators_of(shown.newest)
    if kind := request.GET.get("export"):
        return sent(branch_table(rows, indicators, ask.month), kind)
    page = {
        **frame(request, ask, shown),
        **branch_league(rows, indicators, shown),
        "tab": "branches",
    }
    return render(request, "kpi/branches.html", page)
