"""Whether the sums tie out: an item from the records of a grid to the branch and the company, on one page."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.doors import OVERSEERS, open_to
from core.downloads import Table
from core.formats import named, number, percent, plain, signed
from grids.models import Grid
from kpi.choices import ItemClass, Measure
from kpi.models import Indicator
from kpi.queries.generations import Generation, generation
from kpi.queries.league import visible_grids
from kpi.queries.sheets import indicators_of
from kpi.queries.sums import Mean, Sums, figures, means, outside_grids, summed
from kpi.queries.sums import totals as totals_of
from kpi.views.asks import DIFFERENCE, LeagueAsk, league_ask
from kpi.views.exports import delivered
from kpi.views.frames import frame
from kpi.views.league import default_month, narrowed, switches
from kpi.views.rows import head


@dataclass(frozen=True, slots=True)
class Line:
    """One row: a branch or a grid, or the sum of all; `cells` are text as shown, `values` the same for a file."""

    name: str
    url: str
    cells: list[str]
    values: list[Any]


def _rule(indicators: Sequence[Indicator], ask: LeagueAsk) -> Indicator | None:
    """The item asked for; none is the total."""
    return next((i for i in indicators if i.code == ask.what), None)


def titles(rule: Indicator | None) -> list[str]:
    """The heads of the figures."""
    if rule is None:
        return [_("总分之和"), _("网格数"), _("均值"), *(str(kind.label) for kind in ItemClass)]
    if rule.measure == Measure.COMPLETION:
        return [
            _("受理"),
            _("退订"),
            _("净增"),
            _("有目标的净增"),
            _("目标"),
            _("完成率"),
            _("得分之和"),
            _("计分网格"),
            _("平均得分"),
        ]
    if rule.measure == Measure.POINTS:
        return [_("受理"), _("退订"), _("净增"), _("各网格加分之和"), _("计分网格"), _("平均每网格加分")]
    if rule.measure == Measure.RETENTION:
        return [_("月初在网"), _("流失"), _("保有"), _("保有率"), _("得分之和"), _("计分网格"), _("平均得分")]
    return [_("得分之和"), _("计分网格"), _("平均得分")]


def figures_of_item(rule: Indicator, sums: Sums) -> list[tuple[str, Any]]:
    """The figures of an item as text and as they are."""
    score = [
        (number(sums.score, 4), sums.score),
        (number(sums.scored), sums.scored),
        (plain(sums.mean, 4), sums.mean),
    ]
    net = [
        (number(sums.gained), sums.gained),
        (number(sums.lost), sums.lost),
        (signed(sums.actual, 0), sums.actual),
    ]
    if rule.measure == Measure.COMPLETION:
        reach = [(number(sums.net_to_target, 0), sums.net_to_target), (plain(sums.target), sums.target)]
        return [*net, *reach, (percent(sums.completion, 2), sums.completion), *score]
    if rule.measure == Measure.POINTS:
        return [*net, *score]
    if rule.measure == Measure.RETENTION:
        base = [
            (number(sums.base, 0), sums.base),
            (number(sums.lost), sums.lost),
            (number(sums.actual, 0), sums.actual),
        ]
        return [*base, (percent(sums.retention, 2), sums.retention), *score]
    return score


def figures_of_total(mean: Mean) -> list[tuple[str, Any]]:
    """The sum of the totals, their number, their mean, and what each class gives to it."""
    parts = [(plain(mean.of_class(kind.value), 4), mean.of_class(kind.value)) for kind in ItemClass]
    return [
        (number(mean.total, 2), mean.total),
        (number(mean.grids), mean.grids),
        (number(mean.mean, 2), mean.mean),
        *parts,
    ]


def _line(name: str, url: str, pairs: list[tuple[str, Any]]) -> Line:
    return Line(name, url, [text for text, _value in pairs], [value for _text, value in pairs])


@dataclass(frozen=True, slots=True)
class Level:
    """The rows of one level, and the sum of all of them."""

    lines: list[Line]
    all: Line | None


def level(request: HttpRequest, ask: LeagueAsk, rule: Indicator | None, indicators: Sequence[Indicator]) -> Level:
    """Branches of the company, or grids of the branch chosen, with their sum: both from the same rows of grids."""
    seen = visible_grids(request.scope, **narrowed(ask))
    if ask.basis != DIFFERENCE:
        return _level(ask, rule, indicators, seen, generation(ask.month, corrected=ask.is_corrected))
    published = _level(ask, rule, indicators, seen, generation(ask.month))
    corrected = _level(ask, rule, indicators, seen, generation(ask.month, corrected=True))
    return _apart(published, corrected)


def _apart(published: Level, corrected: Level) -> Level:
    """What a correction changes, row by row: corrected less published."""
    then = {line.url: line for line in corrected.lines}
    both = [_less(line, then[line.url]) for line in published.lines if line.url in then]
    return Level(both, _less(published.all, corrected.all) if published.all and corrected.all else None)


def _less(published: Line, corrected: Line) -> Line:
    pairs = zip(published.values, corrected.values, strict=True)
    values = [None if a is None or b is None else b - a for a, b in pairs]
    texts = [f"{'+' if value and value > 0 else ''}{plain(value, 4)}" for value in values]
    return Line(published.name, published.url, texts, values)


def _level(
    ask: LeagueAsk, rule: Indicator | None, indicators: Sequence[Indicator], seen: list[int], shown: Generation
) -> Level:
    rows = figures(shown, seen)
    if rule is None:
        classes = {i.code: i.item_class for i in indicators}
        scores = totals_of(shown, seen)
        parts = means(scores, rows, classes, lambda branch, grid: grid if ask.branch else branch)
        whole = means(scores, rows, classes, lambda branch, grid: 0).get(0)
        pairs = {key: figures_of_total(part) for key, part in parts.items()}
        total = figures_of_total(whole) if whole else None
    else:
        by_key = summed(rows, lambda row: row.grid_id if ask.branch else row.branch_id)
        sums = summed(rows, lambda row: 0).get(0, {}).get(rule.code)
        pairs = {key: figures_of_item(rule, found[rule.code]) for key, found in by_key.items() if rule.code in found}
        total = figures_of_item(rule, sums) if sums else None
    lines = [_line(name, url, pairs[key]) for key, name, url in _places(ask, rule, seen) if key in pairs]
    return Level(lines, _line(_("合计"), "", total) if total else None)


def _places(ask: LeagueAsk, rule: Indicator | None, seen: list[int]) -> list[tuple[int, str, str]]:
    """Id, name and the address one level further down."""
    if not ask.branch:
        page = reverse("kpi:totals")
        return [(b.pk, b.name, f"{page}?{ask.address_with(branch=b.code)}") for b in ask.branches]
    query = f"?item={rule.code}" if rule else ""
    return [
        (pk, name, reverse("kpi:grid_score", args=[str(ask.month), code]) + query)
        for pk, name, code in Grid.objects.filter(pk__in=seen).order_by("code").values_list("pk", "name", "code")
    ]


@open_to(*OVERSEERS)
def totals(request: HttpRequest) -> HttpResponseBase:
    """Do the sums tie out, from the grid to the company?"""
    ask = league_ask(request, default_month())
    shown = generation(ask.month, corrected=ask.is_corrected)
    indicators = indicators_of(shown.newest)
    rule = _rule(indicators, ask)
    found = level(request, ask, rule, indicators)
    if kind := request.GET.get("export"):
        rows = [[line.name, *line.values] for line in [*found.lines, *([found.all] if found.all else [])]]
        first = _("网格") if ask.branch else _("分公司")
        name = f"{_('合计')}-{rule.code if rule else _('总分')}-{ask.month}"
        return delivered(request, Table(name, [first, *titles(rule)], rows), kind, f"totals {ask.address}")
    branches = [ask.branch.pk] if ask.branch else [branch.pk for branch in ask.branches]
    counts = rule is not None and rule.measure in (Measure.COMPLETION, Measure.POINTS)
    page = {
        **frame(request, ask, shown),
        **switches(ask),
        "corrections": len(shown.of(ask.branch.pk if ask.branch else None).corrections),
        "tab": "totals",
        "rule": rule,
        "level": found,
        "titles": titles(rule),
        "items": _items(indicators, ask),
        "outside": outside_grids(ask.month, branches, rule) if counts and rule else 0,
        "rule_name": named(rule.name) if rule else _("总分"),
    }
    return render(request, "kpi/totals.html", page)


def _items(indicators: Sequence[Indicator], ask: LeagueAsk) -> list[dict[str, Any]]:
    """The total and each item, as links."""
    words = [("", _("总分")), *((i.code, f"{i.code} {head(i.name)}") for i in indicators)]
    known = {i.code for i in indicators}
    return [
        {
            "label": word,
            "address": ask.address_with(item=code, sort="", cols=""),
            "current": code == ask.what or (not code and ask.what not in known),
        }
        for code, word in words
    ]
