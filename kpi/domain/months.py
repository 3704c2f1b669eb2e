"""The life of a branch's month: 试算 → 公示 → 审定, and what stands in the way of the next step."""

import datetime as dt
from dataclasses import dataclass

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from accounts.models import User
from core import sql
from core.periods import Month
from core.refusals import Refusal
from grids.models import Branch
from kpi.choices import ItemStatus, MonthState, RunStatus
from kpi.domain import recompute, schemes, scoring
from kpi.models import BranchMonth, ItemScore, Run


@dataclass(frozen=True, slots=True)
class Obstacle:
    """One thing that stands in the way, in the user's words; the codes say where to mend it."""

    kind: str
    text: str
    grid_code: str = ""
    staff_no: str = ""
    item: str = ""


class MonthRefused(Refusal):
    """The month can't take this step; `obstacles` says all that stands in the way."""

    def __init__(self, message: str, obstacles: list[Obstacle] | None = None) -> None:
        super().__init__(message)
        self.obstacles = obstacles or []


def obstacles(branch: Branch, month: Month) -> list[Obstacle]:
    """All that keeps a branch's month from being published or closed; empty when nothing does."""
    found = BranchMonth.objects.select_related("current_run").filter(branch=branch, month=month.first).first()
    waiting = _unfinished(branch, month)
    if found is None or found.current_run is None:
        return [*waiting, Obstacle("no_result", _("还没有计算过，请先重算。"))]
    if found.state == MonthState.CLOSED:
        return []
    return [*waiting, *_stale(found, month), *_missing(found)]


def _unfinished(branch: Branch, month: Month) -> list[Obstacle]:
    concerned = Run.objects.filter(Q(branch=branch) | Q(branch=None), month=month.first)
    if concerned.filter(status__in=[RunStatus.REQUESTED, RunStatus.RUNNING]).exists():
        return [Obstacle("running", _("有一次重算还没有结束。"))]
    last = concerned.order_by("-pk").first()
    if last and last.status == RunStatus.FAILED:
        return [Obstacle("failed", _("最近一次重算失败：%(reason)s") % {"reason": last.error})]
    return []


@transaction.atomic
def _stale(found: BranchMonth, month: Month) -> list[Obstacle]:
    # Inputs carry no times that could be trusted (a cancellation, a moved community), so the sums are done again.
    sql.run("kpi/lock_transaction", key=recompute.LOCK)
    scheme = schemes.in_force(month)
    assert found.current_run is not None
    if found.current_run.scheme_id != scheme.pk:
        return [Obstacle("stale", _("考核方案在上次重算之后有了新版本，请重算。"))]
    scoring.stage(month=month, scheme_id=scheme.pk, branches=[found.branch_id])
    changed: int = sql.value("kpi/compare_items", run=found.current_run_id, branch=found.branch_id)
    return (
        [Obstacle("stale", _("上次重算之后数据有变化，涉及 %(count)d 项，请重算。") % {"count": changed})]
        if changed
        else []
    )


def _missing(found: BranchMonth) -> list[Obstacle]:
    items = ItemScore.objects.filter(run=found.current_run_id, branch=found.branch_id)
    untargeted = items.filter(status=ItemStatus.NO_TARGET, grid__isnull=False).select_related("grid")
    unrated = items.filter(status=ItemStatus.NO_RATING, manager__isnull=False).select_related("manager")
    return [
        *(
            Obstacle(
                "no_target",
                _("网格 %(code)s %(name)s 的指标 %(item)s 未设目标。")
                % {"code": item.grid.code, "name": item.grid.name, "item": item.code},
                grid_code=item.grid.code,
                item=item.code,
            )
            for item in untargeted.order_by("grid__code", "code")
            if item.grid
        ),
        *(
            Obstacle(
                "no_rating",
                _("%(name)s(%(staff_no)s)还没有主观评价。")
                % {"name": item.manager.name, "staff_no": item.manager.staff_no},
                staff_no=item.manager.staff_no,
                item=item.code,
            )
            for item in unrated.order_by("manager__staff_no")
            if item.manager
        ),
    ]


@transaction.atomic
def publish(
    *, branch: Branch, month: Month, by: User | None, now: dt.datetime, appeals_until: dt.date | None = None
) -> BranchMonth:
    """Show the trial to everybody it concerns, for appeals until a day; raises MonthRefused."""
    found = _held(branch, month)
    if found.state not in (MonthState.OPEN, MonthState.TRIAL):
        raise MonthRefused(_("这个月已经公示或审定。"))
    _require_clear(branch, month)
    found.state, found.published_at, found.appeals_until = MonthState.PUBLISHED, now, appeals_until
    found.save(update_fields=["state", "published_at", "appeals_until"])
    return found


@transaction.atomic
def withdraw(*, branch: Branch, month: Month, by: User | None, now: dt.datetime) -> BranchMonth:
    """Take a published month back to the trial, to correct and recompute it; raises MonthRefused."""
    found = _held(branch, month)
    if found.state != MonthState.PUBLISHED:
        raise MonthRefused(_("这个月不在公示中，无需撤回。"))
    found.state, found.published_at, found.appeals_until = MonthState.TRIAL, None, None
    found.save(update_fields=["state", "published_at", "appeals_until"])
    return found


@transaction.atomic
def close(*, branch: Branch, month: Month, by: User | None, now: dt.datetime, today: dt.date) -> BranchMonth:
    """Close a published month for good: from then on the database itself refuses changes. Raises MonthRefused."""
    found = _held(branch, month)
    if found.state == MonthState.CLOSED:
        raise MonthRefused(_("这个月已经审定。"))
    if standing := closing_obstacles(branch, month, today=today):
        raise MonthRefused(_("还不能审定，有 %(count)d 件事要先办。") % {"count": len(standing)}, standing)
    found.state, found.closed_at, found.closed_by = MonthState.CLOSED, now, by
    found.save(update_fields=["state", "closed_at", "closed_by"])
    return found


def closing_obstacles(branch: Branch, month: Month, *, today: dt.date) -> list[Obstacle]:
    """What keeps a month from being closed: `obstacles`, and that it has to have been published long enough."""
    found = BranchMonth.objects.filter(branch=branch, month=month.first).first()
    standing = obstacles(branch, month)
    if found is None or found.state in (MonthState.OPEN, MonthState.TRIAL):
        standing.append(Obstacle("unpublished", _("还没有公示。")))
    elif found.state == MonthState.PUBLISHED and found.appeals_until and found.appeals_until >= today:
        standing.append(
            Obstacle("appeals", _("申诉期到 %(day)s，之后才能审定。") % {"day": found.appeals_until.isoformat()})
        )
    return standing


def _held(branch: Branch, month: Month) -> BranchMonth:
    found = BranchMonth.objects.select_for_update().filter(branch=branch, month=month.first).first()
    if found is None:
        raise MonthRefused(_("还没有计算过，请先重算。"), [Obstacle("no_result", _("还没有计算过，请先重算。"))])
    return found


def _require_clear(branch: Branch, month: Month) -> None:
    if standing := obstacles(branch, month):
        raise MonthRefused(_("还不能公示，有 %(count)d 件事要先办。") % {"count": len(standing)}, standing)
