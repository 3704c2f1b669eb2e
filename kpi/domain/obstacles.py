"""What stands between a branch's month and its next step, each thing in the user's words."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from acceptance.choices import OPEN_STATES
from acceptance.models import Slip
from core import formats, sql
from core.periods import Month
from grids.models import Branch, Grid
from imports.choices import BatchStatus
from imports.models import Batch
from kpi.choices import ItemStatus, MonthState, RunStatus
from kpi.domain import schemes, scoring
from kpi.models import Appeal, BranchMonth, ItemScore, Rating, Run, Target
from managers.choices import TeamGap
from managers.models import Posting, TeamWaiver


@dataclass(frozen=True, slots=True)
class Obstacle:
    """One thing that stands in the way, in the user's words; the codes and the key say where to mend it.

    `can_be_passed`: it changes nothing in the month, but who closes it says that they have seen its `count`.
    """

    kind: str
    text: str
    grid_code: str = ""
    staff_no: str = ""
    item: str = ""
    key: int | None = None
    count: int = 1
    can_be_passed: bool = False


def obstacles(branch: Branch, month: Month) -> list[Obstacle]:
    """All that keeps a branch's month from being published or closed; empty when nothing does."""
    found = BranchMonth.objects.select_related("current_run").filter(branch=branch, month=month.first).first()
    waiting = _unfinished(branch, month)
    if found is None or found.current_run is None:
        return [*waiting, Obstacle("no_result", _("还没有计算过，请先重算。"))]
    if found.state == MonthState.CLOSED:
        return []
    return [*waiting, *_stale(found, month), *_missing(found), *_without_members(branch, month)]


def closing_obstacles(branch: Branch, month: Month, *, today: dt.date) -> list[Obstacle]:
    """What keeps a month from being closed: `obstacles`, files that failed, slips in transit, appeals without an
    answer, and that it has to have been published long enough. Whoever another branch shows as well is named."""
    found = BranchMonth.objects.filter(branch=branch, month=month.first).first()
    if found and found.state == MonthState.CLOSED:
        return []
    return [
        *obstacles(branch, month),
        *_files(branch, month),
        *_unanswered(branch, month),
        *_unpublished(found, today),
        *_in_transit(branch, month),
        *_scored_twice(branch, month),
    ]


def slips_in_transit(branch: Branch, month: Month) -> QuerySet[Slip]:
    """Slips of the branch's halls handed in before the month ended on which somebody still has to act."""
    return Slip.objects.filter(
        hall__branch=branch, state__in=OPEN_STATES, submitted_at__isnull=False, submitted_at__lt=month.end
    )


def grids_without_members(branch: Branch, month: Month) -> QuerySet[Grid]:
    """Grids of the month that nobody served for a day, leaving out those that are allowed to be short of people."""
    of_month = {"period__overlap": (month.first, month.next_first)}
    allowed = TeamWaiver.objects.filter(gap=TeamGap.SHORT, **of_month)
    grids = Grid.objects.filter(branch=branch, **of_month)
    return grids.exclude(pk__in=Posting.objects.filter(**of_month).values("grid")).exclude(
        pk__in=allowed.values("grid")
    )


def _unfinished(branch: Branch, month: Month) -> list[Obstacle]:
    concerned = Run.objects.filter(Q(branch=branch) | Q(branch=None), month=month.first)
    pending = concerned.filter(status__in=[RunStatus.REQUESTED, RunStatus.RUNNING]).first()
    if pending:
        return [Obstacle("running", _("有一次重算还没有结束。"), key=pending.pk)]
    last = concerned.order_by("-pk").first()
    if last and last.status == RunStatus.FAILED:
        return [Obstacle("failed", _("最近一次重算失败：%(reason)s") % {"reason": last.error}, key=last.pk)]
    return []


@transaction.atomic
def _stale(found: BranchMonth, month: Month) -> list[Obstacle]:
    # Inputs carry no times that could be trusted (a cancellation, a moved community), so the sums are done again.
    sql.run("kpi/take_turn")
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


def _missing(found: BranchMonth) -> Iterator[Obstacle]:
    """What the scores lack and nobody has given since; once it is given, the scores are stale and `_stale` says so."""
    items = ItemScore.objects.filter(run=found.current_run_id, branch=found.branch_id)
    given = Target.objects.filter(month=found.month, grid=OuterRef("grid"), code=OuterRef("code"))
    rated = Rating.objects.filter(month=found.month).values("manager")
    untargeted = items.filter(
        ~Exists(given.filter(Q(is_exempt=True) | Q(value__gt=0))), status=ItemStatus.NO_TARGET, grid__isnull=False
    ).select_related("grid")
    zeros = set(
        Target.objects.filter(month=found.month, grid__branch=found.branch_id, is_exempt=False, value=0)
        .order_by()
        .values_list("grid_id", "code")
    )
    for item in untargeted.order_by("grid__code", "code"):
        if item.grid:
            words = {"code": item.grid.code, "name": item.grid.name, "item": item.code}
            text = _("网格 %(code)s %(name)s 的指标 %(item)s 未设目标。") % words
            if (item.grid_id, item.code) in zeros:
                text = _("网格 %(code)s %(name)s 的指标 %(item)s 目标是 0，等于未设。") % words
            yield Obstacle("no_target", text, grid_code=item.grid.code, item=item.code)
    unrated = items.filter(status=ItemStatus.NO_RATING, manager__isnull=False).exclude(manager__in=rated)
    unrated = unrated.select_related("manager")
    for item in unrated.order_by("manager__staff_no"):
        if item.manager:
            words = {"name": item.manager.name, "staff_no": item.manager.staff_no}
            text = _("%(name)s（%(staff_no)s）还没有主观评价。") % words
            yield Obstacle("no_rating", text, staff_no=item.manager.staff_no, item=item.code)


def _without_members(branch: Branch, month: Month) -> Iterator[Obstacle]:
    for grid in grids_without_members(branch, month).order_by("code"):
        words = {"code": grid.code, "name": grid.name}
        text = _("网格 %(code)s %(name)s 这个月没有一天有组员；请补任职记录，或记下缺编的理由。") % words
        yield Obstacle("no_members", text, grid_code=grid.code)


def _files(branch: Branch, month: Month) -> Iterator[Obstacle]:
    """Files since the month began, of the branch or of the company, that are on their way or failed; one that failed
    is mended by a later one of its kind, or laid aside."""
    brought = Batch.objects.filter(requested_at__gte=month.start, dry_run=False).filter(
        Q(requested_by=None) | Q(requested_by__branch_code__in=["", branch.code])
    )
    for batch in brought.filter(status__in=[BatchStatus.UPLOADED, BatchStatus.RUNNING]).order_by("pk"):
        yield Obstacle("file", _("文件 %(name)s 还在导入。") % {"name": batch.filename}, key=batch.pk)
    failed = {batch.kind: batch for batch in brought.filter(status=BatchStatus.FAILED).order_by("pk")}
    for kind, batch in failed.items():
        if not brought.filter(kind=kind, pk__gt=batch.pk, status=BatchStatus.DONE).exists():
            text = _("文件 %(name)s 导入失败，请重新导入，或放弃它。") % {"name": batch.filename}
            yield Obstacle("file", text, key=batch.pk)


def _unanswered(branch: Branch, month: Month) -> Iterator[Obstacle]:
    waiting = Appeal.objects.filter(branch=branch, month=month.first, outcome="").select_related("grid", "manager")
    for appeal in waiting.order_by("filed_at"):
        subject = appeal.grid.name if appeal.grid else appeal.manager.name if appeal.manager else ""
        yield Obstacle("unanswered", _("%(subject)s的申诉还没有答复。") % {"subject": subject}, key=appeal.pk)


def _unpublished(found: BranchMonth | None, today: dt.date) -> list[Obstacle]:
    if found is None or found.state in (MonthState.OPEN, MonthState.TRIAL):
        return [Obstacle("unpublished", _("还没有公示。"))]
    if found.appeals_until and found.appeals_until >= today:
        day = formats.day(found.appeals_until)
        return [Obstacle("appeals", _("申诉期到 %(day)s，之后才能审定。") % {"day": day})]
    return []


def _in_transit(branch: Branch, month: Month) -> list[Obstacle]:
    count = slips_in_transit(branch, month).count()
    if not count:
        return []
    text = ngettext(
        "到月末还有 %(n)d 张在途单；它们受理之后计入受理日所在的月份。",
        "到月末还有 %(n)d 张在途单；它们受理之后计入受理日所在的月份。",
        count,
    )
    return [Obstacle("in_transit", text % {"n": count}, count=count, can_be_passed=True)]


def _scored_twice(branch: Branch, month: Month) -> Iterator[Obstacle]:
    """A back-dated posting took them there, or from there, while one of the two was published. Nothing to be done
    here: where this result isn't the right one, it is stale."""
    for row in sql.rows("kpi/list_scored_twice", first=month.first, branch=branch.pk):
        text = _(
            "%(name)s（%(staff_no)s）也列在%(branch)s的结果里，因为任职记录后来改过。"
            "请%(branch)s重算：正在公示的先撤回，已审定的作更正。"
        )
        yield Obstacle("scored_twice", text % row, staff_no=row["staff_no"], count=0, can_be_passed=True)
