"""Progress against time, grid by grid."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.choices import Role
from accounts.doors import OVERSEERS, open_to
from core.formats import named
from core.periods import local_day
from kpi.queries.paces import paces, together
from kpi.views.input_frames import grids_asked, input_asked, input_frame
from kpi.views.targets import rules_of


@open_to(*OVERSEERS, Role.ACCOUNT_MANAGER)
def progress(request: HttpRequest) -> HttpResponse:
    """Which grid keeps up with time, and what does a day have to bring from now on?"""
    ask = input_asked(request)
    page, rules = input_frame(request, ask), rules_of(ask.month)
    rule = next((rule for rule in rules if rule.code == request.GET.get("item")), None) or next(iter(rules), None)
    rows = paces(ask.month, local_day(timezone.now()), grids_asked(request, ask), rule) if rule else []
    place = ask.branch.name if ask.branch else _("全公司")
    address = f"{reverse('kpi:progress')}?{ask.address}&item="
    page |= {
        "rule": rule,
        "rows": rows,
        "all": together(rows, place),
        "time": rows[0] if rows else None,
        "late": sum(row.is_late for row in rows),
        "unset": sum(row.target is None and not row.is_exempt for row in rows),
        "may_plan": request.user.role in OVERSEERS,
        "tabs": [
            {"url": f"{address}{one.code}", "label": f"{one.code} {named(one.name)}", "current": one == rule}
            for one in rules
        ],
    }
    return render(request, "kpi/progress.html", page)
