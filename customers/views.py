"""The look-up of households, used while a slip is written."""

from django.http import HttpRequest, JsonResponse
from django.views.decorators.http import require_safe

from accounts.choices import Role
from accounts.doors import HALL_STAFF, open_to
from customers.queries import look_up


@open_to(Role.ACCOUNT_MANAGER, *HALL_STAFF)
@require_safe
def household_search(request: HttpRequest) -> JsonResponse:
    """At most ten households of one's own places, by address, telephone, name or pinyin initials."""
    found = look_up(request.GET.get("q", ""), request.scope)  # type: ignore[attr-defined]
    return JsonResponse({"results": found})
