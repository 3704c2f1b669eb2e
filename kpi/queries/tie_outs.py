"""Whether a month ties out: every figure worked out again from the level below it, to the last digit.

records → item of a grid → total of a grid → items and total of a person → the team's rating → branch → company.
"""

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction

from core import sql
from core.periods import Month
from kpi.choices import ItemStatus, Level, Measure
from kpi.domain import worth
from kpi.domain.worth import Scored
from kpi.models import Indicator, ItemScore, Run, Score
from kpi.queries.branches import branch_rows
from kpi.queries.generations import Generation
from kpi.queries.standing import all_untils
from kpi.queries.sums import figures, means, summed, totals

Subject = tuple[int | None, int | None]  # grid, manager: one of them


@dataclass(frozen=True, slots=True)
class Difference:
    """A figure that isn't what the level below it gives."""

    level: str
    subject: str
    code: str
    figure: str
    shown: str
    found: str


@dataclass(slots=True)
class Checked:
    """How many figures were compared on each level, the differences, and the records that came too late to count."""

    figures: Counter[str] = field(default_factory=Counter)
    differences: list[Difference] = field(default_factory=list)
    late: int = 0

    def compare(self, level: str, subject: object, code: str, figure: str, pair: tuple[object, object]) -> None:
        """`pair` is what is shown and what is found."""
        self.figures[level] += 1
        if pair[0] != pair[1]:
            self.differences.append(Difference(level, str(subject), code, figure, str(pair[0]), str(pair[1])))


@dataclass(frozen=True, slots=True)
class _Month:
    """All that is shown of a month."""

    shown: Generation
    rules: dict[int, dict[str, Indicator]]  # branch → code → rule
    items: dict[Subject, dict[str, ItemScore]]
    scores: dict[Subject, Score]
    served: dict[int, dict[int, int]]  # manager → grid → days
    names: dict[Subject, str]


def check(shown: Generation) -> Checked:
    """Compare every figure of a generation with what the records and the level below give."""
    month, found = _read(shown), Checked()
    _check_records(month, found)
    _check_items(month, found)
    _check_people(month, found)
    _check_teams(month, found)
    _check_ranks(month, found)
    _check_branches(month, found)
    return found


def _read(shown: Generation) -> _Month:
    runs = Run.objects.in_bulk(shown.run_ids)
    rules: dict[int | None, dict[str, Indicator]] = defaultdict(dict)
    for rule in Indicator.objects.filter(scheme__in={run.scheme_id for run in runs.values()}):
        rules[rule.scheme_id][rule.code] = rule
    items: dict[Subject, dict[str, ItemScore]] = defaultdict(dict)
    for item in ItemScore.objects.filter(run__in=shown.run_ids):
        if shown.runs.get(item.branch_id) == item.run_id:
            items[item.grid_id, item.manager_id][item.code] = item
    scores = Score.objects.filter(run__in=shown.run_ids).select_related("grid", "manager")
    by_subject = {(s.grid_id, s.manager_id): s for s in scores if shown.runs.get(s.branch_id) == s.run_id}
    served: dict[int, dict[int, int]] = defaultdict(dict)
    for manager, grid, days in sql.tuples("kpi/list_service", first=shown.month.first, next=shown.month.next_first):
        served[manager][grid] = days
    return _Month(
        shown=shown,
        rules={branch: rules[runs[run].scheme_id] for branch, run in shown.runs.items()},
        items=items,
        scores=by_subject,
        served=served,
        names={
            key: s.grid.code if s.grid else s.manager.staff_no if s.manager else "" for key, s in by_subject.items()
        },
    )


def _check_records(month: _Month, found: Checked) -> None:
    """The items of grids against the acceptances, cancellations and lines behind them."""
    moved, lines = _records(month.shown)
    for (grid, _manager), code, item, rule in _all(month, "grid"):
        if rule.measure == Measure.RATING:
            continue
        is_held = rule.measure == Measure.RETENTION
        counts = (lines if is_held else moved).get((grid or 0, code), [[0] * 5])
        # A late record is counted or not yet, depending on whether the grid has been scored anew since.
        fitting = [counts[-1][:2], *(then for _more, _lost, *then, _late in counts)]
        told = [item.base if is_held else item.gained, item.lost]
        found.late += counts[-1][-1]
        figure = "base, lost" if is_held else "gained, lost"
        pair = told, told if told in fitting else fitting[-1]
        found.compare("records", month.names[grid, None], code, figure, pair)


# Grid and code → more and lost now, both as they stood at a moment, and how many records differ; for each moment.
Counts = dict[tuple[int, str], list[list[int]]]


def _records(shown: Generation) -> tuple[Counts, Counts]:
    """Acceptances as they stood when the last late ones were scored. Lines as well, or as the run itself found them: a
    late acceptance scores only its own grid's lines again."""
    runs = Run.objects.in_bulk(shown.run_ids)
    untils = all_untils([shown], runs)
    last = {(branch, run, untils[branch, shown.month.first]) for branch, run in shown.runs.items()}
    first = {(branch, run, runs[run].watermark_at) for branch, run in shown.runs.items()}
    return (
        _counts("kpi/count_records", shown.month, list(last)),
        _counts("kpi/count_line_records", shown.month, list(first | last)),
    )


def _counts(statement: str, month: Month, moments: list[tuple[int, int, dt.datetime | None]]) -> Counts:
    branches, runs, untils = ([moment[n] for moment in moments] for n in range(3))
    asked = {"branches": branches, "runs": runs, "untils": untils, "first": month.first, "next": month.next_first}
    found: Counts = defaultdict(list)
    for grid, code, *counts in sql.tuples(statement, **asked):
        found[grid, code].append(counts)
    return found


def _all(month: _Month, level: str) -> Iterator[tuple[Subject, str, ItemScore, Indicator]]:
    for key, items in month.items.items():
        if (key[0] is not None) == (level == "grid"):
            for code, item in items.items():
                yield key, code, item, month.rules[item.branch_id][code]


def _check_items(month: _Month, found: Checked) -> None:
    """Each score from its own figures, each sheet from its items."""
    for key, code, item, rule in _all(month, "grid"):
        if item.status == ItemStatus.SCORED and rule.measure != Measure.RATING:
            rate = worth.rate_of(rule, actual=item.actual or 0, base=item.base, target=item.target)
            score = None if rate is None else worth.clamped(rule, rate)
            found.compare("items", month.names[key], code, "rate, score", ((item.rate, item.score), (rate, score)))
    for key, items in month.items.items():
        held = month.scores[key]
        sheet = [Scored(month.rules[held.branch_id][code], item.status, item.score) for code, item in items.items()]
        shares = worth.weights(sheet)
        for code, item in items.items():
            if (share := shares.get(code)) is not None:
                exact = worth.half_up(share, 6), worth.half_up(share * _fraction(item.score) / 100, 6)
                found.compare("items", month.names[key], code, "weight, points", ((item.weight, item.weighted), exact))
        found.compare("totals", month.names[key], "", "total", (held.total, worth.total(sheet)))


def _fraction(score: Decimal | None) -> Fraction:
    return Fraction(0) if score is None else Fraction(score)


def _check_people(month: _Month, found: Checked) -> None:
    """A person's items from those of the grids served, by days."""
    for (_grid, manager), code, item, rule in _all(month, "person"):
        if rule.level != Level.GRID or manager is None:
            continue
        days = month.served[manager]
        if not all((grid, None) in month.items for grid in days):
            continue  # served in a branch that isn't checked
        mean = worth.by_days((n, month.items[place, None][code].score) for place, n in days.items())
        found.compare("people", month.names[None, manager], code, "score by days", (item.score, mean))
        score = month.scores[None, manager]
        if code == min(month.items[None, manager]):
            found.compare("people", month.names[None, manager], "", "days", (score.days, sum(days.values())))


def _check_teams(month: _Month, found: Checked) -> None:
    """A grid's own rating from its members'."""
    members: dict[int, dict[int, int]] = defaultdict(dict)
    for manager, grids in month.served.items():
        for grid, days in grids.items():
            members[grid][manager] = days
    for (place, _none), code, item, rule in _all(month, "grid"):
        team = members[place or 0]
        if rule.level != Level.PERSON or not all((None, person) in month.items for person in team):
            continue
        mean = worth.by_days((n, month.items[None, person][code].score) for person, n in team.items())
        found.compare("teams", month.names[place, None], code, "rating by days", (item.score, mean))


def _check_ranks(month: _Month, found: Checked) -> None:
    """Equal scores share a rank in the branch, and the next one skips."""
    peers: dict[tuple[int, bool], list[Score]] = defaultdict(list)
    for (grid, _manager), score in month.scores.items():
        peers[score.branch_id, grid is None].append(score)
    for group in peers.values():
        above = {total: place for place, total in reversed(list(enumerate(_falling(group), 1)))}
        for score in group:
            name = month.names[score.grid_id, score.manager_id]
            found.compare("ranks", name, "", "rank in branch", (score.rank_in_branch, above[score.total]))


def _falling(scores: Iterable[Score]) -> list[Decimal]:
    return sorted((score.total for score in scores), reverse=True)


def _check_branches(month: _Month, found: Checked) -> None:
    """What the pages show of branches and of the company, from the grids."""
    shown = month.shown
    rows, scores = figures(shown), totals(shown)
    by_branch, company = summed(rows, lambda row: row.branch_id), summed(rows, lambda row: None).get(None, {})
    branch_means = means(scores, rows, {}, lambda branch, grid: branch)
    for row in branch_rows(shown, shown):
        own = [total for (branch, _grid), total in scores.items() if branch == row.branch_id]
        found.compare("branches", row.code, "", "grids", (row.grids, len(own)))
        found.compare("branches", row.code, "", "mean", (row.mean, branch_means[row.branch_id].mean))
        for code, sums in by_branch[row.branch_id].items():
            told = row.items.get(code)
            found.compare(
                "branches", row.code, code, "mean score", (told if told is None else round(told, 4), sums.mean)
            )
    for code, sums in company.items():
        parts = [items[code] for items in by_branch.values() if code in items]
        for name in ("grids", "scored", "gained", "lost", "actual", "base", "target", "score", "weighted"):
            pair = getattr(sums, name), sum(getattr(part, name) for part in parts)
            found.compare("company", "", code, name, pair)
