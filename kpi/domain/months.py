"""The life of a branch's month: 试算 → 公示 → 审定. What stands in the way of a step is told by `obstacles`."""

import datetime as dt

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from core import sql
from core.formats import moment
from core.periods import Month, local_day
from core.refusals import Refusal
from grids.models import Branch
from kpi.choices import MonthState
from kpi.domain.obstacles import Obstacle, closing_obstacles, obstacles
from kpi.models import BranchMonth

__all__ = ["MonthRefused", "Obstacle", "close", "closing_obstacles", "obstacles", "publish", "withdraw"]


class MonthRefused(Refusal):
    """The month can't take this step; `obstacles` says all that stands in the way."""

    def __init__(self, message: str, obstacles: list[Obstacle] | None = None, *, field: str | None = None) -> None:
        super().__init__(message, field=field)
        self.obstacles = obstacles or []


@transaction.atomic
def publish(
    *, branch: Branch, month: Month, by: User | None, now: dt.datetime, appeals_until: dt.date | None = None
) -> BranchMonth:
    """Show the trial to everybody it concerns, for appeals until a day (inclusive); raises MonthRefused."""
    found = _held(branch, month)
    if found.state == MonthState.CLOSED:
        raise MonthRefused(_closed_already(found))
    if found.state == MonthState.PUBLISHED:
        raise MonthRefused(_("这个月已经在公示中。"))
    if appeals_until and appeals_until < local_day(now):
        raise MonthRefused(_("申诉截止不能早于今天。"), field="appeals_until")
    if standing := obstacles(branch, month):
        raise MonthRefused(_("还不能公示，有 %(count)d 件事要先办。") % {"count": len(standing)}, standing)
    found.state, found.published_at, found.appeals_until = MonthState.PUBLISHED, now, appeals_until
    found.save(update_fields=["state", "published_at", "appeals_until"])
    return found


@transaction.atomic
def withdraw(*, branch: Branch, month: Month, by: User | None, now: dt.datetime) -> BranchMonth:
    """Take a published month back to the trial, to correct and recompute it; raises MonthRefused.

    Its appeals stay where they are: they contest the result that was shown.
    """
    found = _held(branch, month)
    if found.state == MonthState.CLOSED:
        raise MonthRefused(_closed_already(found))
    if found.state != MonthState.PUBLISHED:
        raise MonthRefused(_("这个月不在公示中，无需撤回。"))
    found.state, found.published_at, found.appeals_until = MonthState.TRIAL, None, None
    found.save(update_fields=["state", "published_at", "appeals_until"])
    return found


@transaction.atomic
def close(
    *, branch: Branch, month: Month, by: User | None, now: dt.datetime, today: dt.date, in_transit_seen: int = 0
) -> BranchMonth:
    """Close a published month for good: from then on the database itself refuses changes. Raises MonthRefused.

    `in_transit_seen`: of how many slips in transit the person knows. They change nothing in the month, so they don't
    keep it open, but nobody closes it without having seen them.
    """
    found = _held(branch, month)
    if found.state == MonthState.CLOSED:
        raise MonthRefused(_closed_already(found))
    standing = closing_obstacles(branch, month, today=today)
    if blocking := [one for one in standing if not one.can_be_passed]:
        raise MonthRefused(_("还不能审定，有 %(count)d 件事要先办。") % {"count": len(blocking)}, standing)
    if any(one.count > in_transit_seen for one in standing):
        raise MonthRefused(_("还不能审定：请先看过在途单，再勾选“我已看过”。"), standing)
    found.state, found.closed_at, found.closed_by = MonthState.CLOSED, now, by
    found.save(update_fields=["state", "closed_at", "closed_by"])
    return found


def _closed_already(found: BranchMonth) -> str:
    if found.closed_at is None:
        return _("这个月已经审定。")
    who = found.closed_by.name if found.closed_by else _("命令行")
    return _("这个月已由%(who)s于 %(at)s 审定。") % {"who": who, "at": moment(found.closed_at)}


def _held(branch: Branch, month: Month) -> BranchMonth:
    # A recompute takes its lock before it holds the months: the same order here, or the two would wait for each other.
    sql.run("kpi/take_turn")
    held = BranchMonth.objects.select_for_update(of=("self",)).select_related("closed_by")
    found = held.filter(branch=branch, month=month.first).first()
    if found is None:
        words = _("还没有计算过，请先重算。")
        raise MonthRefused(words, [Obstacle("no_result", words)])
    return found
