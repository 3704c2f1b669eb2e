"""The search box of the head."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.choices import Role
from accounts.doors import HALL_STAFF, OVERSEERS, open_to


@open_to(*OVERSEERS, *HALL_STAFF, Role.ACCOUNT_MANAGER)
@require_safe
def search(request: HttpRequest) -> HttpResponse:
    """Where is it?"""
    return render(request, "acceptance/search.html")
