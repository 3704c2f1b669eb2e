"""How much each hall and each clerk carries, and how customers reach the hall."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from acceptance.forms_channels import HallContactForm
from acceptance.queries import hall_loads as queries
from acceptance.views.asks import month_of, month_select
from accounts.choices import Role
from accounts.doors import OVERSEERS, open_to
from core.downloads import Table, sent
from core.periods import Month, local_day
from core.refusals import Refusal
from grids.domain import halls
from grids.models import Hall


@open_to(*OVERSEERS, Role.HALL_MANAGER)
@require_safe
def hall_load(request: HttpRequest) -> HttpResponseBase:
    """Which hall carries too much?"""
    month, now = month_of(request), timezone.now()
    loads = queries.loads(request.scope, month, now, local_day(now))
    if kind := request.GET.get("export"):
        return _file(loads, month, kind)
    context = {
        "month": month,
        "loads": loads,
        "rows": [(row, loads.is_heavy(row)) for row in loads.rows],
        "heavy": len(loads.heavy),
        "top": max((row.keyed_each or 0 for row in loads.rows), default=0),
        "homes_top": max((row.households_each or 0 for row in loads.rows), default=0),
        "selects": [month_select(month)],
    }
    return render(request, "acceptance/hall_load.html", context)


def _file(loads: queries.Loads, month: Month, kind: str) -> HttpResponseBase:
    header = [_("营业厅编码"), _("营业厅"), _("分公司"), _("网格"), _("户数"), _("营业员"), _("每人户数")]
    header += [_("本月录入"), _("每人录入"), _("在厅待办"), _("超时"), _("偏重")]
    lines = (
        [row.hall.code, row.hall.name, row.hall.branch.name, row.grids, row.households, row.clerks]
        + [row.households_each, row.keyed, row.keyed_each, row.waiting, row.late]
        + [_("是") if loads.is_heavy(row) else ""]
        for row in loads.rows
    )
    return sent(Table(_("营业厅负荷-%(month)s") % {"month": month}, header, lines), kind)


@open_to(*OVERSEERS, Role.HALL_MANAGER)
@require_http_methods(["GET", "HEAD", "POST"])
def hall_card(request: HttpRequest, code: str) -> HttpResponse:
    """Who does how much in this hall, and how do customers reach it?"""
    hall = get_object_or_404(Hall.objects.within(request.scope).select_related("branch", "street"), code=code)
    may_edit = request.user.role in (Role.BRANCH, Role.HALL_MANAGER)
    form = HallContactForm(request.POST or None, initial={"address": hall.address, "phone": hall.phone})
    if request.method == "POST" and may_edit and form.is_valid():
        try:
            halls.set_contact(hall=hall, **form.cleaned_data)
        except Refusal as refusal:
            form.add_error(refusal.field, str(refusal))
        else:
            messages.success(request, _("已保存，客户查进度时看得到。"))
            return redirect("acceptance:hall_card", code=code)
    month, now = month_of(request), timezone.now()
    loads = queries.loads(request.scope, month, now, local_day(now))
    context = {
        "hall": hall,
        "month": month,
        "loads": loads,
        "load": next(row for row in loads.rows if row.hall.pk == hall.pk),
        "clerks": queries.clerks(hall, month),
        "grids": queries.grids_of(hall, local_day(now)),
        "form": form if may_edit else None,
        "selects": [month_select(month)],
    }
    return render(request, "acceptance/hall_card.html", context)
