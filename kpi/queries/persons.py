"""What stands behind a person's score: the grids served with their days, the rating, the own development."""

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Q

from acceptance.models import Acceptance
from core.periods import Month
from grids.models import Grid
from kpi.models import ItemScore, Rating, Run
from managers.models import Manager, Posting


@dataclass(frozen=True, slots=True)
class Served:
    """Days in a grid and what the grid scored in the item that is open."""

    grid: Grid
    duty: str
    days: int
    result: ItemScore | None


def served_grids(manager: Manager, run: Run, code: str) -> list[Served]:
    """The grids of the month, each with the days that weigh it."""
    month = Month.of(run.month)
    found = Posting.objects.filter(manager=manager, period__overlap=(month.first, month.next_first))
    postings = list(found.select_related("grid").order_by("period"))
    results = {
        result.grid_id: result
        for result in ItemScore.objects.filter(run=run, code=code, grid__in=[posting.grid_id for posting in postings])
    }
    return [
        Served(posting.grid, posting.get_duty_display(), _days(posting, month), results.get(posting.grid_id))
        for posting in postings
    ]


def _days(posting: Posting, month: Month) -> int:
    start = max(posting.period.lower, month.first)
    end = min(posting.period.upper or month.next_first, month.next_first)
    return int((end - start) / dt.timedelta(days=1))


@dataclass(frozen=True, slots=True)
class Development:
    """One acceptance credited to the person; `share` in per cent."""

    acceptance: Acceptance
    share: Decimal
    is_cancelled: bool

    @property
    def counted(self) -> Decimal:
        """What it adds to the person's own development: 1 or the share of it, less when cancelled."""
        return (-self.share if self.is_cancelled else self.share) / 100


def own_development(manager: Manager, month: Month, products: list[str]) -> list[Development]:
    """Acceptances of the month that the person won, newest first, and cancellations that fell in it."""
    own = Q(developer=manager) | Q(co_developer=manager)
    rows = Acceptance.objects.filter(own, product__in=products).select_related("household", "product", "slip", "grid")
    gained = rows.accepted_between(month.first, month.next_first)
    lost = rows.filter(cancelled_on__gte=month.first, cancelled_on__lt=month.next_first)
    both = [(row, False) for row in gained] + [(row, True) for row in lost]
    both.sort(key=lambda pair: (pair[0].cancelled_on if pair[1] else pair[0].accepted_on, pair[0].pk), reverse=True)
    return [Development(row, _share(row, manager), cancelled) for row, cancelled in both]


def _share(row: Acceptance, manager: Manager) -> Decimal:
    return row.developer_share if row.developer_id == manager.pk else 100 - row.developer_share


def ratings_of(manager: Manager, month: Month) -> list[Rating]:
    return list(Rating.objects.filter(manager=manager, month=month.first).order_by("item"))
