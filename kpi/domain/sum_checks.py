"""Every night the sums that recomputes read are compared with a full count of the records; a difference is told, and
counted again."""

import datetime as dt

from core import sql
from core.periods import Month
from kpi.choices import MonthState, RunCause
from kpi.domain import balances, recompute, tallies
from kpi.domain.snapshots import alone
from kpi.models import Balance, BranchMonth, Loss, SumCheck, Tally


def check_moving(*, today: dt.date, now: dt.datetime) -> list[SumCheck]:
    """Check the current month and the one before."""
    current = Month.of(today)
    return [check(month=month, now=now) for month in (current.shift(-1), current)]


def check(*, month: Month, now: dt.datetime) -> SumCheck:
    """Compare the month's balances, losses and tallies with the records; what differs is counted again from them, and
    the month recomputed where it is still open."""
    with alone():
        balances.ensure(month=month)
        tallies.ensure(month=month)
        found = _differences(month)
        kept = [model.objects.filter(month=month.first).count() for model in (Balance, Loss, Tally)]
        if found:
            _count_again(month)
        done = SumCheck.objects.create(
            month=month.first, at=now, compared=sum(kept), differing=len(found), example="；".join(found[:3])[:200]
        )
    if found and _is_open(month):
        recompute.request(month=month, cause=RunCause.NIGHTLY, now=now)
    return done


def _differences(month: Month) -> list[str]:
    rows = [(row.community, row.product_code, row.kept, row.counted) for row in balances.check(month=month)]
    for statement in ("kpi/compare_losses", "kpi/compare_tallies"):
        rows += sql.tuples(statement, first=month.first, next=month.next_first)
    return [f"{place} {product} {kept} ≠ {counted}" for place, product, kept, counted in rows]


def _count_again(month: Month) -> None:
    """Later balances were carried from the wrong one: they go as well, and are made anew when they are needed."""
    for model in (Balance, Loss, Tally):
        model.objects.filter(month__gte=month.first).delete()
    sql.run("kpi/count_balances", first=month.first)
    balances.ensure(month=month)
    tallies.ensure(month=month)


def _is_open(month: Month) -> bool:
    return BranchMonth.objects.filter(month=month.first, state__in=[MonthState.OPEN, MonthState.TRIAL]).exists()
