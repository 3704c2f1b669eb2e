"""The review meeting of a branch: each slide answers one question from one frozen generation of scores."""

import datetime as dt
from dataclasses import dataclass, field

from django.db.models import Sum

from acceptance.choices import HALL_STATES
from acceptance.domain.clocks import clock_of
from acceptance.models import Slip
from accounts.scope import Scope
from core.periods import Month
from grids.models import Branch, Grid
from kpi.choices import ItemClass, Measure
from kpi.models import Decision, Indicator, ItemScore, Target
from kpi.queries.generations import Generation
from kpi.queries.grids_in_use import grid_households
from kpi.queries.league import LOW_TOTAL, Row, league, summary, visible_grids
from kpi.queries.penetration import Penetration, branch_penetration
from kpi.queries.progress import Kept, retention, targets_of
from managers.domain.bands import band_of
from managers.queries import TeamRow, teams

SHOWN_WHOLE, FIRST, LAST, WORST, MOVERS = 22, 3, 8, 4, 4


@dataclass(frozen=True, slots=True)
class Part:
    """Points that a class of items brings on average, out of those it could."""

    label: str
    points: float
    most: float | None


@dataclass(frozen=True, slots=True)
class Lost:
    """Where a grid's points went: item and points, the greatest first."""

    row: Row
    parts: list[tuple[str, float]]

    @property
    def total(self) -> float:
        return sum(points for _name, points in self.parts)


@dataclass(frozen=True, slots=True)
class Mover:
    """A grid that climbed or fell, and the item whose points changed most."""

    row: Row
    change: float
    item: str
    item_change: float


@dataclass(frozen=True, slots=True)
class HallLoad:
    name: str
    waiting: int
    late: int


@dataclass(frozen=True, slots=True)
class Meeting:
    rows: list[Row]
    mean: float | None
    old_mean: float | None
    low: list[Row]
    parts: list[Part]
    lost: list[Lost]
    risen: list[Mover]
    fallen: list[Mover]
    kept: list[Kept]
    halls: list[HallLoad]
    teams: list[TeamRow]
    old_decisions: list[Decision]
    decisions: list[Decision]
    next_targets: list[tuple[Indicator, float, float]]
    next_missing: int
    weakest: list[tuple[Row, str, float]] = field(default_factory=list)
    penetrated: list[tuple[str, Penetration]] = field(default_factory=list)
    odd: list[tuple[Row, int]] = field(default_factory=list)

    @property
    def first_and_last(self) -> list[Row]:
        """All grids while they fit a slide; then the first 3 and the last 8."""
        return self.rows if len(self.rows) <= SHOWN_WHOLE else self.rows[:FIRST] + self.rows[-LAST:]

    @property
    def others_mean(self) -> float | None:
        good = [row.total for row in self.rows if row.total >= LOW_TOTAL]
        return sum(good) / len(good) if good else None


def meeting(
    scope: Scope,
    branch: Branch,
    shown: Generation,
    before: Generation,
    rules: list[Indicator],
    now: dt.datetime,
    today: dt.date,
) -> Meeting:
    """All figures of the meeting. Slips and teams are those of now; everything else is of the generation."""
    grids = visible_grids(scope, branch=branch.pk)
    rows = league(shown, before, grids, in_branch=True)
    total = summary(rows)
    movers = _movers(shown, before, rows, rules)
    month, coming = shown.month, shown.month.shift(1)
    scoped = Grid.objects.within(scope).filter(branch=branch).active_on(today)
    decisions = Decision.objects.within(scope).filter(branch=branch)
    return Meeting(
        rows=rows,
        mean=total.mean,
        old_mean=total.old_mean,
        low=[row for row in rows if row.total < LOW_TOTAL],
        parts=_parts(rows, rules),
        lost=_lost(shown, rows[-WORST:], rules),
        risen=[m for m in movers if m.change > 0][:MOVERS],
        fallen=[m for m in reversed(movers) if m.change < 0][:MOVERS],
        kept=retention(shown, grids, rules),
        halls=_halls(scope, branch, now),
        teams=[row for row in teams(scoped, today) if row.state in ("short", "over")],
        old_decisions=list(decisions.filter(month=month.shift(-1).first)),
        decisions=list(decisions.filter(month=month.first)),
        next_targets=_targets(shown, coming, grids, rules),
        next_missing=_missing(coming, grids, rules),
        weakest=_weakest(rows, rules),
        penetrated=branch_penetration(branch, _with_lines(rules), last_day(month), shown.newest or 0),
        odd=_odd(shown, rows),
    )


def last_day(month: Month) -> dt.date:
    return month.next_first - dt.timedelta(days=1)


def _with_lines(rules: list[Indicator]) -> list[Indicator]:
    """The key products: those whose acceptances count."""
    return [rule for rule in rules if rule.measure in (Measure.COMPLETION, Measure.POINTS)]


def _odd(shown: Generation, rows: list[Row]) -> list[tuple[Row, int]]:
    """Grids out of the band with their households, the farthest first."""
    sizes = grid_households(shown)
    found = [(row, sizes[row.grid_id]) for row in rows if row.grid_id in sizes and band_of(sizes[row.grid_id]).is_out]
    return sorted(found, key=lambda pair: -band_of(pair[1]).distance)


def _parts(rows: list[Row], rules: list[Indicator]) -> list[Part]:
    found = []
    for item_class in ItemClass:
        own = [rule for rule in rules if rule.item_class == item_class]
        if own and rows:
            points = sum(row.items[r.code].points for row in rows for r in own if r.code in row.items) / len(rows)
            most = None if item_class == ItemClass.POINTS else float(sum(rule.weight for rule in own))
            found.append(Part(str(item_class.label), points, most))
    return found


def _lost(shown: Generation, rows: list[Row], rules: list[Indicator]) -> list[Lost]:
    """Points short of the cap at the effective weight, of the last few grids."""
    caps = {rule.code: (rule.name, rule.cap) for rule in rules if rule.measure != Measure.POINTS}
    results = ItemScore.objects.filter(run__in=shown.run_ids, grid__in=[row.grid_id for row in rows], code__in=caps)
    gone: dict[int, list[tuple[str, float]]] = {row.grid_id: [] for row in rows}
    for result in results:
        name, cap = caps[result.code]
        points = float(result.weight * cap / 100 - result.weighted)
        if points > 0 and result.grid_id:
            gone[result.grid_id].append((name, points))
    return [Lost(row, sorted(gone[row.grid_id], key=lambda part: -part[1])) for row in rows]


def _movers(shown: Generation, before: Generation, rows: list[Row], rules: list[Indicator]) -> list[Mover]:
    names = {rule.code: rule.name for rule in rules}
    grids = [row.grid_id for row in rows]
    old: dict[tuple[int | None, str], float] = {
        (grid, code): float(points)
        for grid, code, points in ItemScore.objects.filter(
            run__in=before.run_ids, grid__in=grids, month=before.month.first
        ).values_list("grid_id", "code", "weighted")
    }
    found = []
    for row in rows:
        if row.old_total is None:
            continue
        change = row.total - row.old_total
        moves = {code: cell.points - old.get((row.grid_id, code), 0.0) for code, cell in row.items.items()}
        if moves:
            code = (max if change >= 0 else min)(moves, key=lambda key: moves[key])
            found.append(Mover(row, change, names.get(code, code), moves[code]))
    return sorted(found, key=lambda mover: -mover.change)


def _halls(scope: Scope, branch: Branch, now: dt.datetime) -> list[HallLoad]:
    waiting: dict[str, list[bool]] = {}
    slips = Slip.objects.within(scope).filter(branch=branch, state__in=HALL_STATES).select_related("hall")
    for slip in slips:
        clock = clock_of(slip.state, state_at=slip.state_at, received_at=slip.received_at, now=now)
        waiting.setdefault(slip.hall.name, []).append(bool(clock and clock.left < 0))
    found = [HallLoad(name, len(late), sum(late)) for name, late in waiting.items()]
    return sorted(found, key=lambda load: (-load.late, -load.waiting))[:8]


def _targets(
    shown: Generation, coming: Month, grids: list[int], rules: list[Indicator]
) -> list[tuple[Indicator, float, float]]:
    """Each item with the next month's target and this month's, as it was scored."""
    ahead = targets_of(coming, grids)
    items = ItemScore.objects.filter(run__in=shown.run_ids, grid__in=grids)
    now = dict(items.order_by().values_list("code").annotate(Sum("target")))
    return [
        (rule, float(ahead.get(rule.code, 0)), float(now.get(rule.code) or 0))
        for rule in rules
        if rule.measure == Measure.COMPLETION
    ]


def _missing(coming: Month, grids: list[int], rules: list[Indicator]) -> int:
    from_rules = [rule.code for rule in rules if rule.measure == Measure.COMPLETION]
    return len(grids) * len(from_rules) - _set_targets(coming, grids, from_rules)


def _set_targets(coming: Month, grids: list[int], codes: list[str]) -> int:
    return Target.objects.filter(month=coming.first, grid__in=grids, code__in=codes).count()


def _weakest(rows: list[Row], rules: list[Indicator]) -> list[tuple[Row, str, float]]:
    """The lowest retention rates of the branch."""
    found = [
        (row, rule.name, cell.rate)
        for row in rows
        for rule in rules
        if rule.measure == Measure.RETENTION and (cell := row.items.get(rule.code)) and cell.rate is not None
    ]
    return sorted(found, key=lambda triple: triple[2])[:6]
