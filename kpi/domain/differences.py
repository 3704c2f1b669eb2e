"""What two generations of a branch's month say differently, subject by subject and item by item."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal

from kpi.models import ItemScore, Score

ZERO = Decimal(0)
# A subject: the id of a grid, or of a person.
Subject = tuple[int | None, int | None]
COMPARED = ("status", "gained", "lost", "actual", "base", "target", "score", "weighted")


@dataclass(frozen=True, slots=True)
class ItemDifference:
    """One item, before and after; None where the subject had none."""

    code: str
    before: ItemScore | None
    after: ItemScore | None

    @property
    def points(self) -> Decimal:
        """What the item adds to the total, after less before."""
        return (self.after.weighted if self.after else ZERO) - (self.before.weighted if self.before else ZERO)


@dataclass(slots=True)
class Difference:
    """A grid or a person whose items differ; totals are None where there was no score."""

    grid_id: int | None
    manager_id: int | None
    before: Score | None
    after: Score | None
    items: list[ItemDifference] = field(default_factory=list)

    @property
    def points(self) -> Decimal:
        """The total after less the one before; nothing counts as 0, so that the sum always leads to the new total."""
        return (self.after.total if self.after else ZERO) - (self.before.total if self.before else ZERO)


def differences(*, before: int, after: int, branch: int) -> list[Difference]:
    """Subjects of a branch whose items, days or total differ between two runs; grids first, then people."""
    totals = [_scores(run, branch) for run in (before, after)]
    items = [_items(run, branch) for run in (before, after)]
    found = []
    for subject in sorted(totals[0].keys() | totals[1].keys(), key=_order):
        old, new = (part.get(subject) for part in totals)
        changed = list(_changed(items[0].get(subject, {}), items[1].get(subject, {})))
        if changed or _figures(old) != _figures(new):
            found.append(Difference(*subject, before=old, after=new, items=changed))
    return found


def _order(subject: Subject) -> tuple[bool, int, int]:
    grid, manager = subject
    return grid is None, grid or 0, manager or 0


def _figures(score: Score | None) -> tuple[Decimal, int] | None:
    return (score.total, score.days) if score else None


def _scores(run: int, branch: int) -> dict[Subject, Score]:
    return {(row.grid_id, row.manager_id): row for row in Score.objects.filter(run=run, branch=branch)}


def _items(run: int, branch: int) -> dict[Subject, dict[str, ItemScore]]:
    found: dict[Subject, dict[str, ItemScore]] = {}
    for row in ItemScore.objects.filter(run=run, branch=branch):
        found.setdefault((row.grid_id, row.manager_id), {})[row.code] = row
    return found


def _changed(old: dict[str, ItemScore], new: dict[str, ItemScore]) -> Iterable[ItemDifference]:
    for code in sorted(old.keys() | new.keys()):
        before, after = old.get(code), new.get(code)
        if before is None or after is None or _compared(before) != _compared(after):
            yield ItemDifference(code, before, after)


def _compared(item: ItemScore) -> list[object]:
    return [getattr(item, name) for name in COMPARED]
