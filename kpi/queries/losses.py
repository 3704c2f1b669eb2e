"""Lost lines as a result counts them: an end that was entered or taken back since is put back (`FormerLine`)."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Exists, OuterRef, Q

from core.periods import Month
from customers.models import FormerLine, Subscription, SubscriptionQuerySet
from grids.models import Grid, GridCommunity
from kpi.models import Indicator, ItemScore


@dataclass(frozen=True, slots=True)
class Losses:
    """Lines of the base that ended in the month: those a result counts, with `closed_on` as it stood, and those it
    doesn't. `changed`: ids of counted ones that count there no longer. `until`: up to when ends entered the result;
    None when lines are taken as they are."""

    counted: list[Subscription]
    late: list[Subscription]
    changed: set[int]
    until: dt.datetime | None


def losses(item: ItemScore, indicator: Indicator, month: Month, until: dt.datetime | None) -> Losses:
    """The lost lines behind a grid's item worked out until then.

    A late acceptance scores its whole grid again, lines as well, but the note of it names no grids: where the later
    moment doesn't give the item's own count, the moment of the run does.
    """
    assert item.grid is not None
    found = _losses(item.grid, indicator, month, until)
    at_run = item.run.watermark_at
    if until and at_run and at_run < until and len(found.counted) != item.lost:
        earlier = _losses(item.grid, indicator, month, at_run)
        return earlier if len(earlier.counted) == item.lost else found
    return found


def home_lines(grid: Grid, products: Sequence[str], month: Month) -> SubscriptionQuerySet:
    """Lines of the homes that the grid held on the 1st."""
    homes = GridCommunity.objects.active_on(month.first).filter(grid=grid)
    return Subscription.objects.select_related("household").filter(
        household__community__in=homes.values("community_id"), product_code__in=products
    )


def _losses(grid: Grid, indicator: Indicator, month: Month, until: dt.datetime | None) -> Losses:
    base = home_lines(grid, indicator.products, month).filter(opened_on__lt=month.first)
    in_month = Q(closed_on__gte=month.first, closed_on__lt=month.next_first)
    now = sorted(base.filter(in_month), key=_by_end)
    if until is None:
        return Losses(now, [], set(), None)
    changes = FormerLine.objects.filter(at__gt=until)
    altered = set(changes.filter(subscription__in=now).values_list("subscription", flat=True))
    put_back = _put_back(base, in_month, until)
    counted = [*put_back, *(line for line in now if line.pk not in altered)]
    late = [line for line in now if line.pk in altered and line not in put_back]
    changed = {line.pk for line in put_back if line not in now}
    return Losses(sorted(counted, key=_by_end), late, changed, until)


def _put_back(base: SubscriptionQuerySet, in_month: Q, until: dt.datetime) -> list[Subscription]:
    """Those changed after `until` that had ended in the month by then: the first change since holds what they said."""
    changes = FormerLine.objects.filter(at__gt=until)
    earlier = changes.filter(subscription=OuterRef("subscription"), pk__lt=OuterRef("pk"))
    said = dict(changes.filter(in_month, ~Exists(earlier)).values_list("subscription", "closed_on"))
    lines = list(base.filter(pk__in=list(said)))
    for line in lines:
        line.closed_on = said[line.pk]
    return lines


def _by_end(line: Subscription) -> tuple[dt.date, str]:
    assert line.closed_on is not None
    return line.closed_on, line.code
