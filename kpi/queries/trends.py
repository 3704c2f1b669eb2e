"""How scores moved over the months: of grids, people and branches, in total, by class and by item."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from core import sql
from core.periods import Month
from kpi.domain.worth import half_up
from kpi.models import Score
from kpi.queries.generations import Generation, generation, generations_of
from managers.models import Manager

MONTHS = 12
TOTAL = "total"


@dataclass(frozen=True, slots=True)
class Point:
    """One month of one line; None where there is no score."""

    month: Month
    value: float | None


Series = dict[int, list[float | None]]  # id of a grid, a person or a branch → a value a month, oldest first


def months_until(last: Month, count: int = MONTHS) -> list[Month]:
    """The months up to and including the last, oldest first."""
    return [last.shift(-n) for n in range(count - 1, -1, -1)]


def trends(of: str, what: str, shown: list[Generation], ids: Iterable[int] | None = None) -> Series:
    """Id → one value a month. `of` is grids, people or branches; `what` is total, a class or the code of an item.

    A branch's value is the mean of its grids': their sum over their number, rounded once. Items are uncapped rates
    where there is one, points otherwise; a class is the points it gives.
    """
    pairs = [(n, branch, run) for n, part in enumerate(shown) for branch, run in part.runs.items()]
    places, branches, runs = (list(column) for column in zip(*pairs, strict=True)) if pairs else ([], [], [])
    rows = sql.tuples(
        "kpi/list_trends", places=places, branches=branches, runs=runs, what=what, of=of, is_total=what == TOTAL
    )
    wanted = None if ids is None else set(ids)
    found: Series = defaultdict(lambda: [None] * len(shown))
    for place, subject, value in rows:
        if wanted is None or subject in wanted:
            found[subject][place] = value
    return dict(found)


def totals_of_person(manager: Manager, last: Month) -> list[Point]:
    """A person's totals of the last months, oldest first, in whatever branch they were scored."""
    shown = generations_of(months_until(last))
    runs = [run for part in shown for run in part.run_ids]
    rows = Score.objects.filter(manager=manager, run__in=runs).values_list("month", "branch_id", "run_id", "total")
    by_month = {day: float(total) for day, branch, run, total in rows for part in shown if part.runs.get(branch) == run}
    return [Point(part.month, by_month.get(part.month.first)) for part in shown]


def company_rank(score: Score) -> tuple[int, int] | None:
    """The place of a score among all of its kind in the company, and how many there are."""
    shown = generation(Month.of(score.month))
    if not shown.runs:
        return None
    peers = [
        total
        for branch, run, total in Score.objects.filter(
            run__in=shown.run_ids, manager__isnull=score.manager_id is None
        ).values_list("branch_id", "run_id", "total")
        if shown.runs.get(branch) == run
    ]
    return sum(total > score.total for total in peers) + 1, len(peers)


def mean_of(values: Iterable[float | None]) -> Decimal | None:
    """The mean of the values there are, 2 places."""
    known = [Fraction(Decimal(str(value))) for value in values if value is not None]
    return half_up(sum(known, Fraction(0)) / len(known), 2) if known else None
