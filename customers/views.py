"""Looking up a household from the phone entry and the counter; its faults and complaints."""

from typing import cast

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.choices import Role
from accounts.doors import HALL_STAFF, open_to
from accounts.models import User
from core.periods import local_day
from core.refusals import Refusal
from customers import queries
from customers.domain import cases
from customers.forms import CaseForm
from customers.models import Case, Household

AT_ONCE = 10


@open_to(Role.ACCOUNT_MANAGER, *HALL_STAFF)
@require_safe
def household_search(request: HttpRequest) -> HttpResponse:
    """Up to ten households of one's own places, with the lines they have, as JSON."""
    rows = queries.found(request.scope, request.GET.get("q", "")[:60])[:AT_ONCE]
    return JsonResponse(
        {
            "households": [
                {
                    "code": row.code,
                    "address": row.address,
                    "place": f"{row.community.street.name} · {row.community.name}",
                    "contact_name": row.contact_name,
                    "contact_phone": row.contact_phone,
                    "lines": [{"product": line.product_code, "since": line.opened_on.year} for line in row.lines],
                }
                for row in rows
            ]
        }
    )


@open_to(Role.ACCOUNT_MANAGER, *HALL_STAFF)
@require_http_methods(["GET", "HEAD", "POST"])
def case_new(request: HttpRequest, code: str) -> HttpResponse:
    """What is wrong at this household?"""
    household, now = get_object_or_404(Household.objects.within(request.scope), code=code), timezone.now()
    form = CaseForm(request.POST or None, initial={"opened_on": local_day(now)})
    if request.method == "POST" and form.is_valid():
        try:
            case = cases.register(household=household, by=cast(User, request.user), now=now, **form.cleaned_data)
        except Refusal as refusal:
            form.add_error(refusal.field, str(refusal))
        else:
            done = _("已登记%(kind)s：%(subject)s。办结之前会一直提醒。")
            messages.success(request, done % {"kind": case.get_kind_display(), "subject": case.subject})
            return redirect("acceptance:household_card", code=code)
    context = {"form": form, "household": household}
    return render(request, "customers/case_new.html", context, status=422 if form.errors else 200)


@open_to(Role.BRANCH, Role.ACCOUNT_MANAGER, *HALL_STAFF)
@require_POST
def case_close(request: HttpRequest, pk: int) -> HttpResponse:
    """Close a case with its outcome."""
    case = get_object_or_404(Case.objects.within(request.scope).select_related("household"), pk=pk)
    outcome = request.POST.get("outcome", "")[:120]
    try:
        is_mine = cases.close(case=case, outcome=outcome, by=cast(User, request.user), now=timezone.now())
    except Refusal as refusal:
        messages.error(request, str(refusal))
    else:
        words = _("已办结：%(subject)s。") if is_mine else _("“%(subject)s”先前已经办结。")
        messages.success(request, words % {"subject": case.subject})
    return redirect("acceptance:household_card", code=case.household.code)
