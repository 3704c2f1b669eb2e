"""The workbook of the whole company: asked for, watched, fetched."""

from io import BytesIO
from typing import cast

from django.contrib import messages
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.choices import Role
from accounts.domain import access_log
from accounts.doors import open_to
from accounts.models import User
from core.periods import Month
from kpi.choices import RunStatus
from kpi.domain import company_packs
from kpi.forms import month_of
from kpi.models import CompanyPack
from kpi.queries.company_packs import SHOWN, mark_of, packs_within
from kpi.queries.generations import generation, scored_months
from kpi.views.jobs import line, progress_of
from kpi.views.league import default_month


@open_to(Role.COMPANY, Role.AUDITOR)
def show(request: HttpRequest) -> HttpResponse:
    """Which workbook of all branches?"""
    month = month_of(request.GET.get("month", ""), default_month())
    shown = generation(month)
    mark = mark_of(shown)
    packs = list(packs_within(request.scope).filter(month=month.first)[:SHOWN])
    job = next((pack for pack in packs if pack.mark == mark and pack.language == get_language()), None)
    url = f"{reverse('kpi:company_packs')}?month={month}"
    progress = progress_of(job, url, _("没有做成")) if job and job.status != RunStatus.DONE else {}
    if request.headers.get("HX-Request"):
        return line(request, job, progress)
    page = {
        "month": month,
        "months": [(str(one), one) for one in sorted({month, *scored_months()}, reverse=True)],
        "packs": [pack for pack in packs if pack.status == RunStatus.DONE],
        "has_scores": bool(shown.runs),
        "is_made": bool(job and job.status != RunStatus.FAILED),
        "mark": mark,
        "may_ask": request.user.role == Role.COMPANY,
    }
    return render(request, "kpi/company_packs.html", page | progress)


@open_to(Role.COMPANY)
@require_POST
def make(request: HttpRequest) -> HttpResponse:
    """Have a workbook of the month's present scores written."""
    month = month_of(request.POST.get("month", ""), default_month())
    shown, user = generation(month), cast(User, request.user)
    if shown.runs:
        company_packs.request(
            month=month, mark=mark_of(shown), language=str(get_language()), by=user, now=timezone.now()
        )
    else:
        messages.error(request, _("这个月还没有成绩。"))
    return redirect(f"{reverse('kpi:company_packs')}?month={month}")


@open_to(Role.COMPANY, Role.AUDITOR)
def download(request: HttpRequest, pk: int) -> FileResponse:
    """The file; who took it is kept in the access log."""
    found = CompanyPack.objects.within(request.scope).filter(status=RunStatus.DONE)
    pack = get_object_or_404(found, pk=pk)
    month = Month.of(pack.month)
    access_log.record(user=cast(User, request.user), action="packs.download", subject=f"company {pack}")
    name = _("全公司公式表-%(month)s-%(number)d") % {"month": month, "number": pack.pk}
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    file = BytesIO(bytes(pack.file or b""))
    return FileResponse(file, as_attachment=True, filename=f"{name}.xlsx", content_type=kind)
