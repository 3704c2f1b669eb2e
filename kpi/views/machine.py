"""The administrator's first page: what the machine wants of somebody."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from accounts.choices import Role
from accounts.doors import open_to
from kpi.queries import chores


@open_to(Role.IT_ADMIN)
def admin_home(request: HttpRequest) -> HttpResponse:
    """Does everything run, and what wants somebody?"""
    now = timezone.now()
    todo = [*chores.failed_recomputes(now), *chores.differing_sums(), *chores.waiting_files(now)]
    return render(request, "kpi/admin_home.html", {"todo": todo, "now": now})
