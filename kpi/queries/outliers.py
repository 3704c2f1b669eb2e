"""Exceptions of a meeting, by stated rules and not by taste: fences around the company, and a grid's own past.

The rules, as the slide says them:
- an item is an exception where its rate lies more than 1.5 times the middle half's width outside the middle half of
  all the company's grids (Tukey's fences; quartiles as QUARTILE.INC of a spreadsheet, at least 8 grids);
- a total is an exception where it lies more than 5 points below the grid's own median of the six months before (at
  least three of them).
"""

from collections import defaultdict
from collections.abc import Sequence
from decimal import Decimal
from statistics import median, quantiles
from typing import Any

from kpi.choices import ItemStatus, Measure
from kpi.models import Indicator, ItemScore, Score
from kpi.queries.generations import Generation, generations_of
from kpi.queries.league import Row
from kpi.queries.packs import exact

Figures = dict[str, Any]
REACH = 1.5  # widths of the middle half
FEWEST_GRIDS = 8
DROP = 5.0  # points below one's own median
MONTHS_BACK, FEWEST_MONTHS = 6, 3
MOVERS, REASONS = 4, 2


def fences(values: Sequence[float]) -> tuple[float, float] | None:
    """Below and above these lie the exceptions; None where there are too few values to say."""
    if len(values) < FEWEST_GRIDS:
        return None
    first, _middle, third = quantiles(values, n=4, method="inclusive")
    return first - REACH * (third - first), third + REACH * (third - first)


def outliers(shown: Generation, rows: list[Row], rules: list[Indicator]) -> list[Figures]:
    """Items of these grids outside the company's fences, the farthest in widths of their fence first."""
    rates = _company_rates(shown, [rule.code for rule in rules])
    found = []
    for rule in rules:
        edges = fences(list(rates[rule.code].values()))
        if edges is None:
            continue
        low, high = edges
        for row in rows:
            rate = rates[rule.code].get(row.grid_id)
            if rate is None or low <= rate <= high:
                continue
            found.append(
                {
                    "grid": row.grid_id,
                    "name": row.name,
                    "code": rule.code,
                    "item": rule.name,
                    "measure": str(rule.measure),
                    "rate": rate,
                    "low": round(low, 4),
                    "high": round(high, 4),
                    "is_low": rate < low,
                    "far": round(max(low - rate, rate - high) / ((high - low) or 1.0), 4),
                }
            )
    return sorted(found, key=lambda one: (not one["is_low"], -one["far"], one["name"], one["code"]))


def _company_rates(shown: Generation, codes: list[str]) -> dict[str, dict[int, float]]:
    """Code → grid → rate, of all grids of the company as they are shown."""
    found: dict[str, dict[int, float]] = defaultdict(dict)
    items = ItemScore.objects.filter(
        run__in=shown.run_ids, grid__isnull=False, status=ItemStatus.SCORED, code__in=codes
    )
    for run, branch, grid, code, rate in items.values_list("run_id", "branch_id", "grid_id", "code", "rate"):
        if shown.runs.get(branch) == run and rate is not None:
            found[code][grid] = float(rate)
    return found


def drops(shown: Generation, branch_id: int, rows: list[Row]) -> list[Figures]:
    """Grids far below their own median of the months before, the farthest first."""
    past = generations_of([shown.month.shift(-back) for back in range(1, MONTHS_BACK + 1)])
    runs = [run for generation in past if (run := generation.runs.get(branch_id))]
    totals: dict[int, list[Decimal]] = defaultdict(list)
    scores = Score.objects.filter(run__in=runs, branch=branch_id, grid__in=[row.grid_id for row in rows])
    for grid, total in scores.order_by("month").values_list("grid_id", "total"):
        if grid:
            totals[grid].append(total)
    found = []
    for row in rows:
        known = [float(total) for total in totals[row.grid_id]]
        if len(known) >= FEWEST_MONTHS and row.total < (usual := median(known)) - DROP:
            found.append(
                {
                    "grid": row.grid_id,
                    "name": row.name,
                    "total": row.total,
                    "median": round(usual, 4),
                    "short": round(usual - float(row.total), 4),
                    "months": len(known),
                }
            )
    return sorted(found, key=lambda one: -one["short"])


def movers(shown: Generation, before: Generation, rows: list[Row], rules: list[Indicator]) -> dict[str, list[Figures]]:
    """Who climbed and who fell most in points, each with the items that changed most and what lay behind."""
    old = {(item.grid_id, item.code): item for item in _items(before, rows)}
    new = {(item.grid_id, item.code): item for item in _items(shown, rows)}
    found = [_mover(row, rules, new, old) for row in rows if row.old_total is not None]
    ranked = sorted(found, key=lambda one: (-one["change"], one["name"]))
    return {
        "risen": [one for one in ranked if one["change"] > 0][:MOVERS],
        "fallen": [one for one in reversed(ranked) if one["change"] < 0][:MOVERS],
    }


Items = dict[tuple[int | None, str], ItemScore]


def _items(generation: Generation, rows: list[Row]) -> list[ItemScore]:
    return list(ItemScore.objects.filter(run__in=generation.run_ids, grid__in=[row.grid_id for row in rows]))


def _mover(row: Row, rules: list[Indicator], new: Items, old: Items) -> Figures:
    change = Decimal(str(row.total)) - Decimal(str(row.old_total))
    reasons = [
        _reason(rule, new[row.grid_id, rule.code], old[row.grid_id, rule.code])
        for rule in rules
        if (row.grid_id, rule.code) in new and (row.grid_id, rule.code) in old
    ]
    sign = 1 if change >= 0 else -1
    telling = sorted((one for one in reasons if one["change"] * sign > 0), key=lambda one: -sign * one["change"])
    return {
        "grid": row.grid_id,
        "name": row.name,
        "total": row.total,
        "old_total": row.old_total,
        "change": float(change),
        "rank": row.rank,
        "climbed": row.climbed,
        "reasons": telling[:REASONS],
    }


def _reason(rule: Indicator, new: ItemScore, old: ItemScore) -> Figures:
    """How many points an item changed, and the figures behind that changed with it."""
    return {
        "code": rule.code,
        "item": rule.name,
        "measure": str(rule.measure),
        "change": float(new.weighted - old.weighted),
        "rate": [exact(old.rate), exact(new.rate)],
        "actual": [exact(old.actual), exact(new.actual)],
        "target": [exact(old.target), exact(new.target)] if rule.measure == Measure.COMPLETION else None,
    }
