"""What a replay tells: whom the draft moves, in which direction, by which item, and what it lacked."""

import datetime as dt
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from core.periods import Month
from grids.models import Branch
from kpi.choices import MonthState
from kpi.domain.replay import Moved, Replayed
from kpi.models import BranchMonth, Scheme
from kpi.queries.scheme_changes import Comparison

MONTHS = 3
STEP = 5  # points a bar of the distribution is wide


def replay_months(branch: Branch | None, today: dt.date) -> list[Month]:
    """The last three months that are closed; where there are fewer, the last that were scored and are over. Newest
    first."""
    states: dict[dt.date, set[str]] = {}
    scored = BranchMonth.objects.exclude(current_run=None).filter(month__lt=Month.of(today).first)
    for day, state in (scored.filter(branch=branch) if branch else scored).values_list("month", "state"):
        states.setdefault(day, set()).add(state)
    closed = sorted((day for day, found in states.items() if found == {MonthState.CLOSED}), reverse=True)
    others = sorted(set(states) - set(closed), reverse=True)
    return sorted((Month.of(day) for day in [*closed, *others][:MONTHS]), reverse=True)


def closed_months(months: Sequence[Month]) -> set[Month]:
    """Those of the months that every scored branch has closed."""
    open_days = set(
        BranchMonth.objects.filter(month__in=[m.first for m in months])
        .exclude(current_run=None)
        .exclude(state=MonthState.CLOSED)
        .values_list("month", flat=True)
    )
    return {month for month in months if month.first not in open_days}


@dataclass(frozen=True, slots=True)
class Cause:
    """An item and how many it moves most."""

    code: str
    words: str
    count: int


@dataclass(frozen=True, slots=True)
class Bar:
    """How many totals lie in a band of points, by both schemes."""

    low: int
    before: int
    after: int


@dataclass(frozen=True, slots=True)
class Effects:
    """The whole of one month's grids or people."""

    rows: list[Moved]
    up: int
    down: int
    mean_before: Decimal
    mean_after: Decimal
    causes: list[Cause]
    by_others: int  # whose place changed only because others moved
    bars: list[Bar]
    lacking: list[tuple[str, int]]  # item, for how many it has no target

    @property
    def moved(self) -> int:
        return self.up + self.down

    @property
    def still(self) -> int:
        return len(self.rows) - self.moved


def effects(rows: Sequence[Moved], changes: Comparison) -> Effects:
    """Who moves, the farthest first; why, by the item that does most; how the totals spread."""
    strongest = Counter(row.driver.code for row in rows if row.driver)
    lacking = Counter(part.code for row in rows for part in row.parts if part.lacks_target)
    return Effects(
        rows=sorted(rows, key=lambda row: (-abs(row.climbed), -abs(row.change), row.new_place)),
        up=sum(row.climbed > 0 for row in rows),
        down=sum(row.climbed < 0 for row in rows),
        mean_before=_mean([row.old_total for row in rows]),
        mean_after=_mean([row.new_total for row in rows]),
        causes=[Cause(code, changes.words_of(code), count) for code, count in strongest.most_common()],
        by_others=sum(row.is_by_others for row in rows),
        bars=_bars(rows),
        lacking=sorted(lacking.items()),
    )


def _mean(totals: Sequence[Decimal]) -> Decimal:
    return sum(totals, Decimal(0)) / len(totals) if totals else Decimal(0)


def _bars(rows: Sequence[Moved]) -> list[Bar]:
    before = Counter(int(row.old_total // STEP) for row in rows)
    after = Counter(int(row.new_total // STEP) for row in rows)
    bands = [*before, *after]
    if not bands:
        return []
    return [Bar(band * STEP, before[band], after[band]) for band in range(min(bands), max(bands) + 1)]


def of_kind(month: Replayed, kind: str) -> list[Moved]:
    """The people or the grids of a month."""
    return month.people if kind == "people" else month.grids


def newest_used(months: Sequence[Month]) -> Scheme | None:
    """The scheme that scored the newest of the months, to say what the draft changes."""
    newest = max(months, default=None)
    if newest is None:
        return None
    return Scheme.objects.filter(run__current_for__month=newest.first).order_by("-pk").first()
