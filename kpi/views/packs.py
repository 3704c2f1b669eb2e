"""The pack of a meeting: its snapshots, and each of them as a workbook of formulas."""

import datetime as dt
import tempfile
from pathlib import Path
from typing import cast

from django.contrib import messages
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.choices import Role
from accounts.domain import access_log
from accounts.doors import DEPARTMENT, OVERSEERS, open_to
from accounts.models import User
from core.formats import moment
from core.formats import month as in_month
from core.periods import Month, local_day
from core.refusals import Refusal
from grids.models import Branch
from kpi.domain import meetings
from kpi.domain.snapshots import snapshot
from kpi.models import BranchMonth, MeetingSnapshot
from kpi.queries.generations import generations
from kpi.queries.meeting import Figures, figures_of, with_pack
from kpi.views.meetings import place_of
from kpi.workbooks import packs
from kpi.workbooks.notes import explained


@open_to(*OVERSEERS)
def show(request: HttpRequest, month: str, branch: str) -> HttpResponse:
    """Which figures does the meeting look at?"""
    at, place = place_of(request, month, branch)
    found = MeetingSnapshot.objects.within(request.scope).filter(branch=place, month=at.first)
    taken = list(found.defer("figures").select_related("run", "taken_by").order_by("-number"))
    held = BranchMonth.objects.within(request.scope).filter(branch=place, month=at.first).first()
    page = {
        "month": at,
        "branch": place,
        "snapshots": taken,
        "has_scores": bool(held and held.current_run_id),
        "is_newer": bool(taken and held and held.current_run_id != taken[0].run_id),
        "may_decide": request.user.role in DEPARTMENT,
        "may_fetch": request.user.role in (*DEPARTMENT, Role.AUDITOR),
    }
    return render(request, "kpi/pack.html", page)


@open_to(*DEPARTMENT)
@require_POST
def take(request: HttpRequest, month: str, branch: str) -> HttpResponse:
    """Keep what the meeting looks at under the next number."""
    at, place = place_of(request, month, branch)
    now = timezone.now()
    run, figures = _figures(request, at, place, now)
    try:
        kept = meetings.take(branch=place, month=at, run_id=run, figures=figures, by=cast(User, request.user), now=now)
    except Refusal as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("已定格为快照 #%(n)d。") % {"n": kept.number})
    return redirect("kpi:pack", month=str(at), branch=place.code)


def _figures(request: HttpRequest, month: Month, branch: Branch, now: dt.datetime) -> tuple[int | None, Figures]:
    """The run shown and its figures, all of one moment: late records change scores inside a run."""
    with snapshot():
        shown, before = generations(month)
        run = shown.runs.get(branch.pk)
        if run is None:
            return None, {}
        found = figures_of(request.scope, branch, shown, before, now=now, today=local_day(now))
        return run, with_pack(found, branch, shown)


@open_to(*DEPARTMENT, Role.AUDITOR)
def download(request: HttpRequest, month: str, branch: str, number: int) -> FileResponse:
    """A snapshot as a workbook whose cells are formulas."""
    at, place = place_of(request, month, branch)
    found = MeetingSnapshot.objects.within(request.scope).filter(branch=place, month=at.first)
    kept = get_object_or_404(found.select_related("run__scheme", "taken_by"), number=number)
    title = f"{at}-{kept.number:02d}"
    access_log.record(user=cast(User, request.user), action="packs.download", subject=f"{place.code} {title}")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "pack.xlsx"
        packs.write(path, kept.figures["pack"], notes=_notes(kept, place.name, in_month(at)))
        # The open file outlives its name.
        name = _("例会材料-%(branch)s-%(number)s") % {"branch": place.name, "number": title}
        return FileResponse(path.open("rb"), as_attachment=True, filename=f"{name}.xlsx")


def _notes(kept: MeetingSnapshot, branch: str, month: str) -> list[tuple[str, str]]:
    """The first sheet: what this is, how it is rounded, how to use it."""
    run = kept.run
    taken = _("快照 #%(n)d，%(at)s 定格，%(by)s") % {
        "n": kept.number,
        "at": moment(kept.taken_at),
        "by": kept.taken_by.name if kept.taken_by else "",
    }
    scored = _("重算 #%(run)d，数据截至 %(at)s，方案 %(scheme)s") % {
        "run": run.pk,
        "at": moment(run.watermark_at),
        "scheme": run.scheme or "",
    }
    return [
        (_("例会材料"), f"{branch} {month}"),
        (_("出处"), taken),
        (_("成绩"), scored),
        *explained(),
    ]
