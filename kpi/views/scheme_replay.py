"""A scheme tried on the months that are over."""

from typing import Any, cast

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.choices import Role
from accounts.doors import open_to
from accounts.models import User
from core.formats import listed, number
from core.formats import month as in_month
from core.periods import Month, local_day
from grids.models import Branch
from kpi.choices import RunStatus
from kpi.domain import replay_jobs
from kpi.domain.replay import from_json
from kpi.forms import month_of
from kpi.models import Replay, Scheme
from kpi.queries.replays import Bar, closed_months, effects, newest_used, of_kind, replay_months
from kpi.queries.scheme_changes import compare
from kpi.views.jobs import line, progress_of

SHOWN = 60


@open_to(Role.COMPANY)
def scheme_replay(request: HttpRequest, pk: int) -> HttpResponse:
    """Whom would this scheme have moved, by how much, and why?"""
    scheme = get_object_or_404(Scheme, pk=pk)
    branch = Branch.objects.within(request.scope).filter(code=request.GET.get("branch", "")).first()
    job = _job(scheme, branch)
    if request.headers.get("HX-Request"):
        return line(request, job, _progress_of(scheme, job) if job else {})
    kind = "people" if request.GET.get("of") == "people" else "grids"
    months = replay_months(branch, local_day(timezone.now()))
    page: dict[str, Any] = {
        "scheme": scheme,
        "used": newest_used(months) or scheme,
        "kind": kind,
        "branch": branch,
        "branches": Branch.objects.within(request.scope),
        "to_try": listed(in_month(month) for month in months),
    }
    if job and job.status == RunStatus.DONE:
        page |= _result(request, job, kind) | {"job": job, "moved_on": job.months != [m.first for m in months]}
    elif job:
        page |= _progress_of(scheme, job)
    return render(request, "kpi/scheme_replay.html", page)


@open_to(Role.COMPANY)
@require_POST
def scheme_replay_start(request: HttpRequest, pk: int) -> HttpResponse:
    """Try the scheme in the background; the page of the replay shows how far it is."""
    scheme = get_object_or_404(Scheme, pk=pk)
    code, now = request.POST.get("branch", ""), timezone.now()
    branch = get_object_or_404(Branch.objects.within(request.scope), code=code) if code else None
    months = replay_months(branch, local_day(now))
    if months:
        again = bool(request.POST.get("again"))
        user = cast(User, request.user)
        replay_jobs.request(scheme=scheme, branch=branch, months=months, again=again, by=user, now=now)
    return redirect(reverse("kpi:scheme_replay", args=[pk]) + (f"?branch={branch.code}" if branch else ""))


def _job(scheme: Scheme, branch: Branch | None) -> Replay | None:
    """The replay of what the draft says now, if there is one."""
    found = Replay.objects.filter(scheme=scheme, branch=branch).first()
    return found if found and found.fingerprint == replay_jobs.fingerprint(scheme) else None


def _progress_of(scheme: Scheme, job: Replay) -> dict[str, Any]:
    place = reverse("kpi:scheme_replay", args=[scheme.pk])
    return progress_of(job, f"{place}?branch={job.branch.code}" if job.branch else place, _("没有试成"))


def _result(request: HttpRequest, job: Replay, kind: str) -> dict[str, Any]:
    """What came of it, with the month that is opened."""
    months = [Month.of(day) for day in job.months]
    changes = compare(newest_used(months) or job.scheme, job.scheme)
    found = [(done.month, effects(of_kind(done, kind), changes)) for done in from_json(job.result or [])]
    page = {"changes": changes, "months": found, "closed": closed_months(months)}
    return page | _chosen(request, found) if found else page


def _chosen(request: HttpRequest, found: list[Any]) -> dict[str, Any]:
    """The month that the page opens; the newest unless the address names another."""
    by_month = dict(found)
    month = month_of(request.GET.get("month", ""), found[0][0])
    month = month if month in by_month else found[0][0]
    shown = by_month[month]
    rows = [row for row in shown.rows if row.climbed or row.change]
    return {
        "month": month,
        "shown": shown,
        "rows": rows[:SHOWN],
        "more": len(rows) - SHOWN,
        "chart": spread(shown.bars),
        "lacking": listed(code for code, _count in shown.lacking),
        "lacks": max((count for _code, count in shown.lacking), default=0),
    }


def spread(bars: list[Bar]) -> SafeString:
    """How many totals lie in each band of five points: light before, dark after."""
    top = max((max(bar.before, bar.after) for bar in bars), default=0)
    if not top:
        return SafeString("")
    wide, high, base = 56, 120, 140
    drawn = []
    for place, bar in enumerate(bars):
        x = place * wide
        for count, kind, shift in ((bar.before, "f-soft", 6), (bar.after, "f-main", 28)):
            tall = high * count / top
            drawn.append(f'<rect class="{kind}" x="{x + shift}" y="{base - tall:.1f}" width="20" height="{tall:.1f}"/>')
            if count:
                label = f'<text class="t" x="{x + shift + 10}" y="{base - tall - 4:.1f}" text-anchor="middle">'
                drawn.append(f"{label}{number(count)}</text>")
        drawn.append(f'<text class="t g" x="{x + 28}" y="{base + 16}" text-anchor="middle">{bar.low}</text>')
    label = _("总分分布，每 5 分一档")
    body = "".join(drawn)
    width = len(bars) * wide
    return mark_safe(f'<svg class="chart" viewBox="0 0 {width} 164" role="img" aria-label="{label}">{body}</svg>')
