"""What the pack of a meeting is worked out from: every input of a branch's scores beside the scores, as plain data.

Decimals are strings as stored, so that the whole is JSON and loses nothing.
"""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from typing import Any

from django.db.models import Q

from core import sql
from core.periods import Month
from kpi.choices import ItemStatus, Measure, RatingItem
from kpi.domain.worth import by_days, half_up
from kpi.models import Indicator, ItemScore, Rating, Score, Target
from kpi.queries.generations import Generation

Figures = dict[str, Any]
FIELDS = ("status", "gained", "lost", "base", "target", "rate", "score", "weight", "weighted")


def exact(value: Decimal | int | None) -> str | int | None:
    """A number as JSON keeps it: whole ones of the database stay numbers, decimals become their text."""
    return f"{value:f}" if isinstance(value, Decimal) else value


@dataclass(slots=True)
class _Served:
    """Days of one person in one grid, as keys and as texts."""

    manager: int
    staff_no: str
    name: str
    grid: int
    code: str
    grid_name: str
    days: int


@dataclass(slots=True)
class _Branch:
    """What was read of a branch: scores and items by grid and by person."""

    grids: list[Score] = field(default_factory=list)
    people: list[Score] = field(default_factory=list)
    of_grid: dict[int, dict[str, ItemScore]] = field(default_factory=lambda: defaultdict(dict))
    of_person: dict[int, dict[str, ItemScore]] = field(default_factory=lambda: defaultdict(dict))
    served: list[_Served] = field(default_factory=list)
    by_grid: dict[int | None, list[_Served]] = field(default_factory=lambda: defaultdict(list))
    by_person: dict[int | None, list[_Served]] = field(default_factory=lambda: defaultdict(list))
    ratings: dict[int, dict[str, Decimal]] = field(default_factory=lambda: defaultdict(dict))


def pack(shown: Generation, branch_id: int, rules: list[Indicator]) -> Figures:
    """The scheme, the inputs and the results of all grids and people that a branch's run scored."""
    return _pack(shown, [branch_id], rules)


def company_pack(shown: Generation, rules: list[Indicator], branches: Mapping[int, str]) -> Figures:
    """The same of several branches (key → name), ranked within the company, with what each branch comes to."""
    figures = _pack(shown, list(branches), rules, names=branches)
    for subjects in (figures["grids"], figures["people"]):
        subjects.sort(key=lambda one: -Decimal(one["total"]))
        for place, one in enumerate(subjects):
            before = subjects[place - 1] if place else None
            one["rank"] = before["rank"] if before and before["total"] == one["total"] else place + 1
    summed = [_branch_result(name, figures) for name in branches.values()]
    return figures | {"branches": [one for one in summed if one["grids"] or one["people"]]}


def _branch_result(name: str, figures: Figures) -> Figures:
    """Grids, people and the mean total of the grids, 2 places, None for a branch without."""
    totals = [Fraction(one["total"]) for one in figures["grids"] if one["branch"] == name]
    mean = half_up(sum(totals, Fraction(0)) / len(totals), 2) if totals else None
    people = sum(one["branch"] == name for one in figures["people"])
    return {"name": name, "grids": len(totals), "people": people, "mean": exact(mean)}


def _pack(
    shown: Generation, branches: list[int], rules: list[Indicator], names: Mapping[int, str] | None = None
) -> Figures:
    found = _read(shown, branches)
    reasons = _reasons(shown.month, [score.grid_id for score in found.grids if score.grid_id])
    return {
        "rules": [rule_figures(rule) for rule in rules],
        "grids": [_grid(score, found, rules, reasons) | _named(score, names) for score in found.grids],
        "people": [_person(score, found, rules) | _named(score, names) for score in found.people],
        "served": _service(found),
    }


def _named(score: Score, names: Mapping[int, str] | None) -> Figures:
    return {"branch": names[score.branch_id]} if names else {}


def rule_figures(rule: Indicator) -> Figures:
    """One indicator of the scheme."""
    limits = {name: exact(getattr(rule, name)) for name in ("weight", "floor", "cap", "target_rate", "points_per_unit")}
    return {
        "code": rule.code,
        "name": rule.name,
        "item_class": str(rule.item_class),
        "measure": str(rule.measure),
        "level": str(rule.level),
        **limits,
    }


def _read(shown: Generation, branches: list[int]) -> _Branch:
    found = _Branch()
    scores = Score.objects.filter(_shown_rows(shown, branches)).select_related("grid", "manager")
    for score in scores.order_by("rank_in_branch", "grid__code", "manager__staff_no"):
        (found.grids if score.grid_id else found.people).append(score)
    month, grids = shown.month, [score.grid_id for score in found.grids]
    people = [score.manager_id for score in found.people]
    days = sql.tuples("kpi/list_days_served", first=month.first, next=month.next_first, grids=grids, managers=people)
    found.served = [_Served(*values) for values in days]
    for row in found.served:
        found.by_grid[row.grid].append(row)
        found.by_person[row.manager].append(row)
    _read_items(found, shown, branches)
    for rating in Rating.objects.filter(month=month.first, manager__in=people):
        found.ratings[rating.manager_id][str(rating.item)] = rating.score
    return found


def _shown_rows(shown: Generation, branches: list[int]) -> Q:
    """The rows of each branch's own run: a run of the whole company also holds branches that show a later one."""
    rows = Q(pk__in=[])
    by_run: dict[int, list[int]] = defaultdict(list)
    for branch in branches:
        by_run[shown.runs[branch]].append(branch)
    for run, places in by_run.items():
        rows |= Q(run=run, branch__in=places)
    return rows


def _read_items(found: _Branch, shown: Generation, branches: list[int]) -> None:
    """Items of the run; of grids and people of other branches those that are shown there."""
    own = ItemScore.objects.filter(_shown_rows(shown, branches))
    grids, people = {score.grid_id for score in found.grids}, {score.manager_id for score in found.people}
    others = ItemScore.objects.filter(run__in=shown.run_ids).exclude(branch__in=branches)
    foreign = [
        *others.filter(grid__in={row.grid for row in found.served} - grids),
        *others.filter(manager__in={row.manager for row in found.served} - people),
    ]
    for item in (*own, *(item for item in foreign if shown.runs.get(item.branch_id) == item.run_id)):
        if item.grid_id:
            found.of_grid[item.grid_id][item.code] = item
        elif item.manager_id:
            found.of_person[item.manager_id][item.code] = item


def _reasons(month: Month, grids: list[int]) -> dict[tuple[int, str], str]:
    """Why an item of a grid is 不考核."""
    exempt = Target.objects.filter(month=month.first, grid__in=grids, is_exempt=True)
    return {(grid, code): reason for grid, code, reason in exempt.values_list("grid_id", "code", "reason")}


def _grid(score: Score, found: _Branch, rules: list[Indicator], reasons: dict[tuple[int, str], str]) -> Figures:
    assert score.grid is not None
    items = {}
    for rule in rules:
        item = found.of_grid[score.grid.pk].get(rule.code)
        if item is None:
            continue
        items[rule.code] = item_figures(item)
        if item.status == ItemStatus.EXEMPT and (reason := reasons.get((score.grid.pk, rule.code))):
            items[rule.code]["reason"] = reason
        if rule.measure == Measure.RATING and not _is_rated_mean(item, rule, found):
            items[rule.code]["given"] = True
    return {"id": score.grid.pk, "code": score.grid.code, "name": score.grid.name, **_result(score), "items": items}


def _person(score: Score, found: _Branch, rules: list[Indicator]) -> Figures:
    assert score.manager is not None
    items = {}
    for rule in rules:
        item = found.of_person[score.manager.pk].get(rule.code)
        if item is None:
            continue
        items[rule.code] = item_figures(item)
        if rule.measure != Measure.RATING and not _is_grid_mean(item, rule, found):
            items[rule.code]["given"] = True
    return {
        "staff_no": score.manager.staff_no,
        "name": score.manager.name,
        **_result(score),
        "items": items,
        **_ratings(score.manager.pk, found, rules),
    }


def _result(score: Score) -> Figures:
    return {
        "days": score.days,
        "total": exact(score.total),
        "rank": score.rank_in_branch,
        "is_provisional": score.is_provisional,
    }


def item_figures(item: ItemScore) -> Figures:
    """One item of a grid or person, exactly as stored."""
    return {name: exact(getattr(item, name)) for name in FIELDS}


def _ratings(manager: int, found: _Branch, rules: list[Indicator]) -> Figures:
    """The sub-items when they still make the rating that was scored; otherwise only that rating."""
    scored = next((found.of_person[manager].get(r.code) for r in rules if r.measure == Measure.RATING), None)
    given = found.ratings.get(manager, {})
    mean = half_up(Fraction(sum(given.values(), Decimal(0))) / len(given), 4) if given else None
    if scored is not None and scored.rate != mean:
        return {"ratings": {}, "mean": exact(scored.rate)}
    return {"ratings": {item: exact(given[item]) for item in RatingItem.values if item in given}, "mean": None}


def _service(found: _Branch) -> list[Figures]:
    """Days of each person in each grid; where one of them is scored elsewhere, with the items taken from there."""
    grids, people = {score.grid_id for score in found.grids}, {score.manager_id for score in found.people}
    rows = []
    for row in found.served:
        items = {} if row.grid in grids else found.of_grid.get(row.grid, {})
        rating = {} if row.manager in people else found.of_person.get(row.manager, {})
        rows.append(
            {
                "staff_no": row.staff_no,
                "name": row.name,
                "grid": row.code,
                "grid_name": row.grid_name,
                "days": row.days,
                "own_grid": row.grid in grids,
                "own_person": row.manager in people,
                "foreign": {code: exact(item.score) or str(item.status) for code, item in {**rating, **items}.items()},
            }
        )
    return rows


# The days and ratings of today may no longer be those of the run: what they don't give is handed over as it was scored.


def _is_grid_mean(item: ItemScore, rule: Indicator, found: _Branch) -> bool:
    """Whether a person's item still is the mean of their grids'."""
    rows = found.by_person[item.manager_id]
    served = [(row.days, part) for row in rows if (part := found.of_grid.get(row.grid, {}).get(rule.code))]
    status = {part.status for _days, part in served}
    word = next((s for s in (ItemStatus.SCORED, ItemStatus.NO_TARGET) if s in status), ItemStatus.EXEMPT)
    return bool(word == item.status and _mean(served) == item.score)


def _is_rated_mean(item: ItemScore, rule: Indicator, found: _Branch) -> bool:
    """Whether a grid's rating still is the mean of its people's."""
    rows = found.by_grid[item.grid_id]
    served = [(row.days, part) for row in rows if (part := found.of_person.get(row.manager, {}).get(rule.code))]
    return _mean(served) == item.score


def _mean(parts: list[tuple[int, ItemScore]]) -> Decimal | None:
    return by_days((days, item.score) for days, item in parts)
