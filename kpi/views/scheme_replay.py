"""A scheme tried on the months that are over."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from accounts.choices import Role
from accounts.doors import open_to
from core.formats import listed, number
from core.periods import local_day
from grids.models import Branch
from kpi.domain.replay import replay
from kpi.forms import month_of
from kpi.models import Scheme
from kpi.queries.replays import Bar, closed_months, effects, newest_used, of_kind, replay_months
from kpi.queries.scheme_changes import compare

SHOWN = 60


@open_to(Role.COMPANY)
def scheme_replay(request: HttpRequest, pk: int) -> HttpResponse:
    """Whom would this scheme have moved, by how much, and why?"""
    scheme = get_object_or_404(Scheme, pk=pk)
    branch = Branch.objects.within(request.scope).filter(code=request.GET.get("branch", "")).first()
    months = replay_months(branch, local_day(timezone.now()))
    kind = "people" if request.GET.get("of") == "people" else "grids"
    used = newest_used(months) or scheme
    changes = compare(used, scheme)
    found = [(done.month, effects(of_kind(done, kind), changes)) for done in _replayed(scheme, months, branch)]
    page: dict[str, Any] = {
        "scheme": scheme,
        "used": used,
        "changes": changes,
        "months": found,
        "closed": closed_months(months),
        "kind": kind,
        "branch": branch,
        "branches": Branch.objects.within(request.scope),
    }
    if found:
        page |= _chosen(request, found)
    return render(request, "kpi/scheme_replay.html", page)


def _replayed(scheme: Scheme, months: Any, branch: Branch | None) -> Any:
    return replay(scheme_id=scheme.pk, months=months, branch=branch)


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
