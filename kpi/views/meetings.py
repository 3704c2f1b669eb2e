"""The review meeting on the projector: slides of a frozen snapshot, decisions on the last one."""

from typing import Any, cast

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.doors import DEPARTMENT, OVERSEERS, open_to
from accounts.models import User
from core.formats import moment
from core.formats import month as in_month
from core.periods import Month, local_day
from core.refusals import Refusal
from grids.models import Branch
from kpi.choices import Measure
from kpi.decision_forms import DecisionForm
from kpi.domain import decisions, plans
from kpi.forms import asked
from kpi.models import MeetingSnapshot
from kpi.queries.agenda import is_frozen, minutes_of
from kpi.queries.generations import generations, scored_months
from kpi.queries.meeting import Figures, figures_of
from kpi.queries.meetings import meetings_about
from kpi.queries.sheets import indicators_of
from kpi.views.scores import month_or_404
from kpi.views.slides import decisions_shown, deck, drawn


def place_of(request: HttpRequest, month: str, branch: str) -> tuple[Month, Branch]:
    """The month and the branch of an address, if one may see them."""
    return month_or_404(month), get_object_or_404(Branch.objects.within(request.scope), code=branch)


@open_to(*OVERSEERS)
def meeting_list(request: HttpRequest) -> HttpResponse:
    """Which branch's meeting about a month is to be looked at?"""
    ask = asked(request.GET, request.scope, Month.of(local_day(timezone.now())).shift(-1))
    rows = meetings_about(ask.month, ask.branches, today=local_day(timezone.now()))
    months = sorted({ask.month, *scored_months()}, reverse=True)
    page = {
        "ask": ask,
        "month": ask.month,
        "rows": rows,
        "months": [(str(month), in_month(month)) for month in months],
        "taken": sum(1 for row in rows if row.snapshot),
    }
    return render(request, "kpi/meeting_list.html", page)


@open_to(*OVERSEERS)
def show(request: HttpRequest, month: str, branch: str) -> HttpResponse:
    """The month on slides: of the newest snapshot, of the one asked for, or live before there is any."""
    at, place = place_of(request, month, branch)
    snapshot = _asked(request, at, place)
    figures = snapshot.figures if snapshot else _live(request, at, place)
    if figures is None:
        messages.info(request, _("这个月还没有成绩，例会没有可看的。"))
        return redirect(f"{reverse('kpi:league')}?month={at}")
    return _slides(request, at, place, snapshot, figures)


def _asked(request: HttpRequest, month: Month, branch: Branch) -> MeetingSnapshot | None:
    """?snapshot=3 is that one, ?snapshot=live the preview, nothing the newest."""
    wanted = request.GET.get("snapshot", "")
    found = MeetingSnapshot.objects.within(request.scope).filter(branch=branch, month=month.first)
    if not wanted:
        return found.select_related("taken_by").order_by("-number").first()
    if wanted == "live":
        return None
    if not wanted.isdecimal() or len(wanted) > 6:
        raise Http404
    return get_object_or_404(found.select_related("taken_by"), number=int(wanted))


def _live(request: HttpRequest, month: Month, branch: Branch) -> Figures | None:
    shown, before = generations(month)
    if branch.pk not in shown.runs:
        return None
    now = timezone.now()
    return figures_of(request.scope, branch, shown, before, now=now, today=local_day(now))


def _slides(
    request: HttpRequest,
    month: Month,
    branch: Branch,
    snapshot: MeetingSnapshot | None,
    figures: Figures,
    form: DecisionForm | None = None,
) -> HttpResponse:
    may_decide = request.user.role in DEPARTMENT
    page = {
        "month": month,
        "next_month": month.shift(1),
        "branch": branch,
        "snapshot": snapshot,
        "slides": deck(),
        "m": drawn(figures),
        "meeting_label": _("%(branch)s %(month)s例会") % {"branch": branch.name, "month": in_month(month)},
        "snapshot_label": snapshot_label(month, snapshot),
        "decided": decisions_shown(minutes_of(request.scope, branch, month)),
        "is_frozen": is_frozen(branch, month.shift(1)),
        "form": (form or form_of(request, month, branch)) if may_decide else None,
        "opens_at": len(deck()) if form else 1,
        "may_decide": may_decide,
    }
    return render(request, "kpi/meeting.html", page)


def snapshot_label(month: Month, snapshot: MeetingSnapshot | None) -> str:
    """What the foot of each slide says about where its figures come from."""
    if snapshot is None:
        return _("实时预览，未定格")
    return _("%(month)s快照 #%(number)s，%(at)s 定格") % {
        "month": in_month(month),
        "number": snapshot.number,
        "at": moment(snapshot.taken_at),
    }


def form_of(request: HttpRequest, month: Month, branch: Branch, data: Any = None) -> DecisionForm:
    """The form of a decision, with the items that a target can be set for."""
    today = local_day(timezone.now())
    shown, _before = generations(month)
    rules = [r for r in indicators_of(shown.runs.get(branch.pk)) if r.measure == Measure.COMPLETION]
    return DecisionForm(data, scope=request.scope, branch=branch, rules=rules, today=today)


@open_to(*DEPARTMENT)
@require_POST
def decide(request: HttpRequest, month: str, branch: str) -> HttpResponse:
    """Write down a decision without leaving the slides."""
    at, place = place_of(request, month, branch)
    snapshot, form = _asked(request, at, place), form_of(request, at, place, request.POST)
    if recorded(request, at, place, form, snapshot):
        return redirect(f"{address(at, place, request)}#s{len(deck())}")
    figures = snapshot.figures if snapshot else _live(request, at, place)
    if figures is None:
        raise Http404
    return _slides(request, at, place, snapshot, figures, form)


def recorded(
    request: HttpRequest, month: Month, branch: Branch, form: DecisionForm, snapshot: MeetingSnapshot | None
) -> bool:
    """Whether the decision of a form was kept; what stands against it is then said in the form."""
    if not form.is_valid():
        return False
    kept = {**form.cleaned_data, "by": cast(User, request.user), "now": timezone.now(), "snapshot": snapshot}
    try:
        decisions.record(branch=branch, month=month, **kept)
    except Refusal as refusal:
        form.add_error(refusal.field if refusal.field in form.fields else None, str(refusal))
        return False
    return True


def address(month: Month, branch: Branch, request: HttpRequest) -> str:
    """The same slides again."""
    wanted = request.GET.get("snapshot", "")
    base = reverse("kpi:meeting", args=[str(month), branch.code])
    return f"{base}?snapshot={wanted}" if wanted else base


@open_to(*DEPARTMENT)
@require_POST
def freeze_targets(request: HttpRequest, month: str, branch: str) -> HttpResponse:
    """Freeze the targets of the month after at the meeting."""
    at, place = place_of(request, month, branch)
    try:
        plans.freeze(branch=place, month=at.shift(1), by=cast(User, request.user), now=timezone.now())
    except Refusal as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("%(month)s的目标已冻结。") % {"month": in_month(at.shift(1))})
    return redirect(f"{address(at, place, request)}#s{len(deck())}")
