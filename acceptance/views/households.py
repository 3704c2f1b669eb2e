"""The card of a household."""

from typing import cast

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from acceptance.queries.households import card
from acceptance.views.contacts import REVEALERS
from accounts.choices import Role
from accounts.doors import HALL_STAFF, OVERSEERS, open_to
from accounts.models import User
from core.periods import local_day
from customers.models import Household


def needs_contact(request: HttpRequest) -> bool:
    """Who serves the household sees name and number whole; who oversees sees them masked."""
    return cast(User, request.user).role in (*HALL_STAFF, Role.ACCOUNT_MANAGER)


@open_to(*OVERSEERS, *HALL_STAFF, Role.ACCOUNT_MANAGER)
@require_safe
def household_card(request: HttpRequest, code: str) -> HttpResponse:
    """What do we know of this household?"""
    scope, today = request.scope, local_day(timezone.now())  # type: ignore[attr-defined]
    household = get_object_or_404(
        Household.objects.within(scope).select_related("community__sub_bureau", "branch"), code=code
    )
    role = cast(User, request.user).role
    context = {
        "household": household,
        "card": card(household, scope, today, role),
        "bare": needs_contact(request),
        "may_reveal": role in REVEALERS,
        "may_write": role == Role.ACCOUNT_MANAGER,
        "may_report": needs_contact(request),
        "may_record": role in HALL_STAFF,
        "may_see_teams": role != Role.HALL_CLERK,
        "on": today,
    }
    return render(request, "acceptance/household_card.html", context)
