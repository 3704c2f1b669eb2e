"""Acceptances and cancellations as a result counts them: what was changed since is put back (`FormerAcceptance`)."""

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet, prefetch_related_objects

from acceptance.models import Acceptance, AcceptanceQuerySet, FormerAcceptance
from core.periods import Month
from grids.models import Grid

DAYS = {+1: "accepted_on", -1: "cancelled_on"}
FORMER = Prefetch("former", FormerAcceptance.objects.select_related("grid", "product").order_by("pk"))
Stood = Acceptance | FormerAcceptance
Counted = tuple[int, str, Month]  # grid, product, month


def day_of(stood: Stood, sign: int) -> dt.date | None:
    """The day of the acceptance (+1) or of the cancellation (−1)."""
    return stood.accepted_on if sign > 0 else stood.cancelled_on


def counts_in(stood: Stood, sign: int) -> Counted | None:
    """What the acceptance (+1) or the cancellation (−1) counts in, whatever its day in the month."""
    day = day_of(stood, sign)
    return (stood.grid_id, stood.product_id, Month.of(day)) if stood.grid_id and day else None


@dataclass(frozen=True, slots=True)
class Movement:
    """An acceptance (+1) or a cancellation (−1): the order as it is, and as it stood when that was counted."""

    order: Acceptance
    stood: Stood
    delta: int
    day: dt.date

    @property
    def has_changed(self) -> bool:
        """It counts there no longer."""
        return counts_in(self.order, self.delta) != counts_in(self.stood, self.delta)


def movements(grid: Grid, products: Sequence[str], month: Month, until: dt.datetime | None) -> list[Movement]:
    """What an item counts, acceptances first, each by day: as it stood at `until`, or as it is when that is None."""
    of_item = Q(in_month(month), grid=grid, product__in=products)
    rows: list[tuple[Acceptance, Stood]] = [(order, order) for order in _unchanged(of_item, until)]
    if until:
        rows += [(former.acceptance, former) for former in _put_back(of_item, until)]
    found = [move for order, stood in rows for move in _moved(order, stood, month)]
    return sorted(found, key=lambda move: (-move.delta, move.day, move.order.order_no))


def late_movements(grid: Grid, products: Sequence[str], month: Month, until: dt.datetime) -> list[Movement]:
    """What counts by now, and didn't at `until`."""
    counted = {(move.order.pk, move.delta) for move in movements(grid, products, month, until)}
    now = movements(grid, products, month, None)
    return [move for move in now if (move.order.pk, move.delta) not in counted]


def in_month(month: Month) -> Q:
    """Orders, as they are or as they were, that were accepted or cancelled in a month."""
    accepted, cancelled = (Q((f"{day}__gte", month.first), (f"{day}__lt", month.next_first)) for day in DAYS.values())
    return accepted | cancelled


def entered_since(rows: AcceptanceQuerySet, moment: dt.datetime) -> AcceptanceQuerySet:
    """Those entered, or changed in what counts, after a moment."""
    return rows.filter(Q(recorded_at__gt=moment) | Exists(_changes(moment).filter(acceptance=OuterRef("pk"))))


def _changes(moment: dt.datetime) -> QuerySet[FormerAcceptance]:
    return FormerAcceptance.objects.filter(at__gt=moment)


def _unchanged(of_item: Q, until: dt.datetime | None) -> AcceptanceQuerySet:
    rows = Acceptance.objects.filter(of_item)
    if until:
        changed = _changes(until).filter(acceptance=OuterRef("pk"))
        rows = rows.filter(~Exists(changed), recorded_at__lte=until)
    return rows.select_related("household", "product", "slip", "developer", "operator")


def _put_back(of_item: Q, until: dt.datetime) -> QuerySet[FormerAcceptance]:
    """Those changed after `until` that counted then: the first change since holds what they said."""
    earlier = _changes(until).filter(acceptance=OuterRef("acceptance"), pk__lt=OuterRef("pk"))
    then = _changes(until).filter(of_item, ~Exists(earlier), acceptance__recorded_at__lte=until)
    shown = ("acceptance__household", "acceptance__slip", "acceptance__developer", "acceptance__operator")
    return then.select_related("product", *shown)


def _moved(order: Acceptance, stood: Stood, month: Month) -> Iterator[Movement]:
    for sign in DAYS:
        day = day_of(stood, sign)
        if day and Month.of(day) == month:
            yield Movement(order, stood, sign, day)


@dataclass(frozen=True, slots=True)
class History:
    """An acceptance with all that it said before, oldest first."""

    order: Acceptance
    former: list[FormerAcceptance]

    def at(self, moment: dt.datetime) -> Stood | None:
        """What it said at a moment; None when it wasn't there yet."""
        if self.order.recorded_at > moment:
            return None
        return next((former for former in self.former if former.at > moment), self.order)

    def was_counted(self, stood: Stood, sign: int, until: dt.datetime | None) -> bool:
        """Whether a result worked out until then counts what it says in `stood`; there is none when that is None."""
        then = self.at(until) if until else None
        return then is not None and counts_in(then, sign) == counts_in(stood, sign)

    def entered_at(self, sign: int) -> dt.datetime:
        """When what it says now of its month, grid and product was entered."""
        said = counts_in(self.order, sign)
        changed = (former.at for former in reversed(self.former) if counts_in(former, sign) != said)
        return next(changed, self.order.recorded_at)

    def no_longer(self, sign: int) -> list[FormerAcceptance]:
        """What it said once and says no more, each once."""
        said = {counts_in(former, sign): former for former in self.former}
        return [former for counted, former in said.items() if counted not in (None, counts_in(self.order, sign))]


def history_of(order: Acceptance) -> History:
    """Asks nothing when `FORMER` was read with the order."""
    prefetch_related_objects([order], FORMER)
    return History(order, list(order.former.all()))
