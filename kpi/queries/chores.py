"""More of what wants somebody: differences to settle, what was raised today, drafts laid aside, and the machine."""

import datetime as dt

from django.db.models import Count, Q
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from acceptance.models import Difference, LateNotice
from accounts.choices import Role
from accounts.models import User
from accounts.scope import Scope
from core.formats import full_day, listed, moment
from core.formats import month as in_month
from imports.choices import BatchStatus
from imports.models import Batch
from kpi.choices import MonthState, RunCause, RunStatus, SchemeStatus
from kpi.domain.job_rows import STALE_AFTER
from kpi.models import BranchMonth, RatingDraft, Run, Scheme
from kpi.queries.runs import sum_checks
from kpi.queries.todo import NAMED, Todo


def differences_to_settle(scope: Scope, branch: int | None, today: dt.date) -> list[Todo]:
    """Orders on which the billing system and the halls disagree; pressing once one is past its day."""
    found = Difference.objects.within(scope).filter(settled_at=None)
    if branch:
        found = found.filter(branch=branch)
    counts = found.aggregate(open=Count("pk"), overdue=Count("pk", filter=Q(due_on__lt=today)))
    count, overdue = counts["open"], counts["overdue"]
    if not count:
        return []
    late = ngettext("%(n)d 笔过了期限", "%(n)d 笔过了期限", overdue) % {"n": overdue}
    return [
        Todo(
            "bad" if overdue else "warn",
            ngettext("对账有 %(n)d 笔待处理", "对账有 %(n)d 笔待处理", count) % {"n": count},
            late if overdue else _("都还在期限内"),
            reverse("acceptance:reconciliation") + ("?kind=overdue" if overdue else ""),
            _("去对账"),
        )
    ]


def raised_today(scope: Scope, branch: int | None, today: dt.date) -> list[Todo]:
    """Slips that halls left so long that they were raised to the branch today."""
    notices = LateNotice.objects.within(scope).filter(day=today, hall=None, raised__gt=0).select_related("branch")
    if branch:
        notices = notices.filter(branch=branch)
    return [
        Todo(
            "bad",
            ngettext("今天 %(n)d 单超时报到分公司", "今天 %(n)d 单超时报到分公司", notice.raised)
            % {"n": notice.raised},
            _("%(branch)s，报到营业厅经理之后仍没有人办") % {"branch": notice.branch.name},
            f"{reverse('acceptance:in_transit')}?state=late",
            _("看在途单"),
        )
        for notice in notices.order_by("-raised", "pk")[:NAMED]
    ]


def own_rating_drafts(user: User) -> list[Todo]:
    """Ratings somebody wrote and didn't give, of months that can still take them, by month."""
    closed = BranchMonth.objects.filter(state=MonthState.CLOSED)
    drafts = RatingDraft.objects.filter(rater=user)
    months = drafts.values_list("month", flat=True).distinct().order_by("month")
    found = []
    for month in months:
        settled = closed.filter(month=month).values("branch")
        people = drafts.filter(month=month).exclude(manager__branch__in=settled).values("manager").distinct().count()
        if people:
            title = ngettext("%(n)d 人的%(month)s评价还是草稿", "%(n)d 人的%(month)s评价还是草稿", people)
            words = {"n": people, "month": in_month(month)}
            url = f"{reverse('kpi:rating_list')}?month={month:%Y-%m}"
            found.append(Todo("warn", title % words, _("只有您看得见；提交之后才算数"), url, _("去提交")))
    return found


def scheme_drafts(role: str) -> list[Todo]:
    """Versions that the company department has begun and not issued."""
    if role != Role.COMPANY:
        return []
    drafts = list(Scheme.objects.filter(status=SchemeStatus.DRAFT).order_by("effective_on", "pk")[:NAMED])
    return [
        Todo(
            "",
            _("考核方案 %(scheme)s 还是草案") % {"scheme": draft},
            _("定在 %(day)s 起生效") % {"day": full_day(draft.effective_on)},
            reverse("kpi:scheme_detail", args=[draft.pk]),
            _("看草案"),
        )
        for draft in drafts
    ]


# The machine --------------------------------------------------------------------------------------


def differing_sums() -> list[Todo]:
    """Months whose kept sums were found to differ from the records when they were last compared."""
    return [
        Todo(
            "bad",
            ngettext("%(month)s的汇总有 %(n)d 处与记录不符", "%(month)s的汇总有 %(n)d 处与记录不符", check.differing)
            % {"month": in_month(check.month), "n": check.differing},
            _("%(at)s 核对，已按记录重新计数；例如 %(example)s") % {"at": moment(check.at), "example": check.example},
            reverse("kpi:run_list"),
            _("看核对"),
        )
        for check in sum_checks()
        if check.differing
    ]


def failed_recomputes(now: dt.datetime) -> list[Todo]:
    """Months whose last recompute failed, and recomputes that no worker has taken for a while."""
    runs = Run.objects.exclude(cause=RunCause.LATE_RECORD).select_related("branch")
    newest = runs.order_by("month", "branch_id", "-pk").distinct("month", "branch_id")
    failed = [run for run in newest if run.status == RunStatus.FAILED]
    found = [
        Todo(
            "bad",
            _("%(month)s的重算没有算成") % {"month": in_month(run.month)},
            run.error[:80],
            reverse("kpi:run_detail", args=[run.pk]),
            _("看原因"),
        )
        for run in failed[-NAMED:]
    ]
    waiting = runs.filter(status=RunStatus.REQUESTED, requested_at__lt=now - 2 * STALE_AFTER)
    if first := waiting.order_by("requested_at").first():
        text = _("最早的一个是 %(at)s 发起的；请看后台进程是否在运行") % {"at": moment(first.requested_at)}
        count = waiting.count()
        title = ngettext("%(n)d 个重算没有后台进程接手", "%(n)d 个重算没有后台进程接手", count) % {"n": count}
        found.append(Todo("bad", title, text, reverse("kpi:run_detail", args=[first.pk]), _("看重算")))
    return found


def waiting_files(now: dt.datetime) -> list[Todo]:
    """Files that failed in the last week, and those that wait for somebody to confirm them."""
    failed = Batch.objects.filter(status=BatchStatus.FAILED, requested_at__gte=now - dt.timedelta(days=7))
    waiting = Batch.objects.filter(status=BatchStatus.PREVIEWED)
    bad, open_ = failed.count(), waiting.count()
    told = [
        ("bad", failed, bad, ngettext("%(n)d 个文件没有导进去", "%(n)d 个文件没有导进去", bad)),
        ("warn", waiting, open_, ngettext("%(n)d 个文件等着确认", "%(n)d 个文件等着确认", open_)),
    ]
    return [
        Todo(
            level,
            title % {"n": count},
            listed(files.order_by("-pk").values_list("filename", flat=True)[:NAMED]),
            f"{reverse('imports:batch_list')}?status={files[0].status}",
            _("去看"),
        )
        for level, files, count, title in told
        if count
    ]
