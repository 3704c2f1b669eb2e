"""The sheets of a month: targets of grids and ratings of people, with what is missing."""

from collections import Counter, defaultdict
from dataclasses import dataclass

from campaigns.models import Visit
from core.formats import listed
from core.periods import Month
from grids.models import Grid
from kpi.choices import Measure, RatingItem
from kpi.domain import ratings, targets
from kpi.indicators.measure import plain
from kpi.models import Indicator, Rating, Target
from managers.models import Manager, Posting


@dataclass(slots=True)
class TargetCell:
    """A cell as stored; after a refusal `value` … `is_exempt` hold what was typed, with the error beside it."""

    key: str
    code: str
    target: Target | None
    value: str = ""
    reason: str = ""
    is_exempt: bool = False
    error: str = ""

    def __post_init__(self) -> None:
        if self.target:
            self.value, self.reason = plain(self.target.value), self.target.reason
            self.is_exempt = self.target.is_exempt

    @property
    def seen(self) -> str:
        return targets.stored_text(self.target)

    @property
    def is_missing(self) -> bool:
        return self.target is None or (not self.target.is_exempt and not self.target.value)


@dataclass(frozen=True, slots=True)
class TargetRow:
    grid: Grid
    cells: list[TargetCell]

    @property
    def is_missing(self) -> bool:
        return any(cell.is_missing for cell in self.cells)

    @property
    def has_error(self) -> bool:
        return any(cell.error for cell in self.cells)


def codes_with_target(indicators: list[Indicator]) -> list[Indicator]:
    return [rule for rule in indicators if rule.measure == Measure.COMPLETION]


def target_rows(month: Month, grids: list[Grid], indicators: list[Indicator]) -> list[TargetRow]:
    """Each grid with its targets, in the order of the grids."""
    known: dict[tuple[int, str], Target] = {
        (target.grid_id, target.code): target for target in Target.objects.filter(month=month.first, grid__in=grids)
    }
    codes = [rule.code for rule in indicators]
    return [
        TargetRow(grid, [TargetCell(targets.key_of(grid.pk, code), code, known.get((grid.pk, code))) for code in codes])
        for grid in grids
    ]


@dataclass(slots=True)
class RatingCell:
    """A cell as stored; after a refusal `score` and `comment` hold what was typed, with the error beside it."""

    key: str
    item: str
    label: str
    rating: Rating | None
    score: str = ""
    comment: str = ""
    error: str = ""

    def __post_init__(self) -> None:
        if self.rating:
            self.score, self.comment = plain(self.rating.score), self.rating.comment

    @property
    def seen(self) -> str:
        return ratings.stored_text(self.rating)


@dataclass(frozen=True, slots=True)
class RatingRow:
    """One person; `visits` is the evidence recorded in the month."""

    manager: Manager
    grids: str
    cells: list[RatingCell]
    visits: int

    @property
    def rated(self) -> list[Rating]:
        return [cell.rating for cell in self.cells if cell.rating]

    @property
    def is_missing(self) -> bool:
        return not self.rated

    @property
    def has_error(self) -> bool:
        return any(cell.error for cell in self.cells)

    @property
    def mean(self) -> float | None:
        return float(sum(r.score for r in self.rated)) / len(self.rated) if self.rated else None


def rating_rows(month: Month, managers: list[Manager]) -> list[RatingRow]:
    """People who served in the month with their sub-items; four queries, whatever the number."""
    known: dict[tuple[int, str], Rating] = {
        (rating.manager_id, rating.item): rating
        for rating in Rating.objects.filter(month=month.first, manager__in=managers)
    }
    names: dict[int, list[str]] = defaultdict(list)
    served = Posting.objects.filter(manager__in=managers, period__overlap=(month.first, month.next_first))
    for posting in served.select_related("grid").order_by("period"):
        names[posting.manager_id].append(posting.grid.name)
    visits = Counter(
        Visit.objects.filter(manager__in=managers, visited_at__gte=month.start, visited_at__lt=month.end).values_list(
            "manager_id", flat=True
        )
    )
    return [
        RatingRow(
            manager,
            listed(dict.fromkeys(names[manager.pk])),
            [_rating_cell(manager.pk, item, known.get((manager.pk, item.value))) for item in RatingItem],
            visits[manager.pk],
        )
        for manager in managers
        if manager.pk in names
    ]


def _rating_cell(manager_id: int, item: RatingItem, rating: Rating | None) -> RatingCell:
    return RatingCell(ratings.key_of(manager_id, item.value), item.value, str(item.label), rating)
