"""Small multiples: twelve months of every grid, person or branch, side by side on one scale."""

from collections.abc import Sequence
from typing import Any

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from accounts.choices import Role
from accounts.doors import OVERSEERS, open_to
from accounts.saved import keeps_views
from core.downloads import Table
from grids.models import Grid
from kpi.choices import ItemClass
from kpi.models import Indicator
from kpi.queries import trends as reads
from kpi.queries.generations import Generation, generations_of
from kpi.queries.league import visible_grids
from kpi.queries.people import visible_people
from kpi.queries.sheets import indicators_of
from kpi.queries.trends import TOTAL, Series, months_until
from kpi.views.asks import LeagueAsk, league_ask
from kpi.views.exports import delivered
from kpi.views.frames import frame
from kpi.views.league import default_month, narrowed, switches
from kpi.views.multiples import Multiple, multiples
from kpi.views.rows import head
from managers.models import Manager

SHOWN = 300


@open_to(*OVERSEERS, Role.ACCOUNT_MANAGER)
@keeps_views(gettext_lazy("走势"), "branch", "sub_bureau", "street", "as", "item", "of", moving=("month",))
def trends(request: HttpRequest) -> HttpResponseBase:
    """How did each move over twelve months?"""
    ask = league_ask(request, default_month())
    shown = generations_of(months_until(ask.month), corrected=ask.is_corrected)
    indicators = indicators_of(shown[-1].newest)
    of, what = _of(request, ask), _what(indicators, ask)
    found = _multiples(request, ask, (of, what), shown)
    if kind := request.GET.get("export"):
        header = [_("编码"), _("名称"), *(str(part.month) for part in shown)]
        rows = [[m.code, m.name, *m.values] for m in found]
        return delivered(request, Table(f"{_('走势')}-{what}-{ask.month}", header, rows), kind, f"trends {ask.address}")
    page = {
        **frame(request, ask, shown[-1]),
        **switches(ask, compares=False),
        "corrections": sum(len(part.corrections) for part in shown),
        "tab": "trends",
        "of_choices": _of_choices(request, ask, of),
        "what_choices": _what_choices(indicators, ask, what),
        "charts": multiples(found[:SHOWN]),
        "count": len(found),
        "falling": sum(1 for m in found if m.change is not None and m.change < 0),
    }
    return render(request, "kpi/trends.html", page)


def _of(request: HttpRequest, ask: LeagueAsk) -> str:
    """Branches for the whole company, grids for one branch, unless asked otherwise."""
    allowed = ["grids", "people"] + (["branches"] if len(ask.branches) > 1 else [])
    if ask.of in allowed:
        return ask.of
    return "grids" if ask.branch or request.user.role not in OVERSEERS else "branches"


def _what(indicators: Sequence[Indicator], ask: LeagueAsk) -> str:
    known = {TOTAL, *(kind.value for kind in ItemClass), *(i.code for i in indicators)}
    return ask.what if ask.what in known else TOTAL


def _multiples(request: HttpRequest, ask: LeagueAsk, asked: tuple[str, str], shown: list[Generation]) -> list[Multiple]:
    """The lines one may see, the deepest fall first."""
    of, what = asked
    places = _places(request, ask, of)
    series: Series = reads.trends(of, what, shown, places)
    months = [part.month for part in shown]
    found = [Multiple(*places[key], months, values) for key, values in series.items()]
    return sorted(found, key=lambda m: (m.change is None, m.change or 0.0, m.code))


def _places(request: HttpRequest, ask: LeagueAsk, of: str) -> dict[int, tuple[str, str, str]]:
    """Id → code, name and address."""
    month = str(ask.month)
    if of == "branches":
        league = reverse("kpi:trends")
        return {b.pk: (b.code, b.name, f"{league}?{ask.address_with(branch=b.code, of='grids')}") for b in ask.branches}
    if of == "people":
        people = Manager.objects.filter(pk__in=visible_people(request.scope, ask.month, **narrowed(ask)))
        found = people.values_list("pk", "staff_no", "name")
        return {pk: (no, name, reverse("kpi:person_score", args=[month, no])) for pk, no, name in found}
    grids = Grid.objects.filter(pk__in=visible_grids(request.scope, **narrowed(ask)))
    rows = grids.values_list("pk", "code", "name")
    return {pk: (code, name, reverse("kpi:grid_score", args=[month, code])) for pk, code, name in rows}


def _of_choices(request: HttpRequest, ask: LeagueAsk, of: str) -> list[dict[str, Any]]:
    words = [("grids", pgettext("list", "网格")), ("people", pgettext("list", "个人"))]
    if len(ask.branches) > 1 and request.user.role in OVERSEERS:
        words.append(("branches", pgettext("list", "分公司")))
    return [{"label": w, "address": ask.address_with(of=key), "current": key == of} for key, w in words]


def _what_choices(indicators: Sequence[Indicator], ask: LeagueAsk, what: str) -> list[dict[str, Any]]:
    words = [(TOTAL, _("总分")), *((kind.value, str(kind.label)) for kind in ItemClass)]
    words += [(i.code, f"{i.code} {head(i.name)}") for i in indicators]
    return [{"label": w, "address": ask.address_with(item=key), "current": key == what} for key, w in words]
