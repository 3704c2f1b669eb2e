"""REST of the scores, under /api/v1/kpi/: what the pages show and explain, for scripts."""

from typing import Any

from django.shortcuts import get_object_or_404
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.decorators import api_view
from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.response import Response

from acceptance.models import Acceptance, Slip
from accounts.choices import Role
from accounts.doors import HALL_STAFF, OVERSEERS, open_to
from accounts.scope import Scope
from core.periods import Month, NoSuchMonth, local_day
from customers.models import Household, Subscription
from grids.models import Grid
from kpi.models import ItemScore, Score
from kpi.queries.effect_homes import effects_of_household
from kpi.queries.effects import Effect, effect_of_acceptance, effect_of_slip, net, with_points
from kpi.queries.explanations import (
    development_document,
    effect_document,
    explained_item,
    served_document,
    sheet_document,
)
from kpi.queries.generations import generations, latest_month, scored_months
from kpi.queries.line_effects import effects_of_lines
from kpi.queries.outlooks import outlook, worth_document
from kpi.queries.people import business_products, people_seen
from kpi.queries.sheets import Sheet, sheet
from managers.models import Manager

READERS = (*OVERSEERS, Role.ACCOUNT_MANAGER)
EFFECT_READERS = (*READERS, *HALL_STAFF)
LINE_MONTHS = 6
AS = OpenApiParameter("as", str, description="published (default) or corrected")


def _scope(request: Request) -> Scope:
    return request._request.scope  # type: ignore[attr-defined,no-any-return]


def _month(text: str) -> Month:
    try:
        return Month.parse(text)
    except NoSuchMonth:
        raise NotFound from None


@extend_schema(responses=OpenApiTypes.OBJECT)
@api_view(["GET"])
def _month_scores(request: Request, month: str) -> Response:
    """Scores of a month that the caller may see, with their items; figures as text, exactly as stored."""
    first, scope = _month(month).first, _scope(request)
    shown = Score.objects.within(scope).current().filter(month=first).select_related("grid", "manager", "branch")
    scores = list(shown.order_by("-total", "pk"))
    items: dict[tuple[int | None, int | None], dict[str, Any]] = {}
    rows = ItemScore.objects.within(scope).current().filter(month=first)
    for grid, manager, code, status, score, weighted in rows.values_list(
        "grid_id", "manager_id", "code", "status", "score", "weighted"
    ):
        items.setdefault((grid, manager), {})[code] = {
            "status": status,
            "score": None if score is None else str(score),
            "weighted": str(weighted),
        }
    return Response([_row(score, items.get((score.grid_id, score.manager_id), {})) for score in scores])


def _row(score: Score, items: dict[str, Any]) -> dict[str, Any]:
    subject = {"grid": score.grid.code} if score.grid else {"staff_no": score.manager.staff_no if score.manager else ""}
    return subject | {
        "branch": score.branch.code,
        "total": str(score.total),
        "rank_in_branch": score.rank_in_branch,
        "days": score.days,
        "is_provisional": score.is_provisional,
        "items": items,
    }


def _grid_sheet(request: Request, month: str, code: str) -> tuple[Grid, Sheet | None]:
    grid = get_object_or_404(Grid.objects.within(_scope(request)), code=code)
    return grid, sheet(*generations(_month(month), corrected=request.GET.get("as") == "corrected"), grid=grid)


def _unscored(month: str, **subject: str) -> dict[str, Any]:
    """Nobody has worked out a score yet, or there were no days: no score, which is not 0."""
    return {"month": str(_month(month)), **subject, "total": None, "items": {}}


@extend_schema(responses=OpenApiTypes.OBJECT, parameters=[AS])
@api_view(["GET"])
def _grid_score(request: Request, month: str, code: str) -> Response:
    """A grid's score: the sum with its numbers, each item with its formula, numerator and denominator."""
    grid, found = _grid_sheet(request, month, code)
    told = sheet_document(found) if found else _unscored(month)
    return Response({"grid": grid.code, "name": grid.name, **told})


@extend_schema(operation_id="kpi_scores_grids_item_retrieve", responses=OpenApiTypes.OBJECT, parameters=[AS])
@api_view(["GET"])
def _grid_item(request: Request, month: str, code: str, item: str) -> Response:
    """One item of a grid with every record behind it, and those that don't count, with the rule."""
    grid, found = _grid_sheet(request, month, code)
    if found is None:
        return Response(_unscored(month, grid=grid.code, item=item))
    document = explained_item(found.run, grid, item)
    if document is None:
        raise NotFound
    return Response({"month": f"{found.score.month:%Y-%m}", "grid": grid.code, **document})


@extend_schema(responses=OpenApiTypes.OBJECT, parameters=[AS])
@api_view(["GET"])
def _person_score(request: Request, month: str, staff_no: str) -> Response:
    """A person's score: the items from the grids served by days, the own development, what one more is worth."""
    manager = get_object_or_404(people_seen(_scope(request), _month(month)), staff_no=staff_no)
    told = _person(manager, _month(month), request.GET.get("as") == "corrected")
    return Response(told or _unscored(month, staff_no=manager.staff_no, name=manager.name))


def _person(manager: Manager, month: Month, corrected: bool = False) -> dict[str, Any] | None:
    """The sheet of a person with what one more is worth; None without a score."""
    found = sheet(*generations(month, corrected=corrected), manager=manager)
    if found is None:
        return None
    products = business_products([item.rule for item in found.items])
    ahead = outlook(manager, found, local_day(timezone.now()))
    return {
        "staff_no": manager.staff_no,
        "name": manager.name,
        **sheet_document(found),
        "served": served_document(manager, found),
        "developed": development_document(manager, month, products),
        "one_more": [worth_document(each) for each in ahead.wins] if ahead else [],
        "one_lost": [worth_document(each) for each in ahead.keeps] if ahead else [],
    }


@extend_schema(responses=OpenApiTypes.OBJECT)
@api_view(["GET"])
def _my_score(request: Request) -> Response:
    """The caller's own score of the month under way, or of the newest one with scores."""
    manager = get_object_or_404(Manager, pk=_scope(request).manager)
    today = Month.of(local_day(timezone.now()))
    told = (_person(manager, month) for month in (today, *scored_months()[:2]))
    return Response(next(filter(None, told), _unscored(str(today), staff_no=manager.staff_no, name=manager.name)))


def _effects(name: str, effects: list[Effect]) -> Response:
    sums = [{"month": month, "item": code, "net": value} for (month, code), value in net(effects).items()]
    return Response({"record": name, "effects": [effect_document(e) for e in with_points(effects)], "net": sums})


@extend_schema(responses=OpenApiTypes.OBJECT)
@api_view(["GET"])
def _slip_effect(request: Request, number: str) -> Response:
    """Where a slip counts, or the rule that leaves it out."""
    slip = get_object_or_404(Slip.objects.within(_scope(request)).select_related("grid"), number=number)
    return _effects(slip.number, effect_of_slip(slip))


@extend_schema(responses=OpenApiTypes.OBJECT)
@api_view(["GET"])
def _acceptance_effect(request: Request, order_no: str) -> Response:
    """Where an acceptance counts, or the rule that leaves it out; `month` asks about that month as well."""
    rows = Acceptance.objects.within(_scope(request)).select_related("grid", "product")
    found = get_object_or_404(rows, order_no=order_no)
    text = request.GET.get("month")
    return _effects(found.order_no, effect_of_acceptance(found, _month(text) if text else None))


@extend_schema(responses=OpenApiTypes.OBJECT)
@api_view(["GET"])
def _line_effect(request: Request, code: str) -> Response:
    """What a line does to retention in the newest months, or in the `month` asked for."""
    line = get_object_or_404(Subscription.objects.within(_scope(request)).select_related("household"), code=code)
    text = request.GET.get("month")
    months = [_month(text)] if text else scored_months()[:LINE_MONTHS]
    return _effects(line.code, effects_of_lines([line], months)[line.pk])


@extend_schema(responses=OpenApiTypes.OBJECT)
@api_view(["GET"])
def _household_effect(request: Request, code: str) -> Response:
    """What all records of a household do in a month: the `month` asked for, or the newest one with scores."""
    household = get_object_or_404(Household.objects.within(_scope(request)), code=code)
    today = local_day(timezone.now())
    text = request.GET.get("month")
    month = _month(text) if text else latest_month(today) or Month.of(today)
    home = effects_of_household(household, _scope(request), month)
    parts = {"slips": home.slips, "acceptances": home.acceptances, "lines": home.lines}
    told = {
        name: [{"number": t.number, "effects": [effect_document(e) for e in t.effects]} for t in part]
        for name, part in parts.items()
    }
    return Response({"household": household.code, "month": str(month), "net": dict(home.net), **told})


month_scores = open_to(*READERS)(_month_scores)
grid_score = open_to(*READERS)(_grid_score)
grid_item = open_to(*READERS)(_grid_item)
person_score = open_to(*READERS)(_person_score)
my_score = open_to(Role.ACCOUNT_MANAGER)(_my_score)
slip_effect = open_to(*EFFECT_READERS)(_slip_effect)
acceptance_effect = open_to(*EFFECT_READERS)(_acceptance_effect)
line_effect = open_to(*EFFECT_READERS)(_line_effect)
household_effect = open_to(*EFFECT_READERS)(_household_effect)
