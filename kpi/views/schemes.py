"""The scheme of the quarter, to read."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render

from accounts.choices import Role
from accounts.doors import OVERSEERS, open_to
from kpi.domain import schemes
from kpi.models import Scheme
from kpi.queries.schemes import class_totals, scheme_rows

READERS = (*OVERSEERS, Role.ACCOUNT_MANAGER)


@open_to(*READERS)
def scheme_list(request: HttpRequest) -> HttpResponse:
    """Which scheme holds for which quarter?"""
    return render(request, "kpi/scheme_list.html", {"rows": scheme_rows()})


@open_to(*READERS)
def scheme_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """What does this scheme count?"""
    scheme = get_object_or_404(Scheme.objects.select_related("issued_by"), pk=pk)
    indicators = list(scheme.indicators.all())
    fault = ""
    try:
        schemes.validate(scheme=scheme, indicators=indicators)
    except schemes.SchemeRefused as refusal:
        fault = str(refusal)
    page = {"scheme": scheme, "indicators": indicators, "totals": class_totals(scheme, indicators), "fault": fault}
    return render(request, "kpi/scheme_detail.html", page)
