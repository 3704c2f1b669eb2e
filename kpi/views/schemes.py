"""The scheme of the quarter, to read: by those it is issued to, side by side with another, and as a file."""

from typing import cast

from django.contrib import messages
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.choices import Role
from accounts.domain import access_log
from accounts.doors import OVERSEERS, open_to
from accounts.models import User
from core.periods import local_day
from core.refusals import Refusal
from grids.models import Branch
from kpi.choices import SchemeStatus
from kpi.domain import issuing, schemes
from kpi.forms import whole
from kpi.models import Scheme
from kpi.queries.scheme_changes import compare, products_of
from kpi.queries.schemes import (
    class_totals,
    in_use_now,
    product_names,
    readings,
    scheme_rows,
    starts_counting,
    visible_schemes,
)
from kpi.views.scheme_files import as_json, as_table

READERS = (*OVERSEERS, Role.ACCOUNT_MANAGER)


def scheme_or_404(request: HttpRequest, pk: int) -> Scheme:
    return get_object_or_404(visible_schemes(request.user.role), pk=pk)


@open_to(*READERS)
def scheme_list(request: HttpRequest) -> HttpResponse:
    """Which scheme holds for which quarter?"""
    used = in_use_now(local_day(timezone.now()))
    rows = scheme_rows(request.user.role)
    page = {"rows": rows, "used": used, "drafts": sum(row.status == SchemeStatus.DRAFT for row in rows)}
    return render(request, "kpi/scheme_list.html", page | {"may_edit": request.user.role == Role.COMPANY})


@open_to(*READERS)
def scheme_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """What does this scheme count, from when, and who has read it?"""
    scheme = scheme_or_404(request, pk)
    indicators, names = list(scheme.indicators.all()), product_names()
    read = readings(scheme, request.scope)
    used = in_use_now(local_day(timezone.now()))
    page = {
        "scheme": scheme,
        "indicators": [(indicator, products_of(indicator, names)) for indicator in indicators],
        "totals": class_totals(scheme, indicators),
        "starts": starts_counting(scheme),
        "readings": read,
        "unread": sum(reading.receipt is None for reading in read),
        "used": used,
        "changes": compare(used, scheme) if scheme.pk != used.pk else None,
        "role": request.user.role,
        "obstacle": _obstacle(scheme),
    }
    return render(request, "kpi/scheme_detail.html", page)


def _obstacle(scheme: Scheme) -> str:
    """What stands in the way of issuing a draft, in words."""
    if scheme.status == SchemeStatus.ISSUED:
        return ""
    try:
        issuing.require_issuable(scheme)
    except schemes.SchemeRefused as refusal:
        return str(refusal)
    return ""


@open_to(*READERS)
def scheme_compare(request: HttpRequest, pk: int) -> HttpResponse:
    """What does this version change of another, of the one in use unless the address names one?"""
    new, chosen = scheme_or_404(request, pk), request.GET.get("other", "")
    used = in_use_now(local_day(timezone.now()))
    old = scheme_or_404(request, whole(chosen, 0)) if chosen.isdecimal() else used
    versions = [row for row in scheme_rows(request.user.role) if row.pk != new.pk]
    page = {"comparison": compare(old, new), "scheme": new, "other": old, "versions": versions}
    return render(request, "kpi/scheme_compare.html", page)


@open_to(Role.BRANCH)
@require_POST
def scheme_confirm(request: HttpRequest, pk: int) -> HttpResponse:
    """The branch department has read the scheme."""
    scheme = scheme_or_404(request, pk)
    branch = get_object_or_404(Branch.objects.within(request.scope))
    try:
        issuing.confirm_reading(scheme=scheme, branch=branch, by=cast(User, request.user), now=timezone.now())
    except Refusal as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("已签收 %(scheme)s。") % {"scheme": scheme})
    return redirect("kpi:scheme_detail", pk)


@open_to(*OVERSEERS)
def scheme_file(request: HttpRequest, pk: int, ending: str) -> HttpResponseBase:
    """An issued scheme as a file, for the department that runs the billing system."""
    scheme = scheme_or_404(request, pk)
    if scheme.status != SchemeStatus.ISSUED or ending not in ("xlsx", "csv", "json"):
        raise Http404
    made: FileResponse | JsonResponse = as_json(scheme) if ending == "json" else as_table(scheme, ending)
    access_log.record(user=cast(User, request.user), action="export", subject=f"scheme {scheme} {ending}")
    return made
