"""The life of a branch's month as a list of steps: what is done, by whom and until when, and what comes next."""

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Count, Q
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from core.formats import day, moment, number
from core.periods import Month
from grids.models import Branch
from kpi.choices import MonthState
from kpi.domain.obstacles import grids_without_members, slips_in_transit
from kpi.models import Adjustment, Appeal, BranchMonth, Correction, Drift, TargetPlan
from kpi.queries.generations import Missing, missing

DONE, WAITS, BAD, LATER = "done", "waits", "bad", "later"


@dataclass(frozen=True, slots=True)
class Step:
    """One step: `state` is done, waits (it is the turn of it), bad (it stands in the way) or later."""

    label: str
    state: str
    text: str
    url: str
    action: str
    by: str = ""
    until: dt.date | None = None


@dataclass(frozen=True, slots=True)
class Life:
    """A month of a branch with all that belongs to its life."""

    branch: Branch
    month: Month
    found: BranchMonth | None
    missing: Missing
    appeals: dict[str, int]
    corrections: list[Correction]
    drift: Drift | None
    today: dt.date
    adjusted: int
    adjustments: Decimal

    @property
    def state(self) -> str:
        return self.found.state if self.found else MonthState.OPEN

    @property
    def is_scored(self) -> bool:
        return self.found is not None and self.found.current_run_id is not None

    @property
    def is_closed(self) -> bool:
        return self.state == MonthState.CLOSED


def life_of(branch: Branch, month: Month, *, today: dt.date) -> Life:
    """What is known of a branch's month, without doing any sums again."""
    of_month = {"branch": branch, "month": month.first}
    shown = BranchMonth.objects.select_related("current_run", "current_run__requested_by", "closed_by")
    found = shown.filter(**of_month).first()
    waiting = Count("pk", filter=Q(outcome=""))
    booked = Adjustment.objects.filter(**of_month, grid__isnull=False)
    return Life(
        branch=branch,
        month=month,
        found=found,
        missing=missing(found.current_run_id, branch.pk) if found else Missing(0, 0),
        appeals=Appeal.objects.filter(**of_month).aggregate(all=Count("pk"), waiting=waiting),
        corrections=list(Correction.objects.filter(**of_month).select_related("signed_by").order_by("-number")),
        drift=Drift.objects.filter(**of_month).first(),
        today=today,
        adjusted=booked.count(),
        adjustments=sum(booked.values_list("difference", flat=True), Decimal(0)),
    )


def steps_of(life: Life) -> list[Step]:
    """The steps in their order."""
    return [
        _targets(life),
        _ratings(life),
        _people(life),
        _scores(life),
        _publishing(life),
        _appeals(life),
        _in_transit(life),
        _closing(life),
        _corrections(life),
    ]


def _targets(life: Life) -> Step:
    url = f"{reverse('kpi:target_list')}?month={life.month}&branch={life.branch.code}&missing=1"
    plan = TargetPlan.objects.filter(branch=life.branch, month=life.month.first).select_related("frozen_by").first()
    if life.missing.targets:
        text = ngettext("还差 %(n)d 个目标", "还差 %(n)d 个目标", life.missing.targets) % {"n": life.missing.targets}
        return Step(_("目标"), BAD, text, url, _("设目标"))
    if plan is None and not life.is_scored:
        return Step(_("目标"), WAITS, _("试算之后看得出齐不齐"), url, _("看目标"))
    if plan is None:
        return Step(_("目标"), DONE, _("已设齐，没有冻结"), url, _("看目标"))
    text = _("%(at)s 在例会上冻结") % {"at": moment(plan.frozen_at)}
    return Step(_("目标"), DONE, text, url, _("看目标"), by=plan.frozen_by.name)


def _ratings(life: Life) -> Step:
    url = f"{reverse('kpi:rating_list')}?month={life.month}&branch={life.branch.code}"
    if not life.is_scored:
        return Step(_("主观评价"), LATER, _("试算之后看得出齐不齐"), url, _("看评价"))
    if not life.missing.ratings:
        return Step(_("主观评价"), DONE, _("人人都有评价"), url, _("看评价"))
    text = ngettext("还差 %(n)d 人的评价", "还差 %(n)d 人的评价", life.missing.ratings) % {"n": life.missing.ratings}
    return Step(_("主观评价"), BAD, text, f"{url}&missing=1", _("去评价"))


def _people(life: Life) -> Step:
    empty = list(grids_without_members(life.branch, life.month)[:3])
    url = reverse("managers:team_list")
    if not empty:
        return Step(_("小组"), DONE, _("每个网格都有组员"), url, _("看小组"))
    names = _("、").join(grid.name for grid in empty)
    return Step(_("小组"), BAD, _("没有组员：%(names)s") % {"names": names}, url, _("看小组"))


def _scores(life: Life) -> Step:
    run = life.found.current_run if life.found else None
    url = f"{reverse('kpi:league')}?month={life.month}&branch={life.branch.code}"
    if run is None:
        return Step(_("试算"), WAITS, _("还没有计算过"), url, _("去重算"))
    who = run.requested_by.name if run.requested_by else run.get_cause_display()
    return Step(_("试算"), DONE, _("数据到 %(at)s") % {"at": moment(run.watermark_at)}, url, _("看排名"), by=who)


def _publishing(life: Life) -> Step:
    url = reverse("kpi:month_publish", args=[life.month, life.branch.code])
    if life.found and life.found.published_at and life.state in (MonthState.PUBLISHED, MonthState.CLOSED):
        text = _("%(at)s 公示") % {"at": moment(life.found.published_at)}
        return Step(_("公示"), DONE, text, _league(life), _("看排名"), until=life.found.appeals_until)
    state = WAITS if life.found and life.found.current_run_id and not life.missing else LATER
    return Step(_("公示"), state, _("还没有公示"), url, _("去公示"))


def _appeals(life: Life) -> Step:
    url = f"{reverse('kpi:appeal_list')}?month={life.month}&branch={life.branch.code}"
    count, waiting = life.appeals["all"], life.appeals["waiting"]
    until = life.found.appeals_until if life.found else None
    if waiting:
        text = ngettext("%(n)d 份等答复", "%(n)d 份等答复", waiting) % {"n": waiting}
        return Step(_("申诉"), BAD, text, url, _("去答复"), until=until)
    if not count:
        state = DONE if life.is_closed else WAITS if life.state == MonthState.PUBLISHED else LATER
        return Step(_("申诉"), state, _("没有申诉"), url, _("看申诉"), until=until)
    text = ngettext("%(n)d 份，都已答复", "%(n)d 份，都已答复", count) % {"n": count}
    return Step(_("申诉"), DONE, text, url, _("看申诉"), until=until)


def _in_transit(life: Life) -> Step:
    count = slips_in_transit(life.branch, life.month).count()
    url = reverse("acceptance:in_transit")
    text = ngettext("到月末的单还有 %(n)s 张在途", "到月末的单还有 %(n)s 张在途", count) % {"n": number(count)}
    if not count:
        return Step(_("在途单"), DONE, _("到月末的单都已办结"), url, _("看在途单"))
    return Step(_("在途单"), DONE if life.is_closed else WAITS, text, url, _("看在途单"))


def _closing(life: Life) -> Step:
    url = reverse("kpi:month_close", args=[life.month, life.branch.code])
    if life.found and life.is_closed:
        who = life.found.closed_by.name if life.found.closed_by else ""
        text = _("%(at)s 审定，不再变动") % {"at": moment(life.found.closed_at)}
        return Step(_("审定"), DONE, text, _league(life), _("看排名"), by=who)
    if life.found is None or life.state != MonthState.PUBLISHED:
        return Step(_("审定"), LATER, _("公示之后"), url, _("看还差什么"))
    until = life.found.appeals_until
    if until and until >= life.today:
        text = _("申诉期过后，最早 %(day)s") % {"day": day(until + dt.timedelta(days=1))}
        return Step(_("审定"), LATER, text, url, _("看还差什么"))
    state = LATER if life.appeals["waiting"] else WAITS
    return Step(_("审定"), state, _("可以审定了") if state == WAITS else _("答复申诉之后"), url, _("去审定"))


def _corrections(life: Life) -> Step:
    url = reverse("kpi:correction_month", args=[life.month, life.branch.code])
    if not life.is_closed:
        return Step(_("更正"), LATER, _("审定之后的变化，用更正记在以后的月份"), "", "")
    if life.drift:
        text = ngettext("有 %(n)d 项与公示时不同", "有 %(n)d 项与公示时不同", life.drift.items)
        return Step(_("更正"), WAITS, text % {"n": life.drift.items}, url, _("作更正"))
    if not life.corrections:
        return Step(_("更正"), DONE, _("与公示时一致"), url, _("看更正"))
    newest = life.corrections[0]
    text = _("第 %(n)d 次，%(at)s") % {"n": newest.number, "at": moment(newest.signed_at)}
    return Step(_("更正"), DONE, text, url, _("看更正"), by=newest.signed_by.name)


def _league(life: Life) -> str:
    return f"{reverse('kpi:league')}?month={life.month}&branch={life.branch.code}"
