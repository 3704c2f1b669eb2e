"""The review meeting on the projector."""

from html import escape

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from accounts.doors import DEPARTMENT, OVERSEERS, open_to
from core.formats import listed, moment, number
from core.formats import month as in_month
from core.periods import Month, local_day
from core.svg import ranked_bars
from grids.models import Branch
from kpi.choices import RunStatus
from kpi.models import Run, Score
from kpi.queries.generations import Generation, generations, pinned
from kpi.queries.league import LOW_TOTAL
from kpi.queries.meeting import Lost, Meeting, last_day, meeting
from kpi.queries.sheets import indicators_of
from kpi.views.rows import head
from kpi.views.scores import month_or_404

WIDTH = 640  # px of the widest row of lost points


@open_to(*OVERSEERS)
def show(request: HttpRequest, month: str, branch: str) -> HttpResponse:
    """The month on slides, frozen at one run: without ?run= it is pinned to the current one."""
    at, place = month_or_404(month), get_object_or_404(Branch.objects.within(request.scope), code=branch)
    shown, before = generations(at)
    if "run" not in request.GET:
        return _pin(request, at, place, shown)
    run = _frozen(request, at, place)
    now = timezone.now()
    rules = indicators_of(run.pk)
    held = pinned(shown, place.pk, run.pk)
    found = meeting(request.scope, place, held, before.of(place.pk), rules, now, local_day(now))
    page = {
        "month": at,
        "branch": place,
        "run": run,
        "now": now,
        "last_day": last_day(at),
        "m": found,
        "bars": _bars(found),
        "lost": [(one, _segments(one, found.lost)) for one in found.lost],
        "low_line": LOW_TOTAL,
        "meeting_label": _("%(branch)s %(month)s例会") % {"branch": place.name, "month": in_month(at)},
        "snapshot_label": _("快照 #%(run)s，%(at)s 冻结") % {"run": run.pk, "at": moment(run.watermark_at)},
        "may_decide": request.user.role in DEPARTMENT,
    }
    return render(request, "kpi/meeting.html", page)


def _pin(request: HttpRequest, month: Month, branch: Branch, shown: Generation) -> HttpResponse:
    run = shown.runs.get(branch.pk)
    if run is None:
        messages.info(request, _("这个月还没有成绩，例会没有可看的。"))
        return redirect(f"{reverse('kpi:league')}?month={month}")
    return redirect(f"{reverse('kpi:meeting', args=[str(month), branch.code])}?run={run}")


def _frozen(request: HttpRequest, month: Month, branch: Branch) -> Run:
    """The run of the address, if it scored this branch in this month and its scores are still kept."""
    number_of_run = request.GET["run"]
    if not number_of_run.isdecimal() or len(number_of_run) > 12:
        raise Http404
    run = get_object_or_404(Run, pk=int(number_of_run), month=month.first, status=RunStatus.DONE)
    if not Score.objects.filter(run=run, branch=branch).exists():
        raise Http404
    return run


def _bars(found: Meeting) -> SafeString:
    rows = [
        (str(row.rank), row.name.split("-", 1)[-1], row.total, number(row.total, 2), row.total < LOW_TOTAL)
        for row in found.first_and_last
    ]
    words = _("均值 %(mean)s") % {"mean": number(found.mean, 2)}
    return ranked_bars(rows, mean=found.mean, mean_text=words, label=_("网格总分排名"))


def _width(text: str) -> int:
    """About how wide a text of 24 px is: Latin letters are a little over half as wide as Chinese ones."""
    return sum(14 if letter.isascii() else 24 for letter in text)


def _segments(one: Lost, others: list[Lost]) -> SafeString:
    """Lost points as one bar cut into items, the greatest in the accent colour; all bars share a scale."""
    top = max((other.total for other in others), default=0) or 1
    x, parts = 0.0, []
    shown = [(head(name), points) for name, points in one.parts]
    for place, (name, points) in enumerate(shown):
        width = points / top * WIDTH
        if width < 3:
            continue
        kind, ink = ("f-main", "on-main") if place == 0 else ("f-light", "")
        words = next((w for w in (f"{name} {points:.1f}", f"{points:.1f}") if _width(w) < width - 18), "")
        text = f'<text class="{ink}" x="{x + 10:.0f}" y="31" font-size="24">{escape(words)}</text>' if words else ""
        parts.append(f'<rect class="{kind}" x="{x:.1f}" y="4" width="{width - 3:.1f}" height="38"/>{text}')
        x += width
    label = listed(f"{name} {points:.1f}" for name, points in shown)
    return mark_safe(
        f'<svg class="chart" viewBox="0 0 764 46" role="img" aria-label="{escape(label)}">{"".join(parts)}</svg>'
    )  # every text was escaped above
