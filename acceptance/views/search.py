"""The search box of the head."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from acceptance.queries.search import search as find
from acceptance.views.households import needs_contact
from accounts.choices import Role
from accounts.doors import HALL_STAFF, OVERSEERS, open_to
from core.periods import local_day


@open_to(*OVERSEERS, *HALL_STAFF, Role.ACCOUNT_MANAGER)
@require_safe
def search(request: HttpRequest) -> HttpResponse:
    """Where is it?"""
    text = request.GET.get("q", "").strip()[:60]
    found = find(text, request.scope, local_day(timezone.now()))  # type: ignore[attr-defined]
    may_see_teams = request.user.role not in (Role.HALL_CLERK,)  # type: ignore[union-attr]
    context = {"q": text, "found": found, "bare": needs_contact(request), "may_see_teams": may_see_teams}
    return render(request, "acceptance/search.html", context)
