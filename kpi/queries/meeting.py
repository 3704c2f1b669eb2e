"""The review meeting of a branch as plain data: what each slide shows, taken once and kept in a snapshot.

The slides and the workbook are drawn from these figures alone. Decimals are strings, days ISO text; names of items
are those of the scheme, put into the reader's language when they are drawn.
"""

import datetime as dt
from decimal import Decimal
from typing import Any

from accounts.scope import Scope
from grids.models import Branch
from kpi.choices import ItemClass, Measure
from kpi.models import Indicator, ItemScore
from kpi.queries import agenda, outliers
from kpi.queries.generations import Generation
from kpi.queries.league import LOW_TOTAL, Row, league, summary, visible_grids
from kpi.queries.packs import pack
from kpi.queries.sheets import indicators_of

Figures = dict[str, Any]
FORMAT = 1  # raised when what is kept changes its shape
WORST, WEAKEST = 4, 6


def figures_of(
    scope: Scope, branch: Branch, shown: Generation, before: Generation, *, now: dt.datetime, today: dt.date
) -> Figures:
    """All figures of a branch's meeting about a month. `shown` and `before` are those of the whole company."""
    own, old = shown.of(branch.pk), before.of(branch.pk)
    rules = indicators_of(own.newest)
    grids = visible_grids(scope, branch=branch.pk)
    rows = league(own, old, grids, in_branch=True)
    found = {
        "format": FORMAT,
        "state": own.states.get(branch.pk, ""),
        **_results(rows, rules),
        "lost": _lost(own, rows[-WORST:], rules),
        "outliers": outliers.outliers(shown, rows, rules),
        "drops": outliers.drops(own, branch.pk, rows),
        "movers": outliers.movers(own, old, rows, rules),
        "kept": agenda.kept(own, grids, rules),
        "weakest": _weakest(rows, rules),
        "penetrated": agenda.penetrated(branch, rules, own),
        "appeals": agenda.appeals_of(scope, branch, own.month),
        "raters": agenda.raters(own, branch),
        "halls": agenda.halls(scope, branch, now),
        "teams": agenda.odd_teams(scope, branch, today),
        "sizes": agenda.odd_sizes(own, {row.grid_id: row.name for row in rows}),
        "targets": agenda.coming_targets(own, branch, grids, rules),
        "old_decisions": agenda.decisions_of(scope, branch, own.month.shift(-1), own, today=today),
    }
    return {key: _plain(value) for key, value in found.items()}


def _plain(value: Any) -> Any:
    """Means and rates as JSON keeps them: numbers to be shown, not to be summed up again."""
    if isinstance(value, dict):
        return {key: _plain(part) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(part) for part in value]
    return float(value) if isinstance(value, Decimal) else value


def with_pack(figures: Figures, branch: Branch, shown: Generation) -> Figures:
    """The same with all that the workbook is worked out from."""
    own = shown.of(branch.pk)
    return figures | {"pack": pack(shown, branch.pk, indicators_of(own.newest))}


def _results(rows: list[Row], rules: list[Indicator]) -> Figures:
    total = summary(rows)
    good = [row.total for row in rows if row.total >= LOW_TOTAL]
    return {
        "rows": [
            {
                "code": row.code,
                "name": row.name,
                "rank": row.rank,
                "total": row.total,
                "old_total": row.old_total,
                "climbed": row.climbed,
            }
            for row in rows
        ],
        "mean": total.mean,
        "old_mean": total.old_mean,
        "low": total.low,
        "others_mean": sum(good) / len(good) if good else None,
        "parts": _parts(rows, rules),
    }


def _parts(rows: list[Row], rules: list[Indicator]) -> list[Figures]:
    """Points that each class of items brings on average, out of those it could."""
    found = []
    for item_class in ItemClass:
        own = [rule for rule in rules if rule.item_class == item_class]
        if own and rows:
            points = sum(row.items[r.code].points for row in rows for r in own if r.code in row.items) / len(rows)
            most = None if item_class == ItemClass.POINTS else float(sum(rule.weight for rule in own))
            names = [rule.name for rule in own]
            found.append({"class": str(item_class), "points": round(points, 6), "most": most, "items": names})
    return found


def _lost(own: Generation, rows: list[Row], rules: list[Indicator]) -> list[Figures]:
    """Points short of the cap at the effective weight, of the last few grids: item and points, the greatest first."""
    caps = {rule.code: (rule.name, rule.cap) for rule in rules if rule.measure != Measure.POINTS}
    results = ItemScore.objects.filter(run__in=own.run_ids, grid__in=[row.grid_id for row in rows], code__in=caps)
    gone: dict[int, list[list[Any]]] = {row.grid_id: [] for row in rows}
    for result in results.order_by("code"):
        name, cap = caps[result.code]
        points = float(result.weight * cap / 100 - result.weighted)
        if points > 0 and result.grid_id:
            gone[result.grid_id].append([name, round(points, 6)])
    return [
        {
            "name": row.name,
            "total": row.total,
            "points": round(sum(points for _name, points in gone[row.grid_id]), 6),
            "parts": sorted(gone[row.grid_id], key=lambda part: -part[1]),
        }
        for row in rows
    ]


def _weakest(rows: list[Row], rules: list[Indicator]) -> list[Figures]:
    """The lowest retention rates of the branch: kept of the base, not measured against the target rate."""
    found = [
        {"name": row.name, "item": rule.name, "rate": round(cell.rate * float(rule.target_rate) / 100, 4)}
        for row in rows
        for rule in rules
        if rule.measure == Measure.RETENTION and (cell := row.items.get(rule.code)) and cell.rate is not None
    ]
    return sorted(found, key=lambda one: (one["rate"], one["name"]))[:WEAKEST]
