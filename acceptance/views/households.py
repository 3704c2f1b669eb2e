"""The card of a household."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from accounts.choices import Role
from accounts.doors import HALL_STAFF, OVERSEERS, open_to
from customers.models import Household


@open_to(*OVERSEERS, *HALL_STAFF, Role.ACCOUNT_MANAGER)
@require_safe
def household_card(request: HttpRequest, code: str) -> HttpResponse:
    """What do we know of this household?"""
    household = get_object_or_404(Household.objects.within(request.scope), code=code)  # type: ignore[attr-defined]
    return render(request, "acceptance/household_card.html", {"household": household})
